package boxfile

import (
	"fmt"
	"strings"
	"testing"
)

// A file of 2,000 pictures with 7 boxes each, whose outlines have 20 corners:
// about as those of COCO.
func BenchmarkReadCOCO(b *testing.B) {
	var images, boxes strings.Builder
	var names []string
	for i := range 2000 {
		names = append(names, fmt.Sprintf("%012d.jpg", i))
		fmt.Fprintf(&images, "%s{\"license\": 4,\"file_name\": \"%s\",\"coco_url\": \"http://images.cocodataset.org/train2017/%[2]s\",\"height\": 427,\"width\": 640,\"date_captured\": \"2013-11-14 17:02:52\",\"id\": %[3]d}", comma(i), names[i], i)
		for k := range 7 {
			fmt.Fprintf(&boxes, "%s{\"segmentation\": [[", comma(7*i+k))
			for c := range 20 {
				fmt.Fprintf(&boxes, "%s%d.%02d, %d.%02d", comma(c), 100+c, 5*c, 300-c, 3*c)
			}
			fmt.Fprintf(&boxes, "]],\"area\": 702.1057499999998,\"iscrowd\": 0,\"image_id\": %d,\"bbox\": [100.0, 281.57, 19.95, 18.43],\"category_id\": 18,\"id\": %d}", i, 7*i+k)
		}
	}
	text := fmt.Sprintf(`{"info": {}, "images": [%s], "annotations": [%s], "categories": [{"id": 18, "name": "dog"}]}`, images.String(), boxes.String())
	m := newMatcher(names)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		s, p := fresh(COCO, Refuse)
		if err := s.readCOCOFrom(strings.NewReader(text), "a.json", m, Config{}, p); err != nil || p.err() != nil || s.Len() != 14_000 {
			b.Fatal(err, p.err(), s.Len())
		}
	}
}
