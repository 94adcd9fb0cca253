//go:build ignore

// Small cuts a screenshot to a height and writes it with 256 colours at most, so that the repository stays small:
// go run small.go IN.png OUT.png HEIGHT. Screens have few colours; the commonest stand for the others.
package main

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"slices"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "small:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("usage: small IN.png OUT.png HEIGHT")
	}
	height, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	in, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer in.Close()
	full, err := png.Decode(in)
	if err != nil {
		return err
	}
	bounds := image.Rect(0, 0, full.Bounds().Dx(), min(height, full.Bounds().Dy()))
	small := image.NewPaletted(bounds, commonest(full, bounds))
	draw.Draw(small, bounds, full, image.Point{}, draw.Src)
	out, err := os.Create(args[1])
	if err != nil {
		return err
	}
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(out, small); err != nil {
		return err
	}
	return out.Close()
}

// commonest are the colours that most pixels have, shades that the eye doesn't tell apart taken together.
func commonest(full image.Image, bounds image.Rectangle) color.Palette {
	count := map[color.NRGBA]int{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := color.NRGBAModel.Convert(full.At(x, y)).(color.NRGBA)
			count[color.NRGBA{c.R | 7, c.G | 7, c.B | 7, 255}]++
		}
	}
	colors := make([]color.NRGBA, 0, len(count))
	for c := range count {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.NRGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	palette := color.Palette{}
	for _, c := range colors[:min(len(colors), 256)] {
		palette = append(palette, c)
	}
	return palette
}
