// Package subword cuts texts into pieces of words: byte-pair encoding,
// WordPiece and WordLevel, trained here or read from the tokenizer.json of
// Hugging Face's tokenizers, with the same numbers, pieces and offsets.
//
//	tok, err := subword.FromJSON(data)
//	ids := tok.AppendIDs(nil, "a text", subword.EncodeConfig{})
//
// A component that this package does not know is refused by name when the file
// is read; nothing is approximated.
package subword
