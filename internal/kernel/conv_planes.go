package kernel

// convPlanes says which slices of a volume a slice of results is made of.
// Results are numbered over all volumes; an image is a volume of one slice.
//
// Slice z of a volume's results reads the planes (z*num+shift)/den + from[k],
// where the list from belongs to the phase (z*num+shift) mod den.
type convPlanes struct {
	in, out         int // slices of a volume: of the source, of the results
	num, den, shift int
	from            [][]int // by phase
	most            int     // planes of a phase
}

// forwardPlanes are those of a convolution.
func (s ConvShape) forwardPlanes() convPlanes {
	p := convPlanes{in: s.D, out: s.OD, num: s.SD, den: 1, from: make([][]int, 1), most: s.KD}
	for k := range s.KD {
		p.from[0] = append(p.from[0], k*s.DD-s.PD)
	}
	return p
}

// backPlanes are those of an input gradient: the slices of dx that lie
// alike to the windows meet the same taps.
func (s ConvShape) backPlanes() convPlanes {
	p := convPlanes{in: s.OD, out: s.D, num: 1, den: s.SD, shift: s.PD, from: make([][]int, s.SD)}
	for phase := range p.from {
		for _, k := range s.depthTaps(phase) {
			p.from[phase] = append(p.from[phase], -(k * s.DD / s.SD))
		}
		p.most = max(p.most, len(p.from[phase]))
	}
	return p
}

// depthTaps are the slices of the window that meet results of a phase of the
// depth's stride.
func (s ConvShape) depthTaps(phase int) (taps []int) {
	for k := range s.KD {
		if k*s.DD%s.SD == phase {
			taps = append(taps, k)
		}
	}
	return taps
}

// phase is that of result slice i.
func (p *convPlanes) phase(i int) int { return (i%p.out*p.num + p.shift) % p.den }

// same reports whether result slice i is made of source slice i alone.
func (p *convPlanes) same() bool {
	return p.in == p.out && p.num == 1 && p.den == 1 && p.shift == 0 && p.most == 1 && p.from[0][0] == 0
}

// source is the source slice that plane k of result slice i is, or -1 when it
// lies outside of the volume.
func (p *convPlanes) source(i, k int) int {
	at := i%p.out*p.num + p.shift
	z := at/p.den + p.from[at%p.den][k]
	if z < 0 || z >= p.in {
		return -1
	}
	return i/p.out*p.in + z
}
