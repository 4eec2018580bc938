package nn

import "fmt"

// A MultiMetric is a metric with several results: one for each threshold or each
// class. Each has a log of its own, the metric's name, an underscore and the
// result's name: f1_score_class_0, val_precision_at_0.2. (Keras has one log that
// holds an array.)
type MultiMetric interface {
	Metric
	// ResultNames names the results for an output of this shape. None: the metric
	// has one result after all, Result.
	ResultNames(yPred Shape) []string
	// Results fills in one number for each name; Result is then not asked.
	Results(sums, results []float64)
}

// resultNames are those of a metric with several results, else nil.
func resultNames(m Metric, yPred Shape) []string {
	if r, ok := m.(MultiMetric); ok {
		return r.ResultNames(yPred)
	}
	return nil
}

// names are the metric's logs.
func (p metricPlan) names() []string {
	if len(p.results) == 0 {
		return []string{p.key}
	}
	return p.results
}

// read fills in the metric's logs and returns how many there are.
func (p metricPlan) read(sums, logs []float64) int {
	if n := len(p.results); n > 0 {
		p.metric.(MultiMetric).Results(sums, logs[:n])
		return n
	}
	logs[0] = p.metric.Result(sums)
	return 1
}

// autoNamed is a metric whose name is a stem: the second of one model is stem_1,
// whatever outputs they are of. (Keras: metrics with name=None.)
type autoNamed interface{ AutoNamed() }

// metricNames gives the names of the metrics, then of the weighted metrics, of each
// output before prefixes.
func metricNames(outputs []OutputConfig) (names [][2][]string) {
	names = make([][2][]string, len(outputs))
	used := map[string]int{}
	for weighted := range 2 {
		for i, o := range outputs {
			for _, m := range [][]Metric{o.Metrics, o.WeightedMetrics}[weighted] {
				name := ""
				if m != nil {
					name = m.Name()
				}
				if _, ok := m.(autoNamed); ok {
					used[name]++
					if n := used[name]; n > 1 {
						name = fmt.Sprintf("%s_%d", name, n-1)
					}
				}
				names[i][weighted] = append(names[i][weighted], name)
			}
		}
	}
	return names
}
