// Package graphviz gives package plot the layouts and formats of Graphviz. It
// is imported for that effect alone:
//
//	import _ "github.com/antler-ml/antler/nn/plot/graphviz"
//
// Graphviz runs inside the program, as WebAssembly, and makes it about 10 MB
// larger. Programs for the browser cannot have it, and get none.
package graphviz
