package text_test

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/text"
)

func ExampleTokenizer() {
	texts := []string{"The cat sat on the mat.", "The dog ate my homework."}
	tok := &text.Tokenizer{NumWords: 6, OOVToken: "<unk>"}
	tok.FitOnTexts(slices.Values(texts))
	fmt.Println(tok)
	ids := tok.TextsToSequences(slices.Values([]string{"The cat ate the fish!", ""}))
	fmt.Println(ids)
	fmt.Printf("%q\n", tok.SequencesToTexts(slices.Values(ids)))
	x, err := sequence.Pad(ids, sequence.PadConfig{MaxLen: 4})
	if err != nil {
		panic(err)
	}
	fmt.Println(x.Shape(), x.Data())
	// Output:
	// vocabulary of 5 words (of 9 seen in 2 texts), embedding InputDim 6 with 0 for padding
	// [[2 3 1 2 1] []]
	// ["the cat <unk> the <unk>" ""]
	// [2 4] [3 1 2 1 0 0 0 0]
}

func ExampleTokenizer_TextsToMatrix() {
	tok := &text.Tokenizer{}
	tok.FitOnTexts(slices.Values([]string{"yes yes no", "maybe"}))
	x, err := tok.TextsToMatrix(slices.Values([]string{"no no no yes"}), text.Freq)
	if err != nil {
		panic(err)
	}
	fmt.Println(tok.Vocabulary(), x.Data())
	// Output: [ yes no maybe] [0 0.25 0.75 0]
}

func ExampleFromJSON() {
	tok := &text.Tokenizer{}
	tok.FitOnTexts(slices.Values([]string{"naïve is as naïve does"}))
	saved := tok.ToJSON() // what Keras' tokenizer_from_json reads
	back, err := text.FromJSON([]byte(saved))
	if err != nil {
		panic(err)
	}
	fmt.Println(back.TextsToSequences(slices.Values([]string{"Naïve as that"})))
	// Output: [[1 3]]
}

func ExampleToWordSequence() {
	fmt.Printf("%q\n", text.ToWordSequence("Don't panic: it's a test.", text.SplitConfig{}))
	fmt.Printf("%q\n", text.ToWordSequence("Red;Green;;Blue", text.SplitConfig{Filters: new(""), Lower: new(false), Split: ";"}))
	// Output:
	// ["don't" "panic" "it's" "a" "test"]
	// ["Red" "Green" "Blue"]
}
