package wire

import (
	"bufio"
	"encoding/json"
	"io"
)

// Serve is a worker's side of the protocol: the versions first, then an answer
// to each request until the input ends.
func Serve(in io.Reader, out io.Writer, versions map[string]string, answer func(Request) (Reply, error)) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	enc := json.NewEncoder(out)
	if err := enc.Encode(Reply{Versions: versions}); err != nil {
		return err
	}
	for lines.Scan() {
		var q Request
		var r Reply
		err := json.Unmarshal(lines.Bytes(), &q)
		if err == nil {
			r, err = answer(q)
		}
		if err != nil {
			r = Reply{Error: err.Error()}
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return lines.Err()
}
