package main

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// A PNG is the picture of the SVG, twice as large, with its states, loops and ways back in it.
func TestPictureAsPNG(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ways.PNG")
	mustRun(t, "paths", "--log", writeFile(t, "log.csv", loopingLog+"2,b,2026-01-01\n2,won,2026-01-02\n"), "--won", "won", "--picture", file)
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	picture, err := png.Decode(in)
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X < 1000 || size.Y < 150 || size.X > 4000 {
		t.Errorf("%d by %d pixels", size.X, size.Y)
	}
	colors := colorsOf(picture)
	pixels := picture.Bounds().Dx() * picture.Bounds().Dy()
	for name, c := range map[string]color.RGBA{
		"a loop": {0xE6, 0x9F, 0, 255}, "a way back": {0xD5, 0x5E, 0, 255}, "an arrow": {0x8C, 0x8C, 0x8C, 255}, "the win": {8, 81, 156, 255},
	} {
		if colors[c] < 100 || colors[c] > pixels/5 { // lines and boxes, no filled areas
			t.Errorf("%s has %d of %d pixels", name, colors[c], pixels)
		}
	}
	if white := colors[color.RGBA{255, 255, 255, 255}]; white < pixels/2 {
		t.Errorf("only %d of %d pixels are white", white, pixels)
	}
}

func colorsOf(picture image.Image) map[color.RGBA]int {
	count := map[color.RGBA]int{}
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)]++
		}
	}
	return count
}
