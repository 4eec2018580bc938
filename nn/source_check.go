package nn

import (
	"errors"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/pipeline"
)

// checkSource refuses what makes no sense before anything runs.
func checkSource(method string, data pipeline.Source, steps, queue int) error {
	switch {
	case data == nil:
		return fmt.Errorf("nn: %s: no data", method)
	case steps < 0:
		return fmt.Errorf("nn: %s: Steps is %d; want 1 or more, or 0 for all the data", method, steps)
	case queue < 0:
		return fmt.Errorf("nn: %s: MaxQueueSize is %d; want 1 or more batches, or 0 for none ahead", method, queue)
	}
	return nil
}

// checkValidation refuses settings of validation that contradict each other.
func (c FitConfig) checkValidation() error {
	switch {
	case c.MaxQueueSize < 0:
		return fmt.Errorf("nn: Fit: MaxQueueSize is %d; want 1 or more batches, or 0 for none ahead", c.MaxQueueSize)
	case c.ValidationFreq != 0 && len(c.ValidationEpochs) > 0:
		return errors.New("nn: Fit: both ValidationFreq and ValidationEpochs are set; choose one")
	}
	for _, e := range c.ValidationEpochs {
		if e < 1 {
			return fmt.Errorf("nn: Fit: ValidationEpochs holds %d; epochs count from 1 there", e)
		}
	}
	return nil
}

// validates says whether an epoch, counted from 0, is followed by validation.
func (c FitConfig) validates(epoch int) bool {
	if len(c.ValidationEpochs) > 0 {
		return slices.Contains(c.ValidationEpochs, epoch+1)
	}
	return (epoch+1)%max(1, c.ValidationFreq) == 0
}

// ahead runs a source ahead of training; nil stays nil.
func ahead(src pipeline.Source, n int) pipeline.Source {
	if src == nil {
		return nil
	}
	return pipeline.Prefetch(src, n)
}
