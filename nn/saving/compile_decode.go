package saving

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/metrics"
)

// applyCompile compiles a model with the settings in a file: training_config of a
// .h5 file, or compile_config of a .keras file. A loss, a metric or an optimizer
// that is not registered leaves the model as it is, not compiled, and is a
// warning: predictions need none of them.
func applyCompile(m *nn.Model, raw []byte) (warnings []string) {
	var c map[string]any
	if err := json.Unmarshal(raw, &c); err != nil {
		return []string{fmt.Sprintf("how the model was trained cannot be read, so it is not compiled: %v", err)}
	}
	if c == nil { // null: saved without compile
		return nil
	}
	d := compileDecoder{outputs: m.OutputNames()}
	cfg, err := d.compile(c)
	if err := d.missing.or(err); err != nil {
		return append(d.warnings, fmt.Sprintf("the model is not compiled (it predicts all the same): %v", err))
	}
	if err := m.Compile(cfg); err != nil {
		return append(d.warnings, fmt.Sprintf("the model is not compiled (it predicts all the same): %v", err))
	}
	return d.warnings
}

type compileDecoder struct {
	outputs  []string
	keras3   bool
	missing  missing
	warnings []string
}

func (d *compileDecoder) compile(c map[string]any) (nn.CompileConfig, error) {
	cfg := nn.CompileConfig{AnyPair: true} // the pair was good enough for Keras
	wire := c["optimizer_config"]
	if wire == nil {
		wire = c["optimizer"]
	}
	opt, err := d.optimizer(wire)
	if err != nil {
		return cfg, fmt.Errorf("optimizer: %w", err)
	}
	cfg.Optimizer = opt
	losses, err := d.perOutput(c["loss"], "loss")
	if err != nil {
		return cfg, err
	}
	weights, err := d.perOutput(c["loss_weights"], "loss_weights")
	if err != nil {
		return cfg, err
	}
	plain, err := d.metricLists(c["metrics"], "metrics")
	if err != nil {
		return cfg, err
	}
	weighted, err := d.metricLists(c["weighted_metrics"], "weighted_metrics")
	if err != nil {
		return cfg, err
	}
	outs := make([]nn.OutputConfig, len(d.outputs))
	for i, name := range d.outputs {
		o := &outs[i]
		if o.Loss, err = d.loss(losses[i]); err != nil {
			return cfg, err
		}
		if w, ok := weights[i].(float64); ok {
			o.Weight = &w
		}
		if o.Metrics, err = d.metrics(plain[i], name); err != nil {
			return cfg, err
		}
		if o.WeightedMetrics, err = d.metrics(weighted[i], name); err != nil {
			return cfg, err
		}
	}
	if len(outs) == 1 && outs[0].Weight == nil {
		cfg.Loss, cfg.Metrics, cfg.WeightedMetrics = outs[0].Loss, outs[0].Metrics, outs[0].WeightedMetrics
		return cfg, nil
	}
	cfg.Outputs = map[string]nn.OutputConfig{}
	for i, name := range d.outputs {
		cfg.Outputs[name] = outs[i]
	}
	return cfg, nil
}

// isOne reports whether x stands for one thing: a word or an object with a class.
func isOne(x any) bool {
	switch x := x.(type) {
	case map[string]any:
		return x["class_name"] != nil
	case []any:
		return false
	}
	return true
}

// perOutput spreads null, one thing, a list by place or a mapping by name over the
// outputs.
func (d *compileDecoder) perOutput(x any, key string) ([]any, error) {
	each := make([]any, len(d.outputs))
	switch x := x.(type) {
	case []any:
		if len(x) != len(each) {
			return nil, fmt.Errorf("%s lists %d, the model has %d outputs", key, len(x), len(each))
		}
		copy(each, x)
		return each, nil
	case map[string]any:
		if isOne(x) {
			break
		}
		for name, v := range x {
			i := slices.Index(d.outputs, name)
			if i < 0 {
				return nil, fmt.Errorf("%s names %q, but the model's outputs are %q", key, name, d.outputs)
			}
			each[i] = v
		}
		return each, nil
	}
	for i := range each {
		each[i] = x
	}
	return each, nil
}

