package main

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A declaration is an exported identifier of ours.
type declaration struct {
	pkg    string // directory, such as nn/layers
	name   string // Tokenizer, Tokenizer.FitOnTexts
	claims []claim
}

// A claim is what a doc comment says after "Keras:".
type claim struct {
	name string // of Keras
	note string // what is said besides
}

func (d declaration) String() string { return filepath.Base(d.pkg) + "." + d.name }

// declared reads the packages of the library.
func declared(root string) ([]declaration, error) {
	var all []declaration
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		switch base := d.Name(); {
		case rel == ".":
			return nil
		case strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || slices.Contains([]string{"internal", "cmd", "testdata", "examples", "benchmarks", "docs", "nntest"}, base):
			return filepath.SkipDir
		}
		ds, err := inPackage(path, filepath.ToSlash(rel))
		all = append(all, ds...)
		return err
	})
	return all, err
}

func inPackage(dir, pkg string) ([]declaration, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, filepath.Join(dir, e.Name()), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, nil
	}
	p, err := doc.NewFromFiles(fset, files, pkg)
	if err != nil {
		return nil, err
	}
	var all []declaration
	add := func(name, comment string) { all = append(all, declaration{pkg, name, claims(comment)}) }
	values := func(vs []*doc.Value) {
		for _, v := range vs {
			for _, s := range v.Decl.Specs {
				if s, ok := s.(*ast.ValueSpec); ok {
					for _, n := range s.Names {
						if n.IsExported() {
							add(n.Name, v.Doc+"\n"+s.Doc.Text()+"\n"+s.Comment.Text())
						}
					}
				}
			}
		}
	}
	functions := func(fs []*doc.Func) {
		for _, f := range fs {
			add(f.Name, f.Doc)
		}
	}
	values(p.Consts)
	values(p.Vars)
	functions(p.Funcs)
	for _, t := range p.Types {
		add(t.Name, t.Doc)
		values(t.Consts)
		values(t.Vars)
		functions(t.Funcs)
		for _, m := range t.Methods {
			add(t.Name+"."+m.Name, m.Doc)
		}
		for _, f := range fields(t) {
			add(t.Name+"."+f[0], f[1])
		}
	}
	return all, nil
}

// fields returns the exported fields and methods of a struct or an interface,
// with their comments.
func fields(t *doc.Type) (all [][2]string) {
	var list *ast.FieldList
	for _, s := range t.Decl.Specs {
		if s, ok := s.(*ast.TypeSpec); ok && s.Name.Name == t.Name {
			switch x := s.Type.(type) {
			case *ast.StructType:
				list = x.Fields
			case *ast.InterfaceType:
				list = x.Methods
			}
		}
	}
	if list == nil {
		return nil
	}
	for _, f := range list.List {
		for _, n := range f.Names {
			if n.IsExported() {
				all = append(all, [2]string{n.Name, f.Doc.Text() + "\n" + f.Comment.Text()})
			}
		}
	}
	return all
}

var (
	kerasLine = regexp.MustCompile(`(?m)^Keras: (.+)$`)
	// a name, and perhaps arguments right behind it
	kerasName = regexp.MustCompile(`^[A-Za-z_][\w.]*(\([^)]*\)|=\S+)?`)
	sentence  = regexp.MustCompile(`[.;:] |[.;:]$| \(`)
)

// claims reads the lines that begin with "Keras:", up to the end of the first
// sentence: one name or several, and what is said of the last of them.
func claims(comment string) (all []claim) {
	for _, m := range kerasLine.FindAllStringSubmatch(comment, -1) {
		text := m[1]
		if at := sentence.FindStringIndex(text); at != nil {
			text = text[:at[0]]
		}
		var found []claim
		for _, part := range strings.Split(text, ", ") {
			name := kerasName.FindString(part)
			note := strings.TrimSpace(part[len(name):])
			isName := name != "" && (note == "" || strings.HasPrefix(note, "with ") || strings.HasPrefix(note, "of "))
			if isName && (len(found) == 0 || note == "") {
				found = append(found, claim{name, note})
			} else if n := len(found); n > 0 {
				found[n-1].note = strings.TrimPrefix(found[n-1].note+", "+part, ", ")
			}
		}
		all = append(all, found...)
	}
	return all
}
