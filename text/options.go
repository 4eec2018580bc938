package text

// A Form is a Unicode normalisation form.
type Form string

// The normalisation forms (UAX #15).
const (
	NFC  Form = "NFC"
	NFD  Form = "NFD"
	NFKC Form = "NFKC"
	NFKD Form = "NFKD"
)

// Options are what a [Tokenizer] can do beyond Keras. The zero value is Keras.
//
// A text goes through them in this order: Normalize, then Fold or Lower (and
// Normalize again, if both), then Segment or Filters and Split or CharLevel,
// then StopWords, then NGrams.
type Options struct {
	Normalize Form     // bring texts into this form first; empty = leave them
	Fold      bool     // full case folding (ß = ss) in place of lower-casing
	Segment   bool     // cut at the word boundaries of UAX #29 in place of Filters and Split; what has no letter, digit or symbol is dropped
	StopWords []string // words that are dropped, as they look after all of the above
	NGrams    [2]int   // shortest and longest run of words that becomes a token, joined by one space; all of one length before those of the next; zero = {1, 1}
	MinCount  int      // words counted less often get no number, as if they were unknown; they stay in WordCounts
	// MaxVocabMemory bounds the memory of the vocabulary while fitting, in
	// bytes; 0 = no bound. When it is reached, the rarest words are dropped.
	// Counts can then be too low: by at most [Tokenizer.CountError].
	MaxVocabMemory int64
}

// SetDocumentCount sets how many texts count as fitted already.
//
// Keras: Tokenizer(document_count=n)
func (t *Tokenizer) SetDocumentCount(n int) { t.documents = n }

// CountError returns by how much, at most, a count of WordCounts can be below
// the truth, and how often, at most, a word that is missing occurred. It is 0
// unless MaxVocabMemory was reached.
func (t *Tokenizer) CountError() int { return 0 }

// Words returns the words of a text, as the tokenizer counts them.
func (t *Tokenizer) Words(text string) []string { return nil }

// Merge adds what another tokenizer counted: the result is that of one fit
// over the texts of t and then those of o. The settings that decide what is
// counted must be the same; else, nothing is changed and the error names the
// first that differs.
func (t *Tokenizer) Merge(o *Tokenizer) error { return nil }
