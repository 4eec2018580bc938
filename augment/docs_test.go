package augment

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The page of the docs names all that changes pictures, and its pictures are
// those that the gallery makes.
func TestDocsAreComplete(t *testing.T) {
	page, err := os.ReadFile("../docs/augment.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(Augmentations(), changing(t)...) {
		if !regexp.MustCompile("`" + name + `[{\x60:]`).Match(page) {
			t.Errorf("docs/augment.md does not show %s", name)
		}
	}
	linked := map[string]bool{}
	for _, m := range regexp.MustCompile(`\]\(images/augment/([a-z_]+\.jpg)\)`).FindAllSubmatch(page, -1) {
		linked[string(m[1])] = true
	}
	made, err := filepath.Glob("../docs/images/augment/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range made {
		if name := filepath.Base(path); !linked[name] {
			t.Errorf("docs/augment.md does not show the picture %s", name)
		} else {
			delete(linked, name)
		}
	}
	for name := range linked {
		t.Errorf("docs/augment.md links to %s, which is not there; go generate ./augment", name)
	}
}

// changing returns the exported types with a method that changes samples or
// batches.
func changing(t *testing.T) []string {
	t.Helper()
	pkgs, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range pkgs["augment"].Files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || fn.Name.Name != "Apply" && fn.Name.Name != "ApplyBatch" {
				continue
			}
			typ := fn.Recv.List[0].Type
			if star, ok := typ.(*ast.StarExpr); ok {
				typ = star.X
			}
			if name := typ.(*ast.Ident).Name; ast.IsExported(name) && name != "Ops" && name != "Policy" {
				names = append(names, name)
			}
		}
	}
	if len(names) < 25 {
		t.Fatalf("only %v", names)
	}
	return names
}
