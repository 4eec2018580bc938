// Package impl registers the implementations that each kernel topic has beside
// its plain Go code, so that tests can run every one of them.
package impl

import "sync"

// An Implementation is one instruction-set variant of a topic.
type Implementation struct {
	Topic string // "gemm", "math", …
	Name  string // "AVX2", "AVX512"
	on    *bool  // the topic's own dispatch flag
	has   bool   // what this machine can do
}

var (
	mu  sync.Mutex
	all []*Implementation
)

// Register tells the registry of a dispatch flag. At the time of the call *on
// says whether this machine can run the implementation. Call it from init.
func Register(topic, name string, on *bool) {
	mu.Lock()
	defer mu.Unlock()
	all = append(all, &Implementation{Topic: topic, Name: name, on: on, has: *on})
}

// List returns the implementations of a topic, in the order of registration.
func List(topic string) []*Implementation {
	mu.Lock()
	defer mu.Unlock()
	var l []*Implementation
	for _, i := range all {
		if i.Topic == topic {
			l = append(l, i)
		}
	}
	return l
}

// Available reports whether this machine can run the implementation.
func (i *Implementation) Available() bool { return i.has }

// Select switches the topic to its implementation name alone; "" or "Go"
// means the plain Go code. The returned function restores what was on before.
// Only tests and benchmarks call it: it is not safe while kernels run.
func Select(topic, name string) (restore func()) {
	l := List(topic)
	old := make([]bool, len(l))
	for k, i := range l {
		old[k] = *i.on
		*i.on = i.has && i.Name == name
	}
	return func() {
		for k, i := range l {
			*i.on = old[k]
		}
	}
}
