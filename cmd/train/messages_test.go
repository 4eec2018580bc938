package main

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every message to a user who did something wrong is a golden file: what –
// where – why – fix, on one screen, with the right exit code.
func TestMessages(t *testing.T) {
	golden, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	materials(t)
	args := strings.Fields
	for _, c := range []struct {
		name  string
		code  int
		args  []string
		stdin string
	}{
		{"no-arguments", 2, nil, ""},
		{"help", 0, args("--help"), ""},
		{"unknown-flag", 2, args("--epoch 3 demo"), ""},
		{"unknown-flag-far", 2, args("demo --quantum"), ""},
		{"assignment", 2, args("demo epochs=10"), ""},
		{"one-dash", 2, args("demo -epochs 3"), ""},
		{"no-value", 2, args("demo --epochs"), ""},
		{"no-number", 2, args("demo --epochs ten"), ""},
		{"no-choice", 2, args("demo --optimizer lamb"), ""},
		{"placeholder-for-texts", 2, args("things.tsv --on-error placeholder"), ""},
		{"no-policy", 2, args("good --policy randaugmet"), ""},
		{"broken-policy", 2, args("good --policy lines.tsv"), ""},
		{"little-memory", 2, args("good --target-size 512 --data-memory 3"), ""},
		{"no-part", 2, args("demo --validation-split 20"), ""},
		{"no-pair", 2, args("good --brightness-range 0.5"), ""},
		{"size-too-small", 2, args("good --target-size 2"), ""},
		{"unknown-demo", 2, args("demo sound"), ""},
		{"two-paths", 2, args("good good"), ""},
		{"missing-path", 2, args("nowhere"), ""},
		{"misspelt-path", 2, args("goood"), ""},
		{"empty-folder", 3, args("empty"), ""},
		{"one-class", 3, args("single"), ""},
		{"no-pictures", 3, args("heic"), ""},
		{"bad-pictures", 3, args("broken"), ""},
		{"empty-file", 3, args("empty.tsv"), ""},
		{"one-column", 3, args("lines.tsv"), ""},
		{"missing-column", 3, args("ragged.tsv"), ""},
		{"invalid-utf8", 3, args("latin.tsv"), ""},
		{"one-label", 3, args("onelabel.tsv"), ""},
		{"no-labels", 3, args("unique.tsv"), ""},
		{"no-such-column", 3, args("review.csv --label-column sentimen"), ""},
		{"quotes", 3, args("quotes.csv"), ""},
		{"json-table", 3, args("rows.tsv"), ""},
		{"html-table", 3, args("page.tsv"), ""},
		{"utf16-table", 3, args("wide.tsv"), ""},
		{"one-picture", 3, args("one.png"), ""},
		{"predict-nothing", 2, args("predict textrun"), ""},
		{"no-run", 2, args("predict nowhere x.png"), ""},
		{"not-a-run", 2, args("predict good x.png"), ""},
		{"run-is-a-file", 3, args("predict lines.tsv x.png"), ""},
		{"damaged-run", 3, args("predict damaged x.png"), ""},
		{"picture-for-texts", 3, args("predict textrun one.png"), ""},
		{"text-for-pictures", 3, args("predict picrun letter.txt"), ""},
		{"missing-files", 3, args("predict picrun a.png b.png"), ""},
		{"bad-stdin", 3, args("predict textrun -"), "fine\nbad \xff byte\n"},
		{"changed-size", 2, args("predict picrun one.png --target-size 32"), ""},
		{"evaluate-unknown-class", 3, args("evaluate textrun review.csv"), ""},
		{"evaluate-table-for-pictures", 3, args("evaluate picrun lines.tsv"), ""},
		{"out-exists", 2, args("good --out single"), ""},
		{"out-no-run", 2, args("good --out single --force"), ""},
		{"out-is-a-file", 2, args("good --out lines.tsv"), ""},
		{"resume-finished", 2, args("--resume picrun"), ""},
		{"resume-other-data", 2, args("single --resume picrun"), ""},
		{"words-no-text", 2, args("words"), ""},
		{"words-two-texts", 2, args("words letter.txt tale.txt"), ""},
		{"words-missing", 2, args("words nowhere/book.txt"), ""},
		{"words-misspelt", 2, args("words leter.txt"), ""},
		{"words-no-files", 3, args("words empty"), ""},
		{"words-picture", 3, args("words one.png"), ""},
		{"words-bad-line", 3, args("words latin.tsv"), ""},
		{"words-too-few", 3, args("words hello.txt"), ""},
		{"words-too-rare", 3, args("words letter.txt --min-count 3"), ""},
		{"words-no-pairs", 3, args("words lonely.txt"), ""},
		{"words-other-flag", 2, args("words letter.txt --rotation-range 5"), ""},
		{"words-window", 2, args("words letter.txt --window-size 0"), ""},
		{"words-size", 2, args("words letter.txt --vector-size 0"), ""},
		{"words-factor", 2, args("words letter.txt --sampling-factor 2"), ""},
		{"words-negatives", 2, args("words letter.txt --negative-samples 0"), ""},
		{"words-unknown", 3, args("predict wordrun appel iron"), ""},
		{"words-phrase", 3, append(args("predict wordrun"), "juicy pear"), ""},
		{"words-open-sum", 3, append(args("predict wordrun"), "pear -"), ""},
		{"words-evaluate-picture", 3, args("evaluate wordrun one.png"), ""},
		{"words-evaluate-one", 3, args("evaluate wordrun hello.txt"), ""},
		{"words-evaluate-unknown", 3, args("evaluate wordrun strangers.txt"), ""},
		{"words-evaluate-score", 3, args("evaluate wordrun lines.tsv"), ""},
		{"demo-size", 2, args("demo --target-size 32"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := train(t, c.stdin, c.args...)
			if r.code != c.code {
				t.Errorf("exit code %d, want %d", r.code, c.code)
			}
			got := "$ train " + strings.Join(c.args, " ") + "\n" + r.stderr
			if r.code == 0 { // results of models differ from one processor to another
				got += r.out
			}
			if n := strings.Count(got, "\n"); n > 41 {
				t.Errorf("%d lines are no screen", n)
			}
			if strings.Contains(got, "goroutine ") {
				t.Error("a stack is shown")
			}
			file := filepath.Join(golden, c.name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	if _, err := os.Stat("runs"); err == nil {
		t.Error("a refused command has made runs/")
	}
}

// materials makes the files that the messages are about.
func materials(t *testing.T) {
	stripes(t, "good", 8)
	if err := os.Mkdir("empty", 0o755); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile("good/along/000.png")
	if err != nil {
		t.Fatal(err)
	}
	picture := string(good)
	write(t, "one.png", picture)
	for _, n := range []string{"a", "b", "c"} {
		write(t, "single/all/"+n+".png", picture)
		write(t, "heic/cat/"+n+".heic", "ftypheic")
		write(t, "heic/dog/"+n+".heic", "ftypheic")
		write(t, "broken/cat/"+n+".png", picture)
		write(t, "broken/dog/"+n+".png", picture)
	}
	write(t, "broken/cat/9.png", string(hugePNG()))
	write(t, "broken/dog/0071.png", picture[:len(picture)*2/3])
	write(t, "broken/dog/1190.jpg", "<!DOCTYPE html><title>404</title>")
	write(t, "broken/dog/empty.gif", "")
	write(t, "empty.tsv", "\n")
	write(t, "lines.tsv", strings.Repeat("just a line\n", 5))
	write(t, "ragged.tsv", "a\tone\nb\ttwo\nno tab here\na\tthree\n\tno label\nb\tfour\na\tfive\n")
	write(t, "latin.tsv", "a\tone\nb\tcaf\xe9\na\tthree\nb\tfour\n")
	write(t, "onelabel.tsv", strings.Repeat("same\tsome text\n", 6))
	write(t, "unique.tsv", "1.5\tone text\n2.5\ttwo texts\n3.5\tthree texts\n4.25\tfour\n5.5\tfive\n6.5\tsix\n")
	write(t, "review.csv", "sentiment,review\ngood,\"I liked it, a lot\"\nbad,never again\ngood,fine\nbad,awful\ngood,nice\nbad,sad\n")
	write(t, "quotes.csv", "label,text\ngood,fine \"really\" fine\nbad,no\ngood,yes\nbad,so\n")
	write(t, "rows.tsv", `{"label": "a", "text": "one"}`+"\n")
	write(t, "page.tsv", "<html><body>404</body></html>\n")
	write(t, "wide.tsv", "\xff\xfea\x00\t\x00b\x00\n\x00")
	write(t, "letter.txt", "dear friend\n")
	write(t, "damaged/run.json", "{")
	write(t, "hello.txt", "hello\n")
	write(t, "tale.txt", "once upon a time\n")
	write(t, "strangers.txt", "once upon\nmany years\napple pear\n")
	write(t, "lonely.txt", "one\ntwo\none\ntwo\n")
	fruits(t, "things.tsv", 40)
	must(t, train(t, "", "things.tsv", "--epochs", "1", "-q", "--out", "textrun"))
	must(t, train(t, "", "good", "--epochs", "1", "-q", "--out", "picrun"))
	must(t, train(t, "", "words", "things.tsv", "--epochs", "1", "-q", "--out", "wordrun"))
	if err := os.RemoveAll("runs"); err != nil {
		t.Fatal(err)
	}
}

// hugePNG is the head of a picture of 65,500 × 65,500 pixels.
func hugePNG() []byte {
	head := make([]byte, 17)
	copy(head, "IHDR")
	binary.BigEndian.PutUint32(head[4:], 65500)
	binary.BigEndian.PutUint32(head[8:], 65500)
	head[12] = 8
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	binary.Write(&b, binary.BigEndian, uint32(13))
	b.Write(head)
	binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(head))
	return b.Bytes()
}
