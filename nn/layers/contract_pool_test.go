package layers_test

import (
	"maps"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

func init() {
	layerKinds = append(layerKinds, "layers_pool")
	maps.Copy(contracts, map[string]contract{
		"max pooling 1d":           {&layers.MaxPooling1D{}, []nn.Shape{{none, 6, 2}}},
		"max pooling 1d same":      {&layers.MaxPooling1D{PoolSize: 3, Strides: 2, Padding: layers.Same, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 7}}},
		"average pooling 1d":       {&layers.AveragePooling1D{PoolSize: 3, Strides: 1}, []nn.Shape{{none, 5, 3}}},
		"average pooling 1d same":  {&layers.AveragePooling1D{PoolSize: 4, Padding: layers.Same}, []nn.Shape{{none, 7, 2}}},
		"max pooling 3d":           {&layers.MaxPooling3D{}, []nn.Shape{{none, 2, 4, 2, 2}}},
		"max pooling 3d same":      {&layers.MaxPooling3D{PoolSize: [3]int{3, 2, 3}, Strides: [3]int{2, 1, 2}, Padding: layers.Same, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 3, 3, 2}}},
		"average pooling 3d":       {&layers.AveragePooling3D{PoolSize: [3]int{1, 2, 2}, Strides: [3]int{1, 1, 2}}, []nn.Shape{{none, 2, 3, 4, 2}}},
		"average pooling 3d same":  {&layers.AveragePooling3D{PoolSize: [3]int{2, 3, 2}, Padding: layers.Same}, []nn.Shape{{none, 3, 2, 3, 2}}},
		"global max 1d":            {&layers.GlobalMaxPooling1D{}, []nn.Shape{{none, 4, 3}}},
		"global max 3d":            {&layers.GlobalMaxPooling3D{Keepdims: true}, []nn.Shape{{none, 2, 2, 3, 2}}},
		"global average 1d":        {&layers.GlobalAveragePooling1D{}, []nn.Shape{{none, nn.Unknown, 3}}},
		"global average 1d first":  {&layers.GlobalAveragePooling1D{DataFormat: layers.ChannelsFirst, Keepdims: true}, []nn.Shape{{none, 3, 4}}},
		"global average 3d":        {&layers.GlobalAveragePooling3D{DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 2, 3, 2}}},
		"cropping 1d":              {&layers.Cropping1D{Cropping: &[2]int{1, 2}}, []nn.Shape{{none, 5, 3}}},
		"cropping 1d nothing":      {&layers.Cropping1D{Cropping: &[2]int{}}, []nn.Shape{{none, 5, 3}}},
		"cropping 2d":              {&layers.Cropping2D{Cropping: [2][2]int{{1, 0}, {0, 2}}}, []nn.Shape{{none, 3, 4, 2}}},
		"cropping 2d first":        {&layers.Cropping2D{Cropping: [2][2]int{{1, 1}, {2, 0}}, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 4, 3}}},
		"cropping 3d":              {&layers.Cropping3D{}, []nn.Shape{{none, 3, 4, 3, 2}}},
		"cropping 3d first":        {&layers.Cropping3D{Cropping: &[3][2]int{{0, 1}, {1, 0}, {1, 1}}, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 2, 3, 4}}},
		"zero padding 1d":          {&layers.ZeroPadding1D{Padding: &[2]int{0, 2}}, []nn.Shape{{none, 3, 2}}},
		"zero padding 1d nothing":  {&layers.ZeroPadding1D{Padding: &[2]int{}}, []nn.Shape{{none, 3, 2}}},
		"zero padding 2d":          {&layers.ZeroPadding2D{Padding: &[2][2]int{{1, 0}, {0, 2}}}, []nn.Shape{{none, 2, 3, 2}}},
		"zero padding 2d first":    {&layers.ZeroPadding2D{DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 3, 2}}},
		"zero padding 3d":          {&layers.ZeroPadding3D{}, []nn.Shape{{none, 1, 2, 2, 2}}},
		"zero padding 3d first":    {&layers.ZeroPadding3D{Padding: &[3][2]int{{0, 1}, {1, 0}, {0, 0}}, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 1, 2, 3}}},
		"up sampling 1d":           {&layers.UpSampling1D{}, []nn.Shape{{none, 3, 2}}},
		"up sampling 2d":           {&layers.UpSampling2D{Size: [2]int{2, 3}}, []nn.Shape{{none, 2, 3, 2}}},
		"up sampling 2d bilinear":  {&layers.UpSampling2D{Interpolation: layers.Bilinear}, []nn.Shape{{none, 3, 2, 2}}},
		"up sampling 2d bicubic":   {&layers.UpSampling2D{Size: [2]int{1, 3}, Interpolation: layers.Bicubic, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 2, 4}}},
		"up sampling 2d lanczos":   {&layers.UpSampling2D{Interpolation: layers.Lanczos3}, []nn.Shape{{none, 3, 2, 1}}},
		"up sampling 3d":           {&layers.UpSampling3D{Size: [3]int{1, 2, 3}}, []nn.Shape{{none, 2, 1, 2, 2}}},
		"up sampling 3d first":     {&layers.UpSampling3D{DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 1, 2, 2}}},
		"spatial dropout 1d":       {&layers.SpatialDropout1D{Rate: 0.4}, []nn.Shape{{none, 3, 4}}},
		"spatial dropout 2d":       {&layers.SpatialDropout2D{Rate: 0.4}, []nn.Shape{{none, 2, 3, 4}}},
		"spatial dropout 2d first": {&layers.SpatialDropout2D{Rate: 0.3, DataFormat: layers.ChannelsFirst, Seed: new(int64(3))}, []nn.Shape{{none, 4, 2, 3}}},
		"spatial dropout 3d":       {&layers.SpatialDropout3D{Rate: 0.4}, []nn.Shape{{none, 2, 2, 2, 3}}},
	})
}
