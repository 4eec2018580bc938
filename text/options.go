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