// metricLists spreads metrics over the outputs: those of each are null, one thing
// or a list. A plain list belongs to every output in Keras 2, to one output each in
// Keras 3.
func (d *compileDecoder) metricLists(x any, key string) ([]any, error) {
	list, ok := x.([]any)
	if !ok {
		return d.perOutput(x, key)
	}
	if len(list) == 0 {
		return make([]any, len(d.outputs)), nil
	}
	nested := slices.ContainsFunc(list, func(x any) bool { _, is := x.([]any); return is })
	if nested || len(d.outputs) > 1 && d.keras3 {
		return d.perOutput(list, key)
	}
	each := make([]any, len(d.outputs))
	for i := range each {
		each[i] = x
	}
	return each, nil
}

// split takes class and settings out of what stands for a thing.
func split(x any) (class string, cfg map[string]any, err error) {
	switch x := x.(type) {
	case string:
		return x, nil, nil
	case map[string]any:
		class, _ = x["class_name"].(string)
		switch c := x["config"].(type) {
		case map[string]any:
			cfg = maps.Clone(c)
		case string: // Keras 3 writes functions so
			return c, nil, nil
		}
		if name, ok := x["registered_name"].(string); ok && strings.Contains(name, ">") {
			class = name
		}
		if i := strings.LastIndexByte(class, '>'); i >= 0 { // Custom>Adam
			class = class[i+1:]
		}
	}
	if class == "" {
		return "", nil, fmt.Errorf("want a name or {\"class_name\", \"config\"}, got %.80v", x)
	}
	return class, cfg, nil
}

// silent are settings that change nothing here: names, and what is about how Keras
// runs.
var silent = []string{"name", "dtype", "fn", "jit_compile", "is_legacy_optimizer", "loss_scale_factor", "loss_scale", "dynamic",
	"trainable", "weight_decay_exclude", "axis", "reduction"}

// settings removes what v has no place for, and says so unless that is silent.
func (d *compileDecoder) settings(v any, class string, cfg map[string]any) {
	keys := config.Keys(v)
	for _, k := range slices.Sorted(maps.Keys(cfg)) {
		if slices.Contains(keys, k) {
			continue
		}
		if x := cfg[k]; x != nil && !slices.Contains(silent, k) && x != false && x != 0.0 {
			d.warnings = append(d.warnings, fmt.Sprintf("%s: the setting %s = %v is not known here and was left out", class, k, x))
		}
		delete(cfg, k)
	}
}

// optimizer reads an optimizer of any version.
func (d *compileDecoder) optimizer(x any) (nn.Optimizer, error) {
	if x == nil {
		return nil, errors.New("the file names none")
	}
	class, cfg, err := split(x)
	if err != nil {
		return nil, err
	}
	if _, ok := cfg["loss_scale_factor"]; ok {
		d.keras3 = true
	}
	if strings.HasPrefix(class, "LossScaleOptimizer") { // of mixed precision, which is not needed here
		return d.optimizer(cfg["inner_optimizer"])
	}
	if class, cfg, err = optimizerOfOld(class, cfg); err != nil {
		return nil, err
	}
	v, err := config.New(class, reflect.TypeFor[nn.Optimizer]())
	if err != nil {
		if v, err := config.Get[nn.Optimizer](class); err == nil {
			class = config.ClassName(v) // the word is shared: make one of its class
		}
		if v, err = config.New(class, reflect.TypeFor[nn.Optimizer]()); err != nil {
			d.missing.add(err, "")
			return nil, nil
		}
	}
	d.settings(v, class, cfg)
	if err := config.Decode(v, cfg); err != nil {
		return nil, d.missing.add(err, class)
	}
	return v.(nn.Optimizer), nil
}

// optimizerOfOld gives the settings of Keras 1 and 2 their names of today.
func optimizerOfOld(class string, cfg map[string]any) (string, map[string]any, error) {
	if class == "TFOptimizer" {
		return "", nil, errors.New("TFOptimizer wraps an optimizer of TensorFlow, whose settings are not in the file; call Compile")
	}
	if lr, ok := cfg["lr"]; ok {
		if _, both := cfg["learning_rate"]; !both {
			cfg["learning_rate"] = lr
		}
		delete(cfg, "lr")
	}
	for _, k := range []string{"epsilon", "learning_rate", "initial_accumulator_value"} {
		if v, ok := cfg[k]; ok && v == nil { // Keras 2.1 to 2.3: the default
			delete(cfg, k)
		}
	}
	return class, cfg, nil
}

