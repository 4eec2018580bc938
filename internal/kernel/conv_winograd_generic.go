package kernel

// A winogradKind is one of the transforms.
type winogradKind int

const (
	winogradSources winogradKind = iota // Bᵀ·d·B
	winogradResults                     // Aᵀ·m·A
	winogradSpreads                     // A·d·Aᵀ
	winogradWeights                     // G·g·Gᵀ
	winogradKernels                     // Gᵀ·u·G
)

// winogradMatrix is what a transform multiplies with from the left; from the
// right it is the transposed.
var winogradMatrix = [...][][]float32{
	winogradSources: {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
	winogradResults: {{1, 1, 1, 0}, {0, 1, -1, -1}},
	winogradSpreads: {{1, 0}, {1, 1}, {1, -1}, {0, -1}},
	winogradWeights: {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}},
	winogradKernels: {{1, .5, .5, 0}, {0, .5, -.5, 0}, {0, .5, .5, 1}},
}

// winogradGo is the reference: the definition, channel by channel. The cell
// (i, j) of a channel lies at i*row + j*col from the first one.
func winogradGo(kind winogradKind, src []float32, at, row, col int, dst []float32, dstRow, dstCol, n int, bias []float32, relu bool) {
	m := winogradMatrix[kind]
	for c := range n {
		var half [4][4]float32 // m · src
		for i, line := range m {
			for j := range line {
				for k, x := range line {
					half[i][j] += float32(x * src[at+c+k*row+j*col])
				}
			}
		}
		for i := range m {
			for j, line := range m {
				var sum float32
				for k, x := range line {
					sum += float32(half[i][k] * x)
				}
				if bias != nil {
					sum += bias[c]
				}
				if relu && sum < 0 {
					sum = 0
				}
				dst[c+i*dstRow+j*dstCol] = sum
			}
		}
	}
}
