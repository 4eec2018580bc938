package text_test

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/antler-ml/antler/text"
)

func ExampleOneHot() {
	ids, err := text.OneHot("The cat and the hat", 1000, text.SplitConfig{})
	fmt.Println(ids, err)
	// Output: [124 787 568 124 295] <nil>
}

func ExampleHashingTrick() {
	ids, err := text.HashingTrick("The cat and the hat", 1000, text.HashConfig{Hash: text.MD5}) // as Keras
	fmt.Println(ids, err)
	_, err = text.HashingTrick("The cat", 1, text.HashConfig{})
	fmt.Println(err)
	// Output:
	// [132 759 384 132 897] <nil>
	// text: n is 1: hashed numbers run from 1 to n-1, so n must be at least 2
}

func ExampleNewHasher() {
	h, err := text.NewHasher(50, text.HashConfig{Func: func(w string) int { return len(w) }})
	if err != nil {
		panic(err)
	}
	var ids []int
	for _, s := range []string{"a bb", "ccc"} {
		ids = h.Append(ids, s)
	}
	fmt.Println(ids)
	// Output: [2 3 4]
}

func ExampleTokenizer_Merge() {
	monday, tuesday := &text.Tokenizer{}, &text.Tokenizer{}
	monday.FitOnTexts(slices.Values([]string{"rain and rain"}))
	tuesday.FitOnTexts(slices.Values([]string{"sun and sun", "sun"}))
	if err := monday.Merge(tuesday); err != nil {
		panic(err)
	}
	fmt.Printf("%q %d\n", monday.Vocabulary(), monday.DocumentCount())
	fmt.Println(monday.Merge(&text.Tokenizer{CharLevel: true}))
	// Output:
	// ["" "sun" "rain" "and"] 3
	// text: cannot merge: CharLevel is false here and true there: fit both with the same settings
}

func ExampleTokenizer_FitReader() {
	corpus := "the cat sat\nthe dog\n" // a file of any size
	tok := &text.Tokenizer{}
	if err := tok.FitReader(strings.NewReader(corpus), text.ReadConfig{}); err != nil {
		panic(err)
	}
	err := tok.EncodeReader(strings.NewReader(corpus), text.ReadConfig{}, func(line int64, ids []int) error {
		_, err := fmt.Fprintln(os.Stdout, line, ids)
		return err
	})
	if err != nil {
		panic(err)
	}
	// Output:
	// 1 [1 2 3]
	// 2 [1 4]
}

func ExampleTokenizer_Words() {
	tok := &text.Tokenizer{Normalize: text.NFKC, Fold: true, Segment: true, StopWords: []string{"the"}, NGrams: [2]int{1, 2}}
	fmt.Printf("%q\n", tok.Words("The Straße can't be ﬁxed."))
	// Output: ["strasse" "can't" "be" "fixed" "strasse can't" "can't be" "be fixed"]
}

func ExampleDecodeReader() {
	r, err := text.DecodeReader(strings.NewReader("Gr\xf6\xdfe"), "latin1")
	if err != nil {
		panic(err)
	}
	tok := &text.Tokenizer{}
	if err := tok.FitReader(r, text.ReadConfig{}); err != nil {
		panic(err)
	}
	fmt.Println(tok.Word(1))
	// Output: größe true
}

func ExampleEachBlock() {
	longest := 0
	err := text.EachBlock(strings.NewReader("one\nthree\ntwo\n"), text.ReadConfig{}, func(_ int, b *text.Block, _ int) (n int, err error) {
		for _, line := range b.Lines() {
			n = max(n, len(line))
		}
		return n, nil
	}, func(n int) error {
		longest = max(longest, n)
		return nil
	})
	fmt.Println(longest, err)
	// Output: 5 <nil>
}
