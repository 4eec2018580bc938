package callbacks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/antler-ml/antler/nn"
)

func init() { nn.Register[RemoteMonitor]() }

// RemoteMonitor sends the logs of each epoch to a server: an HTTP POST of
// {"epoch": 0, "loss": 0.5, …}, as a form or as JSON. A value that JSON cannot
// hold, such as NaN, is null.
//
// Training never waits for the server: requests are made by a goroutine of its
// own, in order; what does not fit its queue is dropped. [nn.Run.Warn] is told of
// the first failure and, at the end, of how many events did not arrive.
type RemoteMonitor struct {
	nn.NopCallback
	Root       string            `default:"http://localhost:9000"`
	Path       string            `default:"/publish/epoch/end/"`
	Field      string            `default:"data"` // of the form
	Headers    map[string]string `keras:"-"`      // set on each request; not saved, since they may hold secrets
	SendAsJSON bool              // the body is the JSON itself

	// Timeout ends a request. The end of training too waits no longer for those
	// that are under way. Default 10 s.
	Timeout time.Duration `keras:"-"`
	Queue   int           `keras:"-"` // events that may wait for the server; default 64
	Client  *http.Client  `keras:"-"` // default: one of its own

	// How many events arrived, were refused or lost on the way, and were dropped
	// since the server was slow. Valid after training.
	Sent, Failed, Dropped int `keras:"-"`

	post *poster
}

// poster is the goroutine that sends.
type poster struct {
	events chan []byte
	fail   chan error // the first failure
	done   chan struct{}
	stop   context.CancelFunc
	sent   int // these two are read after done
	failed int
}

// OnTrainBegin starts the goroutine.
func (c *RemoteMonitor) OnTrainBegin(r *nn.Run) error {
	if err := complete(c); err != nil {
		return fmt.Errorf("callbacks: RemoteMonitor: %w", err)
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Queue == 0 {
		c.Queue = 64
	}
	c.Sent, c.Failed, c.Dropped = 0, 0, 0
	// Not the context of the run: what it logged last is to be sent too when it ends.
	ctx, stop := context.WithCancel(context.WithoutCancel(r.Context))
	c.post = &poster{events: make(chan []byte, c.Queue), fail: make(chan error, 1), done: make(chan struct{}), stop: stop}
	go c.post.run(ctx, *c)
	return nil
}

func (p *poster) run(ctx context.Context, c RemoteMonitor) {
	defer close(p.done)
	client := c.Client
	if client == nil {
		t := &http.Transport{Proxy: http.ProxyFromEnvironment}
		defer t.CloseIdleConnections()
		client = &http.Client{Transport: t}
	}
	for body := range p.events {
		if err := c.send(ctx, client, body); err != nil {
			if p.failed++; p.failed == 1 {
				p.fail <- err // has room for it
			}
			continue
		}
		p.sent++
	}
}

// send makes one request.
func (c RemoteMonitor) send(ctx context.Context, client *http.Client, event []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	kind, body := "application/json", event
	if !c.SendAsJSON {
		kind, body = "application/x-www-form-urlencoded", []byte(url.QueryEscape(c.Field)+"="+url.QueryEscape(string(event)))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Root+c.Path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	for k, v := range c.Headers {
		req.Header.Set(k, v)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	if resp.StatusCode >= 400 {
		return fmt.Errorf("the server answers %s", resp.Status)
	}
	return nil
}

// OnEpochEnd hands the logs to the goroutine.
func (c *RemoteMonitor) OnEpochEnd(r *nn.Run, epoch int, logs *nn.Logs) error {
	select {
	case c.post.events <- eventJSON(epoch, logs):
	default:
		c.Dropped++
	}
	select {
	case err := <-c.post.fail:
		r.Warn(fmt.Errorf("callbacks: RemoteMonitor: %s: %w; training goes on", c.Root, err))
	default:
	}
	return nil
}

// OnTrainEnd waits, not longer than Timeout, for what is under way.
func (c *RemoteMonitor) OnTrainEnd(r *nn.Run, _ nn.Logs) error {
	p := c.post
	if p == nil {
		return nil
	}
	c.post = nil
	close(p.events)
	late := time.AfterFunc(c.Timeout, p.stop)
	<-p.done
	late.Stop()
	p.stop()
	c.Sent, c.Failed = p.sent, p.failed
	if lost := c.Failed + c.Dropped; lost > 0 {
		r.Warn(fmt.Errorf("callbacks: RemoteMonitor: %d of %d events did not reach %s: %d failed, %d were dropped since the server was slow", lost, lost+c.Sent, c.Root, c.Failed, c.Dropped))
	}
	return nil
}

// Validate checks the settings.
func (c *RemoteMonitor) Validate() error {
	u, err := url.Parse(c.Root + c.Path)
	switch {
	case err != nil:
		return err
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("Root is %q; want such as http://localhost:9000", c.Root)
	case c.Timeout < 0 || c.Queue < 0:
		return errors.New("Timeout and Queue may not be negative")
	}
	return nil
}

// eventJSON is the event as Python's json.dumps writes it.
func eventJSON(epoch int, logs *nn.Logs) []byte {
	var b bytes.Buffer
	b.WriteString(`{"epoch": ` + strconv.Itoa(epoch))
	for name, v := range logs.All() {
		value := pythonFloat(v)
		if notFinite(v) != "" {
			value = "null"
		}
		b.WriteString(`, ` + quoteASCII(name) + `: ` + value)
	}
	b.WriteString("}")
	return b.Bytes()
}

// quoteASCII is a JSON string of ASCII.
func quoteASCII(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		}
	}
	b.WriteByte('"')
	return b.String()
}
