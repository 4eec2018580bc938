package nn

// CompileConfig returns what [Model.Compile] was given, and whether the model is
// compiled. Things in it are the model's own; do not change them.
// Keras: get_compile_config.
func (m *Model) CompileConfig() (CompileConfig, bool) {
	if m.compiled == nil {
		return CompileConfig{}, false
	}
	return m.compiled.cfg, true
}

// LearningRate is that of the next update, before decay; 0 when the model is not
// compiled. A schedule has its own.
// Keras: optimizer.learning_rate, optimizer.lr.
func (m *Model) LearningRate() float64 {
	if m.compiled == nil {
		return 0
	}
	return m.compiled.lr
}