// loss reads a loss: null, a word or an object.
func (d *compileDecoder) loss(x any) (nn.Loss, error) {
	if x == nil {
		return nil, nil
	}
	class, cfg, err := split(x)
	if err != nil {
		return nil, fmt.Errorf("loss: %w", err)
	}
	if fn, ok := cfg["fn"].(string); ok && class == "LossFunctionWrapper" {
		class, cfg = fn, nil
	}
	v, err := config.New(class, reflect.TypeFor[nn.Loss]())
	if err != nil { // a word
		v, err := config.Get[nn.Loss](class)
		if err != nil {
			d.missing.add(err, "")
		}
		return v, nil
	}
	if r, ok := cfg["reduction"]; ok && (r == "auto" || r == "mean" || r == nil) {
		delete(cfg, "reduction")
	}
	d.settings(v, class, cfg)
	if err := config.Decode(v, cfg); err != nil {
		return nil, d.missing.add(err, class)
	}
	return v.(nn.Loss), nil
}

// metrics reads those of one output: null, one, or a list.
func (d *compileDecoder) metrics(x any, output string) ([]nn.Metric, error) {
	list, ok := x.([]any)
	if !ok && x != nil {
		list = []any{x}
	}
	var ms []nn.Metric
	for _, x := range list {
		if x == nil {
			continue
		}
		m, err := d.metric(x, output)
		if err != nil {
			return nil, fmt.Errorf("metric: %w", err)
		}
		if m != nil {
			ms = append(ms, m)
		}
	}
	return ms, nil
}

func (d *compileDecoder) metric(x any, output string) (nn.Metric, error) {
	class, cfg, err := split(x)
	if err != nil {
		return nil, err
	}
	name, _ := cfg["name"].(string)
	if len(d.outputs) > 1 { // Keras 2 puts the output before it, as our Compile does
		name = strings.TrimPrefix(name, output+"_")
	}
	if fn, ok := cfg["fn"].(string); ok && class == "MeanMetricWrapper" {
		return d.function(fn, name)
	}
	v, err := config.New(class, reflect.TypeFor[nn.Metric]())
	if err != nil {
		return d.function(class, name)
	}
	d.settings(v, class, cfg)
	if err := config.Decode(v, cfg); err != nil {
		return nil, d.missing.add(err, class)
	}
	m := v.(nn.Metric)
	if name != "" && name != m.Name() && !numbered(name, m.Name()) {
		m = metrics.Named(name, m)
	}
	return m, nil
}

// numbered reports whether a name is only there to tell metrics of one class
// apart: auc_1.
func numbered(name, stem string) bool {
	rest, ok := strings.CutPrefix(name, stem+"_")
	return ok && rest != "" && strings.Trim(rest, "0123456789") == ""
}

// function finds the metric of a word. "accuracy" and "crossentropy" are those that
// fit, whatever function Keras chose for them.
func (d *compileDecoder) function(fn, name string) (nn.Metric, error) {
	if (name == "accuracy" || name == "acc") && strings.HasSuffix(fn, "accuracy") || (name == "crossentropy" || name == "ce") && strings.HasSuffix(fn, "crossentropy") {
		fn = name
	}
	if name != "" && name != fn { // mse is mean_squared_error
		if short, err := config.Get[nn.Metric](name); err == nil {
			if long, err := config.Get[nn.Metric](fn); err == nil && config.ClassName(short) == config.ClassName(long) {
				return short, nil
			}
		}
	}
	m, err := config.Get[nn.Metric](fn)
	if err != nil {
		if l, lossErr := config.Get[nn.Loss](fn); lossErr == nil { // any loss is a metric
			return metrics.Of(cmp.Or(name, fn), l), nil
		}
		d.missing.add(err, "")
		return nil, nil
	}
	if name != "" && name != m.Name() {
		m = metrics.Named(name, m)
	}
	return m, nil
}
