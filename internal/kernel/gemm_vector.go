package kernel

func (j *gemmJob) runVector() bool { return false }

func (j *gemmJob) vectorPart(lo, hi int) {}
