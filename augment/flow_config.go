package augment

import (
	"fmt"
	"runtime"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// FlowConfig says how samples become batches. Its fields are Keras' arguments.
type FlowConfig struct {
	BatchSize int   `default:"32"`
	Shuffle   *bool `default:"true"` // a new order in every epoch
	Seed      *int  // of the order and the transformations; nil stands for 0

	SaveToDir  string // a directory for the images as they are given out, to look at; must exist
	SavePrefix string
	SaveFormat string `default:"png"`

	Subset    Subset // which part of the samples, by ValidationSplit
	NoAugment bool   // leave out the random transformations and Policy, as one should for validation; Keras has no such switch
	Workers   int    // goroutines; 0: one for each processor. The batches do not depend on it.
	Prefetch  int    // batches that workers make while one is in use; 0: some samples only. It copies nothing, unlike pipeline.Prefetch.

	// Budget bounds the batches in use and under way: fewer are made ahead than
	// Prefetch says where they would have more than the flow's part. Beside it
	// are the pictures that workers read, each bounded by Limits. May be nil.
	Budget *pipeline.Budget

	// Meter takes the times of the workers' "load" (of flows from files) and
	// "augment", and knows what they work on. May be nil.
	Meter *pipeline.Meter

	// Beyond Keras. Policy comes before the generator's own transformation. In
	// flows from files it sees pictures in their own size, and what it leaves is
	// brought to TargetSize. Mix mixes the images of each batch, and targets.
	Policy *Policy
	Mix    BatchAugmentation
	// Masks are moved as the images are, by the nearest pixel, and become the last
	// of the batch's targets.
	Masks         *tensor.Tensor // for Flow: of rank 4 (samples, height, width, channels)
	MaskDirectory string         // for flows from files: for each picture a grey one of the same size and path below this directory, any extension

	// For flows from files only.
	TargetSize      [2]int              // height and width; default 256, 256
	ColorMode       image.ColorMode     `default:"rgb"`
	Classes         []string            // sub-directories to read, in the order of their numbers; nil: all, sorted
	ClassMode       ClassMode           `default:"categorical"`
	FollowLinks     bool                // descend into directories that are symbolic links
	Interpolation   image.Interpolation `default:"nearest"` // of the resizing to TargetSize
	KeepAspectRatio bool                // cut images to TargetSize's proportions
	Draft           bool                // decode large JPEGs at 1/2, 1/4 or 1/8, see [image.LoadConfig]; not for flows with Policy or masks, which begin with whole pictures
	Orient          bool                // turn pictures, and masks, each as its own EXIF orientation says
	AllowTruncated  bool                // of a JPEG that ends early the rest is grey; else it cannot be read
	Limits          image.Limits        // what reading one image may cost
	OnError         OnError             `default:"fail"` // what becomes of files that cannot be read (FlowFunc knows no Skip)

	// For FlowFromDataframe only.
	XCol              string   `default:"filename"`
	YCol              []string // default "class"; several for MultiOutput and Raw
	WeightCol         string   // of the sample weights
	LabelSeparator    string   // between the labels of a cell that holds several, in CSV and TSV files
	ValidateFilenames *bool    `default:"true"` // leave out rows whose file does not exist or has another extension; Bad lists them

	// For Flow and FlowFunc only.
	Misc             []*tensor.Tensor   // further inputs, passed on after the images
	SampleWeight     *tensor.Tensor     // one for each sample
	Name             func(i int) string // what errors call sample i of FlowFunc; nil: "sample i"
	IgnoreClassSplit bool               // with Subset: do not insist that both parts have the same labels
}

// A Subset is a part of the samples.
type Subset string

// The subsets. The empty one is all samples.
const (
	Training   Subset = "training"   // all but the first ValidationSplit of the samples; in a directory, of each class
	Validation Subset = "validation" // the first ValidationSplit of the samples
)

// A ClassMode says what targets flows from files give.
type ClassMode string

// The class modes. The empty one is Categorical.
const (
	Categorical ClassMode = "categorical"  // 1 in the column of the class, else 0
	Binary      ClassMode = "binary"       // the number of the class
	Sparse      ClassMode = "sparse"       // likewise
	Input       ClassMode = "input"        // the image itself
	None        ClassMode = "none"         // no targets
	Raw         ClassMode = "raw"          // for FlowFromDataframe: the numbers of the columns YCol
	MultiOutput ClassMode = "multi_output" // for FlowFromDataframe: a target of its own for each column
)

// OnError says what becomes of files that cannot be read.
type OnError string

// The policies. The empty one is Fail.
const (
	Fail        OnError = "fail"        // the epoch ends with an error that names the file
	Skip        OnError = "skip"        // they are found by reading all files once beforehand, and left out
	Placeholder OnError = "placeholder" // the image is all zeros; the target stays
)

func (f *FlowConfig) defaults() error {
	if f.BatchSize == 0 {
		f.BatchSize = 32
	}
	if f.BatchSize < 0 {
		return fmt.Errorf("augment: BatchSize is %d, want at least 1", f.BatchSize)
	}
	if f.SaveFormat == "" {
		f.SaveFormat = "png"
	}
	if f.Workers <= 0 {
		f.Workers = runtime.GOMAXPROCS(0)
	}
	f.Prefetch = max(f.Prefetch, 0)
	switch f.Subset {
	case "", Training, Validation:
	default:
		return fmt.Errorf("augment: Subset is %q, want %q or %q", f.Subset, Training, Validation)
	}
	switch f.OnError {
	case "":
		f.OnError = Fail
	case Fail, Skip, Placeholder:
	default:
		return fmt.Errorf("augment: OnError is %q, want %q, %q or %q", f.OnError, Fail, Skip, Placeholder)
	}
	return nil
}
