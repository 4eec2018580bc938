package saving

import (
	"fmt"
	"reflect"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/metrics"
)

// compileStyle is where the settings of training stand in a file.
type compileStyle int

const (
	tfKeras compileStyle = iota // training_config of a .h5 file
	keras3                      // compile_config of a .keras file
)

// encodeCompile writes the settings of Compile as Keras does; false: the model is
// not compiled. Things that Keras knows by a word are written as that word, which
// every version understands.
func encodeCompile(m *nn.Model, style compileStyle) (config.Object, bool, error) {
	c, ok := m.CompileConfig()
	if !ok {
		return nil, false, nil
	}
	e := compileEncoder{style: style}
	opt := e.optimizer(c.Optimizer, m.LearningRate())
	o := config.Object{}
	if style == keras3 {
		o = append(o, config.Member{Key: "optimizer", Value: opt})
	}
	outs := outputConfigs(m, c)
	if len(outs) == 1 {
		o = append(o, config.Member{Key: "loss", Value: e.loss(outs[0].Loss)},
			config.Member{Key: "loss_weights", Value: e.weights(outs)},
			config.Member{Key: "metrics", Value: e.metrics(outs[0].Metrics)},
			config.Member{Key: "weighted_metrics", Value: e.metrics(outs[0].WeightedMetrics)})
	} else {
		var losses, metrics, weighted []any
		for _, out := range outs {
			losses = append(losses, e.loss(out.Loss))
			metrics = append(metrics, e.metrics(out.Metrics))
			weighted = append(weighted, e.metrics(out.WeightedMetrics))
		}
		o = append(o, config.Member{Key: "loss", Value: losses}, config.Member{Key: "loss_weights", Value: e.weights(outs)},
			config.Member{Key: "metrics", Value: lists(metrics)}, config.Member{Key: "weighted_metrics", Value: lists(weighted)})
	}
	if style == tfKeras {
		o = append(o, config.Member{Key: "sample_weight_mode", Value: nil}, config.Member{Key: "optimizer_config", Value: opt})
	} else {
		o = append(o, config.Member{Key: "run_eagerly", Value: false}, config.Member{Key: "steps_per_execution", Value: 1},
			config.Member{Key: "jit_compile", Value: false})
	}
	if e.err != nil {
		return nil, false, fmt.Errorf("how the model is trained: %w", e.err)
	}
	return o, true, nil
}

// outputConfigs are the settings of each output, in order.
func outputConfigs(m *nn.Model, c nn.CompileConfig) []nn.OutputConfig {
	var outs []nn.OutputConfig
	for _, n := range m.OutputNames() {
		o, ok := c.Outputs[n]
		if !ok {
			o = nn.OutputConfig{Loss: c.Loss, Metrics: c.Metrics, WeightedMetrics: c.WeightedMetrics}
		}
		outs = append(outs, o)
	}
	return outs
}

// lists is a list of lists, nil when all of them are empty.
func lists(all []any) any {
	some := false
	for i, x := range all {
		if x == nil {
			all[i] = []any{}
		} else {
			some = true
		}
	}
	if !some {
		return nil
	}
	return all
}

type compileEncoder struct {
	style compileStyle
	err   error // the first
}

func (e *compileEncoder) fail(err error) {
	if err != nil && e.err == nil {
		e.err = err
	}
}

// object is a thing with settings.
func (e *compileEncoder) object(module, class string, cfg config.Object) any {
	if e.style == tfKeras {
		return config.Object{{Key: "class_name", Value: class}, {Key: "config", Value: cfg}}
	}
	return config.Object{{Key: "module", Value: module}, {Key: "class_name", Value: class}, {Key: "config", Value: cfg},
		{Key: "registered_name", Value: nil}}
}

// isOff are settings that Keras calls None when they do nothing.
var isOff = map[string]bool{"clipnorm": true, "clipvalue": true, "global_clipnorm": true, "weight_decay": true,
	"ema_overwrite_frequency": true, "gradient_accumulation_steps": true}

