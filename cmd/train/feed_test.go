package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// photos makes a folder of JPEGs of 160×120, bright at the left or at the right.
func photos(t *testing.T, dir string, each int) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	for _, class := range []string{"left", "right"} {
		for i := range each {
			m := image.NewRGBA(image.Rect(0, 0, 160, 120))
			for y := range 120 {
				for x := range 160 {
					v := x
					if class == "left" {
						v = 159 - x
					}
					m.Set(x, y, color.RGBA{uint8(v), uint8(40 + r.IntN(60)), uint8(y), 255})
				}
			}
			var b bytes.Buffer
			if err := jpeg.Encode(&b, m, nil); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, class, fmt.Sprintf("%03d.jpg", i)), b.String())
		}
	}
}

// The stages that make the data are timed, in words and in events.jsonl, and the
// pictures are read anew in every epoch when they do not fit into memory.
func TestDataWait(t *testing.T) {
	t.Chdir(t.TempDir())
	photos(t, "pics", 12)
	r := must(t, train(t, "", "pics", "--epochs", "2", "-v", "--target-size", "96", "--batch-size", "4", "--data-memory", "1", "--out", "run"))
	contains(t, r.stderr, "data       read ", "decode ", "augment ", "batch-wait ", " ms; 5 steps", "data-wait ")
	b, err := os.ReadFile("run/events.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	epochs := 0
	for _, e := range pure(t, string(b)) {
		if e["event"] != "epoch" {
			continue
		}
		epochs++
		wait, ok := e["data_wait"].(float64)
		data, _ := e["data"].(map[string]any)
		if !ok || wait < 0 || wait > 1 || data["decode_ms"] == nil || data["augment_ms"] == nil || data["batch_wait_ms"] == nil {
			t.Errorf("%v", e)
		}
	}
	if epochs != 2 {
		t.Errorf("%d epochs", epochs)
	}
}

// What pictures go through is the run's, also when it is used.
func TestDraftBelongsToTheRun(t *testing.T) {
	t.Chdir(t.TempDir())
	photos(t, "pics", 10)
	prep := func(run string) map[string]any {
		var r struct{ Preprocessing map[string]any }
		b, err := os.ReadFile(filepath.Join(run, "run.json"))
		if err == nil {
			err = json.Unmarshal(b, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
		return r.Preprocessing
	}
	must(t, train(t, "", "pics", "--epochs", "1", "-q", "--target-size", "24", "--out", "fast"))
	must(t, train(t, "", "pics", "--epochs", "1", "-q", "--target-size", "24", "--out", "slow", "--draft=false", "--orient=false"))
	if p := prep("fast"); p["draft"] != true || p["orient"] != true {
		t.Errorf("%v", p)
	}
	if p := prep("slow"); p["draft"] != nil || p["orient"] != nil {
		t.Errorf("%v", p)
	}
	a, b := must(t, train(t, "", "predict", "fast", "pics")).out, must(t, train(t, "", "predict", "slow", "pics")).out
	if strings.Count(a, "\n") != 20 || strings.Count(b, "\n") != 20 {
		t.Errorf("%q\n%q", a, b)
	}
	if r := train(t, "", "predict", "fast", "pics", "--draft=false"); r.code != 2 || !strings.Contains(r.stderr, "--draft belongs to training") {
		t.Errorf("%d %s", r.code, r.stderr)
	}
}

// Policies change pictures at random by the seed only, and the run has its own.
func TestPolicy(t *testing.T) {
	t.Chdir(t.TempDir())
	photos(t, "pics", 10)
	write(t, "mine.json", `[{"class_name": "Sometimes", "config": {"probability": 0.5, "do": {"class_name": "VerticalFlip", "config": {}}}}, "TrivialAugment"]`)
	one := func(out string, more ...string) string {
		r := must(t, train(t, "", append([]string{"pics", "--epochs", "2", "--target-size", "24", "--data-memory", "1", "--out", out}, more...)...))
		if out == "a" {
			contains(t, r.stderr, "augmentation: randaugment")
		}
		b, err := os.ReadFile(filepath.Join(out, "last.npz"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	a := one("a", "--policy", "randaugment", "--workers", "1")
	for i, workers := range []string{"2", "8"} {
		if a != one(fmt.Sprint("b", i), "--policy", "RandAugment", "--workers", workers) {
			t.Errorf("%s workers give another model", workers)
		}
	}
	plain := one("plain", "--augment=false")
	if mine := one("mine", "--policy", "mine.json"); mine == a || plain == a || plain == mine {
		t.Error("the policy changes nothing")
	}
	if plain != one("plain2", "--augment=false", "--policy", "randaugment") {
		t.Error("a policy without augmentation changes something")
	}
	exists(t, "a/policy.json", "mine/policy.json")
	os.Remove("mine.json")
	must(t, train(t, "", "--resume", "mine", "--epochs", "3"))
	b, err := os.ReadFile("mine/history.csv")
	if err != nil || strings.Count(string(b), "\n") != 4 {
		t.Errorf("%s %v", b, err)
	}
}

// Black pictures stand in for those that cannot be read.
func TestPlaceholder(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 20)
	write(t, "pics/along/bad.jpg", "<html>no</html>")
	r := must(t, train(t, "", "pics", "--epochs", "1", "--on-error", "placeholder", "--out", "run"))
	contains(t, r.stderr, "1 picture replaced by black ones, listed in run/quarantine.jsonl", "along 21", "bad        1 picture could not be read", "pics/along/bad.jpg: ")
}

// A picture that goes while training runs has a black one instead, unless that is
// an error; either way it is named.
func TestPictureGoes(t *testing.T) {
	for _, c := range []struct {
		policy string
		code   int
	}{{"skip", 0}, {"fail", 3}} {
		t.Chdir(t.TempDir())
		photos(t, "pics", 60)
		w := &trigger{text: "change ", f: func() {
			os.Remove("pics/left/007.jpg")
		}}
		var out bytes.Buffer
		args := []string{"pics", "--epochs", "2", "--target-size", "72", "--color-mode", "grayscale", "--batch-size", "8", "--data-memory", "1", "--on-error", c.policy, "--out", "run", "--validation-split", "0.1"}
		if code := run(context.Background(), args, nil, &out, w); code != c.code {
			t.Fatalf("%s: code %d\n%s", c.policy, code, w)
		}
		contains(t, w.String(), filepath.Join("pics", "left", "007.jpg")+": ", "no such file or directory")
		if c.policy == "skip" {
			contains(t, w.String(), "1 picture became unreadable while training ran", "while training: ")
			b, err := os.ReadFile("run/quarantine.jsonl")
			if err != nil || strings.Count(string(b), "\n") != 1 {
				t.Errorf("%s %v", b, err)
			}
		}
	}
}
