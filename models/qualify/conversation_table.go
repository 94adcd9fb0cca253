package qualify

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// likenessTable is fitted multinomial logistic regression. Nothing in it changes.
type likenessTable struct {
	classes []string
	bias    []float64
	unit    float64 // what a weight of 1 stands for
	weights []byte  // signed; by slot, then class
}

// likenessFile is generated from the tuning messages: go test ./models/qualify -run LikenessTable -update-likeness. Its first
// line is a tableHead, the rest are the weights.
//
//go:embed definitions/likeness.bin
var likenessFile []byte

type tableHead struct {
	Learnt  string    `json:"learnt"` // digest of what it was fitted to
	Classes []string  `json:"classes"`
	Bias    []float64 `json:"bias"`
	Unit    float64   `json:"unit"`
}

var builtinTable = sync.OnceValue(func() *likenessTable {
	t, _, err := readTable(likenessFile)
	if err != nil {
		panic(err) // it is part of the program
	}
	return t
})

func readTable(file []byte) (t *likenessTable, learnt string, err error) {
	first, weights, ok := bytes.Cut(file, []byte("\n"))
	var head tableHead
	if !ok {
		return nil, "", errors.New("likeness table: no head")
	}
	if err := json.Unmarshal(first, &head); err != nil {
		return nil, "", fmt.Errorf("likeness table: head: %w", err)
	}
	if len(head.Bias) != len(head.Classes) || len(weights) != featureSlots*len(head.Classes) {
		return nil, "", fmt.Errorf("likeness table: %d weights and %d biases of %d classes: generate it anew", len(weights), len(head.Bias), len(head.Classes))
	}
	return &likenessTable{classes: head.Classes, bias: head.Bias, unit: head.Unit, weights: weights}, head.Learnt, nil
}

// roomForFeatures is what most messages need; longer ones take memory of their own.
const roomForFeatures = 1024

// probabilities appends the probability of each class for a folded text.
func (t *likenessTable) probabilities(into []float64, folded string) []float64 {
	var room [roomForFeatures]uint32
	slots := appendFeatures(room[:0], folded)
	k := len(t.classes)
	var few [16]int32
	sums := few[:]
	if k > len(few) {
		sums = make([]int32, k)
	}
	for _, s := range slots {
		for c, w := range t.weights[int(s)*k : int(s)*k+k] {
			sums[c] += int32(int8(w))
		}
	}
	share := shareOf(len(slots)) * t.unit
	for c := range k {
		into = append(into, float64(sums[c])*share+t.bias[c])
	}
	softmax(into)
	return into
}