// optimizer writes an optimizer with the learning rate that it has now.
func (e *compileEncoder) optimizer(opt nn.Optimizer, rate float64) any {
	class := config.ClassName(opt)
	own, err := config.Encode(opt)
	e.fail(err)
	decay, _ := own.Get("decay")
	legacy := e.style == tfKeras && decay != nil && decay != config.Float(0)
	cfg := config.Object{{Key: "name", Value: class}}
	for _, s := range own {
		switch {
		case s.Key == "learning_rate":
			if n, isNumber := s.Value.(config.Float); isNumber && float64(n) != rate {
				s.Value = config.Float(rate)
			} else if thing, ok := s.Value.(config.Object); ok {
				s.Value = e.schedule(thing)
			}
		case s.Key == "decay":
			if !legacy { // the optimizers of today have none
				continue
			}
		case s.Key == "gradient_accumulation_steps" && e.style == tfKeras:
			if isZero(s.Value) {
				continue // tf-keras does not know it; Keras 3 and we do
			}
		case legacy && !legacySettings[s.Key] && isOff[s.Key] && isZero(s.Value):
			continue
		case legacy && (s.Key == "use_ema" || s.Key == "ema_momentum"):
			continue
		}
		if isOff[s.Key] && isZero(s.Value) && !(class == "AdamW" && s.Key == "weight_decay") {
			s.Value = nil
		}
		cfg = append(cfg, s)
	}
	if e.style == tfKeras && !legacy { // without it tf-keras takes the optimizer for one of old
		cfg = append(cfg, config.Member{Key: "is_legacy_optimizer", Value: false})
	}
	return e.object("keras.optimizers", class, cfg)
}

// legacySettings are those that optimizers had before tf-keras 2.11, where decay is
// one of them.
var legacySettings = map[string]bool{"clipnorm": true, "clipvalue": true}

func isZero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case config.Float:
		return v == 0
	case int64:
		return v == 0
	}
	return false
}

// schedule is a learning rate that depends on the step.
func (e *compileEncoder) schedule(o config.Object) any {
	class, _ := o.Get("class_name")
	cfg, _ := o.Get("config")
	name, _ := class.(string)
	settings, _ := cfg.(config.Object)
	return e.object("keras.optimizers.schedules", name, settings)
}

// loss writes a loss: null, the word that Keras has for it, or an object.
func (e *compileEncoder) loss(l nn.Loss) any {
	if l == nil {
		return nil
	}
	if n, ok := l.(config.Namer); ok {
		return n.ConfigName()
	}
	class, own := e.settings(l)
	if known, err := config.Get[nn.Loss](nn.AutoName(class)); err == nil && config.ClassName(known) == class {
		if cfg, err := config.Encode(known); err == nil && reflect.DeepEqual(cfg, own) {
			return nn.AutoName(class)
		}
	}
	return e.object("keras.losses", class, own)
}

// settings are those of a thing, with its defaults.
func (e *compileEncoder) settings(v any) (class string, own config.Object) {
	v, err := config.Complete(v)
	e.fail(err)
	if err == nil {
		own, err = config.Encode(v)
		e.fail(err)
	}
	return config.ClassName(v), own
}

// weights lists the weights of the outputs' losses, nil if all are 1.
func (e *compileEncoder) weights(outs []nn.OutputConfig) any {
	var ws []any
	given := false
	for _, o := range outs {
		w := config.Float(1)
		if o.Weight != nil {
			w, given = config.Float(*o.Weight), true
		}
		ws = append(ws, w)
	}
	if !given {
		return nil
	}
	return ws
}

// renamed is a metric that has another name than its class gives it.
type renamed interface{ Unwrap() nn.Metric }

func (e *compileEncoder) metrics(ms []nn.Metric) any {
	if len(ms) == 0 {
		return nil
	}
	list := make([]any, len(ms))
	for i, m := range ms {
		list[i] = e.metric(m)
	}
	return list
}

// metric writes a word, if Keras has one for it, or an object with its name.
func (e *compileEncoder) metric(m nn.Metric) any {
	inner := m
	r, named := m.(renamed)
	if named {
		inner = r.Unwrap()
	}
	if n, ok := m.(config.Namer); ok {
		known, err := config.Get[nn.Metric](n.ConfigName())
		if !named || err == nil && config.ClassName(known) == config.ClassName(inner) {
			return n.ConfigName()
		}
	}
	switch inner.(type) {
	case metrics.Accuracy, *metrics.Accuracy: // the one that fits; Keras' class of this name is another
		return "accuracy"
	case metrics.Crossentropy, *metrics.Crossentropy:
		return "crossentropy"
	}
	class, own := e.settings(inner)
	return e.object("keras.metrics", class, append(config.Object{{Key: "name", Value: m.Name()}}, own...))
}
