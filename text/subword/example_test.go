package subword_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/text"
	"github.com/antler-ml/antler/text/subword"
)

var corpus = []string{"low low low low low", "lower lower newest newest newest newest", "newest newest widest widest widest"}

func ExampleTrain() {
	tok, err := subword.Train(slices.Values(corpus), subword.TrainConfig{VocabSize: 263, SpecialTokens: []string{"<|end|>"}})
	if err != nil {
		panic(err)
	}
	e := tok.Encode("lowest newest", subword.EncodeConfig{})
	fmt.Println(e.Pieces)
	fmt.Println(e.Offsets)
	fmt.Println(tok.Decode(e.IDs, true), tok.InputDim())
	// Output:
	// [low est Ġ new est]
	// [[0 3] [3 6] [7 7] [7 10] [10 13]]
	// lowest newest 263
}

func ExampleFromJSON() {
	tok, err := subword.FromJSON([]byte(`{"version": "1.0", "added_tokens": [],
		"pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
		"model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[UNK]": 0, "un": 1, "##aff": 2, "##able": 3, "!": 4}}}`))
	if err != nil {
		panic(err)
	}
	ids := tok.AppendIDs(nil, "unaffable! xyz", subword.EncodeConfig{})
	fmt.Println(ids, tok.Decode(ids, true))
	_, err = subword.FromJSON([]byte(`{"version": "1.0", "model": {"type": "Unigram"}}`))
	fmt.Println(err)
	// Output:
	// [1 2 3 4 0] unaffable! [UNK]
	// subword: tokenizer.json: model: unsupported model "Unigram": this package knows BPE, WordPiece and WordLevel
}

func ExampleTokenizer_EncodeReader() {
	tok, err := subword.Train(slices.Values(corpus), subword.TrainConfig{Model: "WordLevel", MinCount: 1})
	if err != nil {
		panic(err)
	}
	err = tok.EncodeReader(strings.NewReader("newest low\nnothing\n"), text.ReadConfig{}, subword.EncodeConfig{}, func(line int64, ids []int) error {
		fmt.Println(line, ids, tok.Decode(ids, false))
		return nil
	})
	if err != nil {
		panic(err)
	}
	// Output:
	// 1 [1 2] newest low
	// 2 [0] [UNK]
}
