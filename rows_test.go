package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Rows that could not be read to their end look like rows that ended: whoever loops
// over a query's rows asks for their error afterwards.
func TestQueriesAreReadToTheirEnd(t *testing.T) {
	loops := 0
	for _, root := range []string{"app", "internal", "sync"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files := token.NewFileSet()
			f, err := parser.ParseFile(files, path, nil, 0)
			if err != nil {
				return err
			}
			for _, decl := range f.Decls {
				fn, ok := decl.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				// Methods called on each name, in this function.
				called := map[string]map[string]token.Pos{}
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					call, ok := n.(*ast.CallExpr)
					if !ok {
						return true
					}
					method, ok := call.Fun.(*ast.SelectorExpr)
					if !ok {
						return true
					}
					if on, ok := method.X.(*ast.Ident); ok {
						if called[on.Name] == nil {
							called[on.Name] = map[string]token.Pos{}
						}
						called[on.Name][method.Sel.Name] = call.Pos()
					}
					return true
				})
				for name, methods := range called {
					at, looped := methods["Next"]
					if _, scans := methods["Scan"]; !looped || !scans {
						continue
					}
					loops++
					if _, asked := methods["Err"]; !asked {
						t.Errorf("%s: %s.Err is never asked", files.Position(at), name)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if loops < 20 {
		t.Errorf("only %d loops over rows were found", loops)
	}
}
