// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package conventions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "github.com/counterfoil/counterfoil"
	header = "// SPDX-FileCopyrightText: 2026 The Counterfoil authors\n// SPDX-License-Identifier: Apache-2.0\n"
)

// source is one Go file of the tree.
type source struct {
	path string // from the root, with slashes
	dir  string
	text string
	ast  *ast.File
}

func (s *source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// sources reads every Go file of every module in the tree.
func sources(t *testing.T) []*source {
	t.Helper()
	var all []*source
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped(d.Name()):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		all = append(all, &source{path: rel, dir: path.Dir(rel), text: string(text), ast: file})
		return nil
	})
	if err != nil {
		t.Fatalf("walk the tree: %v", err)
	}
	return all
}

// skipped names folders whose files are not ours or not Go.
func skipped(dir string) bool {
	return dir == "node_modules" || dir == "testdata" || (strings.HasPrefix(dir, ".") && strings.Trim(dir, ".") != "")
}

func TestEveryFileHasTheLicenceHeader(t *testing.T) {
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.text, header) {
			t.Errorf("%s: does not begin with the two SPDX lines", s.path)
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said, names := map[string]bool{}, map[string]string{}
	for _, s := range sources(t) {
		name := s.ast.Name.Name
		if s.isTest() {
			continue
		}
		names[s.dir] = name
		if doc := s.ast.Doc.Text(); strings.HasPrefix(doc, "Package "+name+" ") || (name == "main" && strings.HasPrefix(doc, "Command ")) {
			said[s.dir] = true
		}
	}
	for dir, name := range names {
		if !said[dir] {
			t.Errorf("%s: no comment \"Package %s …\" (or \"Command …\" for a program)", dir, name)
		}
	}
}
