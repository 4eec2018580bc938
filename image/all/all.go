// Package all makes package image read every format there is: import it for
// its effect.
//
//	import _ "github.com/antler-ml/antler/image/all"
package all

import (
	_ "github.com/antler-ml/antler/image/ppm" // by import
	_ "github.com/antler-ml/antler/image/tiff"
	_ "github.com/antler-ml/antler/image/webp"
)
