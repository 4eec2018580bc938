package callbacks

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// embedding is one Embedding layer for TensorBoard's projector.
type embedding struct {
	layer string
	file  string // under LogDir
	table *tensor.Tensor
}

// embeddings are those of a model.
func embeddings(m *nn.Model) []embedding {
	var es []embedding
	for _, l := range m.Layers() {
		e, ok := l.(interface {
			Name() string
			Weights() []*nn.Weight
		})
		if ok && nn.ClassName(l) == "Embedding" && len(e.Weights()) == 1 {
			name := strings.ReplaceAll(e.Name(), "/", "_")
			es = append(es, embedding{e.Name(), name + "_embeddings.tsv", e.Weights()[0].Value()})
		}
	}
	return es
}

// configureEmbeddings writes projector_config.pbtxt, which tells the projector
// what there is.
func (c *TensorBoard) configureEmbeddings(m *nn.Model) error {
	es := embeddings(m)
	var names []string
	for _, e := range es {
		names = append(names, e.layer)
	}
	for _, name := range slices.Sorted(maps.Keys(c.EmbeddingsMetadata)) {
		if name != "" && !slices.Contains(names, name) {
			err := fmt.Errorf("EmbeddingsMetadata names %q, but the model's Embedding layers are %q", name, names)
			if near := config.Nearest(name, names); len(near) > 0 {
				err = fmt.Errorf("%w; did you mean %q?", err, near[0])
			}
			return err
		}
	}
	var b strings.Builder
	for _, e := range es {
		shape := e.table.Shape()
		fmt.Fprintf(&b, "embeddings {\n  tensor_name: %q\n  tensor_path: %q\n  tensor_shape: %d\n  tensor_shape: %d\n", e.layer, e.file, shape[0], shape[1])
		meta, ok := c.EmbeddingsMetadata[e.layer]
		if !ok {
			meta = c.EmbeddingsMetadata[""]
		}
		if meta != "" {
			fmt.Fprintf(&b, "  metadata_path: %q\n", meta)
		}
		b.WriteString("}\n")
	}
	if err := os.MkdirAll(c.LogDir, 0o777); err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(c.LogDir, "projector_config.pbtxt"), []byte(b.String()))
}

// writeEmbeddings writes the tables as they are now: one row a line.
func (c *TensorBoard) writeEmbeddings(m *nn.Model) error {
	for _, e := range embeddings(m) {
		err := atomicfile.Write(filepath.Join(c.LogDir, e.file), func(w io.Writer) error {
			out := bufio.NewWriter(w)
			cols, line := e.table.Shape()[1], []byte(nil)
			for i, v := range e.table.Data() {
				line = strconv.AppendFloat(line[:0], float64(v), 'g', -1, 32)
				if (i+1)%cols == 0 {
					line = append(line, '\n')
				} else {
					line = append(line, '\t')
				}
				if _, err := out.Write(line); err != nil {
					return err
				}
			}
			return out.Flush()
		})
		if err != nil {
			return err
		}
	}
	return nil
}
