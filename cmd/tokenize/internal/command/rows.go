package command

import (
	"bytes"

	"github.com/antler-ml/antler/cmd/tokenize/internal/input"
	"github.com/antler-ml/antler/text"
)

// sequences calls emit with the numbers of each row of a block: those of its
// text, or, without a vocabulary, those that it holds. row counts from 0; show
// is what it looked like.
func (e *Env) sequences(s *input.Stream, v vocabulary, b *text.Block, emit func(row int64, show string, ids []int) error) error {
	if v == nil {
		var ids []int
		var show []byte
		return rows(s, b, func(row []byte) (err error) {
			ids, err = input.ParseNumbers(ids[:0], row, e.Column)
			show = row
			return err
		}, func(row int64) error { return emit(row, string(show[:min(len(show), 200)]), ids) })
	}
	if s.Format == "lines" && !e.DryRun && (e.OnError != "skip" || bytes.IndexByte(b.Data, '\xff') < 0) {
		row := b.Line - 1
		return v.lines(b.Data, func(ids []int) error {
			row++
			return emit(row-1, "", ids)
		})
	}
	var buf []byte
	return rows(s, b, func(row []byte) (err error) {
		buf, err = s.Text(buf[:0], row)
		return err
	}, func(row int64) error {
		t := string(buf)
		return emit(row, t, v.text(t))
	})
}

// texts are the texts of a block.
func texts(s *input.Stream, b *text.Block) ([]string, error) {
	var all []string
	var buf []byte
	err := rows(s, b, func(row []byte) (err error) {
		buf, err = s.Text(buf[:0], row)
		return err
	}, func(int64) error {
		all = append(all, string(buf))
		return nil
	})
	return all, err
}
