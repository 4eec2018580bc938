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

// winograd2 is what a transform of F(2×2, 3×3) multiplies with from the left;
// from the right it is the transposed.
var winograd2 = [5][][]float32{
	winogradSources: {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
	winogradResults: {{1, 1, 1, 0}, {0, 1, -1, -1}},
	winogradSpreads: {{1, 0}, {1, 1}, {1, -1}, {0, -1}},
	winogradWeights: {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}},
	winogradKernels: {{1, .5, .5, 0}, {0, .5, -.5, 0}, {0, .5, .5, 1}},
}

// winograd4 is the same of F(4×4, 3×3), interpolated at 0, ±a, ±b and infinity:
// products of polynomials from their values at six points. The usual points,
// 0, ±1, ±2 and infinity, lose three times as many digits.
var winograd4 = func() (t [5][][]float32) {
	const a, b = 0.625, 1.5 // also in _asm/winograd
	const nought, underA, underB = a * a * b * b, 2 * a * a * (a*a - b*b), 2 * b * b * (b*b - a*a)
	t[winogradSources] = [][]float32{
		{a * a * b * b, 0, -a*a - b*b, 0, 1, 0},
		{0, -a * b * b, -b * b, a, 1, 0},
		{0, a * b * b, -b * b, -a, 1, 0},
		{0, -a * a * b, -a * a, b, 1, 0},
		{0, a * a * b, -a * a, -b, 1, 0},
		{0, a * a * b * b, 0, -a*a - b*b, 0, 1},
	}
	t[winogradResults] = [][]float32{
		{1, 1, 1, 1, 1, 0},
		{0, a, -a, b, -b, 0},
		{0, a * a, a * a, b * b, b * b, 0},
		{0, a * a * a, -a * a * a, b * b * b, -b * b * b, 1},
	}
	t[winogradWeights] = [][]float32{
		{1 / nought, 0, 0},
		{1 / underA, a / underA, a * a / underA},
		{1 / underA, -a / underA, a * a / underA},
		{1 / underB, b / underB, b * b / underB},
		{1 / underB, -b / underB, b * b / underB},
		{0, 0, 1},
	}
	turned := func(m [][]float32) [][]float32 {
		t := make([][]float32, len(m[0]))
		for i := range t {
			for _, line := range m {
				t[i] = append(t[i], line[i])
			}
		}
		return t
	}
	t[winogradSpreads], t[winogradKernels] = turned(t[winogradResults]), turned(t[winogradWeights])
	return t
}()

func winogradMatrix(m int, kind winogradKind) [][]float32 {
	if m == 4 {
		return winograd4[kind]
	}
	return winograd2[kind]
}

// winogradSteps says where squares lie: cell (i, j) of channel c of square k at
// at + i*row + j*col + k*next + c.
type winogradSteps struct{ at, row, col, next int }

// winogradGo is the reference: the definition, channel by channel.
func winogradGo(m [][]float32, src []float32, from winogradSteps, dst []float32, to winogradSteps, n, count int, bias []float32, relu bool) {
	for k := range count {
		for c := range n {
			winogradCell(m, src, from, dst, to, c, k, bias, relu)
		}
	}
}

func winogradCell(m [][]float32, src []float32, from winogradSteps, dst []float32, to winogradSteps, c, square int, bias []float32, relu bool) {
	var half [6][6]float32 // m · src
	for i, line := range m {
		for j := range line {
			for k, x := range line {
				half[i][j] += float32(x * src[from.at+c+k*from.row+j*from.col+square*from.next])
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
			dst[to.at+c+i*to.row+j*to.col+square*to.next] = sum
		}
	}
}

// winogradMulGo computes c = a·b, or adds it to c, for rows × cols results.
func winogradMulGo(a []float32, lda int, b []float32, ldb int, c []float32, ldc, rows, cols, k int, add bool) {
	for i := range rows {
		c := c[i*ldc:][:cols]
		if !add {
			clear(c)
		}
		for p, x := range a[i*lda:][:k] {
			for j, y := range b[p*ldb:][:cols] {
				c[j] += float32(x * y)
			}
		}
	}
}

// winogradSumGo computes c = aᵀ·b, or adds it to c, for rows × cols results.
func winogradSumGo(a []float32, lda int, b []float32, ldb int, c []float32, ldc, rows, cols, k int, add bool) {
	for i := range rows {
		if !add {
			clear(c[i*ldc:][:cols])
		}
	}
	for p := range k {
		b := b[p*ldb:][:cols]
		for i, x := range a[p*lda:][:rows] {
			c := c[i*ldc:][:cols]
			for j, y := range b {
				c[j] += float32(x * y)
			}
		}
	}
}
