package callbacks

import (
	"context"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
)

// request is what a server got.
type request struct {
	Path        string
	ContentType string  `json:"content_type"`
	XRun        *string `json:"x_run"`
	Body        string
}

// TestRemoteMonitorGolden compares requests with those of Keras, byte for byte.
func TestRemoteMonitorGolden(t *testing.T) {
	golden.Walk(t, "callback_runs/remote_monitor_*", func(t *testing.T, gc golden.Case) {
		var f struct {
			Config struct {
				SendAsJSON  bool `json:"send_as_json"`
				Field, Path string
				Headers     map[string]string
			}
			Epochs   [][][2]any
			Requests []request
		}
		gc.Decode(t, &f)
		var got []request
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			q := request{Path: r.URL.RequestURI(), ContentType: r.Header.Get("Content-Type"), Body: string(body)}
			if v := r.Header.Get("X-Run"); v != "" {
				q.XRun = &v
			}
			got = append(got, q)
		}))
		defer server.Close()
		c := &RemoteMonitor{Root: server.URL, SendAsJSON: f.Config.SendAsJSON, Field: f.Config.Field, Path: f.Config.Path, Headers: f.Config.Headers}
		r := &nn.Run{Context: context.Background()}
		must(t, c.OnTrainBegin(r))
		for e, pairs := range f.Epochs {
			var logs nn.Logs
			for _, p := range pairs {
				logs.Set(p[0].(string), p[1].(float64))
			}
			must(t, c.OnEpochEnd(r, e, &logs))
		}
		must(t, c.OnTrainEnd(r, nn.Logs{}))
		if c.Sent != len(f.Requests) || c.Failed+c.Dropped != 0 || len(got) != len(f.Requests) {
			t.Fatalf("sent %d, failed %d, dropped %d, arrived %d", c.Sent, c.Failed, c.Dropped, len(got))
		}
		for i, want := range f.Requests {
			g := got[i]
			if g.Path != want.Path || g.ContentType != want.ContentType || g.Body != want.Body || (g.XRun == nil) != (want.XRun == nil) || g.XRun != nil && *g.XRun != *want.XRun {
				t.Errorf("request %d is %+v, want %+v", i, g, want)
			}
		}
	})
}

// TestRemoteMonitorNeverBlocks: a server that hangs costs no epoch any time;
// what was lost is counted and said.
func TestRemoteMonitorNeverBlocks(t *testing.T) {
	hang, arrived := make(chan struct{}), make(chan struct{}, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(hang)
	c := &RemoteMonitor{Root: server.URL, Queue: 3, Timeout: 100 * time.Millisecond}
	var said []string
	x, y := printedData(t)
	first := true
	wait := &LambdaCallback{EpochEnd: func(*nn.Run, int, *nn.Logs) error {
		if first { // else all may be queued before the goroutine takes one
			<-arrived
			first = false
		}
		return nil
	}}
	_, err := logistic(t).Fit(context.Background(), arrays(x, y), nn.FitConfig{Epochs: 20, Callbacks: []nn.Callback{c, wait}, Warn: func(err error) { said = append(said, err.Error()) }})
	must(t, err)
	if c.Sent != 0 || c.Failed+c.Dropped != 20 || c.Failed < 4 || len(said) == 0 || !strings.Contains(said[len(said)-1], "20 of 20 events did not reach "+server.URL) {
		t.Errorf("sent %d, failed %d, dropped %d; said %q", c.Sent, c.Failed, c.Dropped, said)
	}
}

// TestRemoteMonitorRefused: a server that refuses, or none at all, ends nothing.
func TestRemoteMonitorRefused(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	for _, gone := range []bool{false, true} {
		if gone {
			server.Close()
		}
		c := &RemoteMonitor{Root: url}
		var said []string
		x, y := printedData(t)
		_, err := logistic(t).Fit(context.Background(), arrays(x, y), nn.FitConfig{Epochs: 3, Callbacks: []nn.Callback{c}, Warn: func(err error) { said = append(said, err.Error()) }})
		must(t, err)
		if c.Failed != 3 || len(said) == 0 || len(said) > 2 || !strings.Contains(said[len(said)-1], "3 of 3 events did not reach") {
			t.Errorf("failed %d; said %q", c.Failed, said)
		}
	}
}

func TestEventJSON(t *testing.T) {
	var logs nn.Logs
	logs.Set("loss", math.NaN())
	logs.Set("a\"\n😀", math.Inf(1))
	if got, want := string(eventJSON(3, &logs)), `{"epoch": 3, "loss": null, "a\"\u000a\ud83d\ude00": null}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
