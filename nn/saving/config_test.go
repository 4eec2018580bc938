package saving_test

import (
	"errors"
	"fmt"
	"log"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
)

// Keras: layer.get_config() and from_config().
func ExampleConfig() {
	l := nn.Name("hidden", &layers.Dense{Units: 3, Activation: activations.ReLU})
	cfg, err := saving.Config(nn.Freeze(l))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(cfg[:92]))
	again, err := saving.FromConfig("Dense", cfg)
	if err != nil {
		log.Fatal(err)
	}
	d := again.(*layers.Dense)
	fmt.Println(d.Name(), d.Units, d.Activation, d.Trainable())
	// Output:
	// {"name":"hidden","trainable":false,"dtype":"float32","units":3,"activation":"relu","use_bias
	// hidden 3 relu false
}

// TestConfigOfEverything: layers, wrappers, models, and models inside wrappers
// come back as they were.
func TestConfigOfEverything(t *testing.T) {
	inner := nn.NewSequential(nn.Input(3), nn.Freeze(&layers.Dense{Units: 2}), nn.InputShape(&layers.Dense{Units: 1}, 2))
	a := nn.Input(4, 3)
	frozen := nn.NewSequential(nn.Input(3), &layers.Dense{Units: 2})
	frozen.SetTrainable(false)
	for class, l := range map[string]nn.Layer{
		"Dense":              &layers.Dense{Units: 1},
		"TimeDistributed":    &layers.TimeDistributed{Layer: inner},
		"Bidirectional":      &layers.Bidirectional{Layer: nn.Name("walk", &layers.LSTM{Units: 2})},
		"Sequential":         frozen,
		"Functional":         nn.NewModel([]*nn.Symbol{a}, []*nn.Symbol{nn.ApplyTraining(false, &layers.TimeDistributed{Layer: inner}, a)[0]}),
		"Flatten":            &layers.Flatten{},
		"BatchNormalization": nn.Freeze(&layers.BatchNormalization{}),
	} {
		cfg, err := saving.Config(l)
		must(t, err)
		again, err := saving.FromConfig(class, cfg)
		if err != nil {
			t.Errorf("%s: %s: %v", class, cfg, err)
			continue
		}
		if second, err := saving.Config(again); err != nil || string(second) != string(cfg) {
			t.Errorf("%s becomes\n%s\n%v, was\n%s", class, second, err, cfg)
		}
	}
}

// TestAllThatIsMissing: one message names every class, function and thing that
// is not registered, also inside wrappers and nested models, and what to write.
func TestAllThatIsMissing(t *testing.T) {
	text := row(`{"class_name": "Zap", "config": {}},
		{"class_name": "Dense", "config": {"units": 1, "activation": "snoke", "kernel_initializer": {"class_name": "Magic", "config": {}}, "bias_constraint": "tight_fit"}},
		{"class_name": "TimeDistributed", "config": {"layer": {"class_name": "Dense", "config": {"units": 1, "activation": "snoke", "kernel_regularizer": "L9"}}}},
		{"class_name": "TimeDistributed", "config": {"layer": {"class_name": "Inner", "config": {}}}},
		{"class_name": "Sequential", "config": {"layers": [{"class_name": "Nested", "config": {}}]}}`)
	_, err := saving.FromJSON([]byte(text))
	if !errors.Is(err, saving.ErrUnknownClass) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{`layer "Zap"`, `layer "Inner"`, `layer "Nested"`, `activation "snoke" of Dense`, `initializer "Magic" of Dense`,
		`constraint "tight_fit" of Dense`, `regularizer "L9" of Dense`, `nn.Register[Zap]()`, `nn.Register[Magic]()`, `nn.Alias(value, "tight_fit")`, `nn.Alias(value, "snoke")`} {
		if strings.Count(err.Error(), want) != 1 {
			t.Errorf("%q is there %d times: %v", want, strings.Count(err.Error(), want), err)
		}
	}
}

func TestFromConfigMistakes(t *testing.T) {
	for want, f := range map[string]func() (nn.Layer, error){
		`unknown class: layer "Dens" (did you mean "Dense"?)`: func() (nn.Layer, error) { return saving.FromConfig("Dens", []byte(`{}`)) },
		`has no setting "unit"`:                               func() (nn.Layer, error) { return saving.FromConfig("Dense", []byte(`{"unit": 1}`)) },
		`nested`:                                              func() (nn.Layer, error) { return saving.FromConfig("Dense", []byte(strings.Repeat("[", 1000))) },
		`want a layer as`: func() (nn.Layer, error) {
			return saving.FromConfig("TimeDistributed", []byte(`{"layer": "Dense"}`))
		},
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
