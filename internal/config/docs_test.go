// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

const configDoc = "../../docs/configuration.md"

// TestKeysInDocs holds the list of keys in the documentation to the comments of
// the fields; go test -update rewrites it.
func TestKeysInDocs(t *testing.T) {
	raw, err := os.ReadFile(configDoc)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- keys: from the code -->\n", "<!-- end of keys -->\n"
	before, rest, _ := strings.Cut(string(raw), begin)
	list, after, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatalf("%s has no place for the keys", configDoc)
	}
	b := book{structs: structs(t)}
	b.describe("Config", "")
	for _, fault := range b.faults {
		t.Error(fault)
	}
	if *update {
		if err := os.WriteFile(configDoc, []byte(before+begin+b.String()+"\n"+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(b.String()+"\n", list); diff != "" {
		t.Errorf("keys in %s (-want +got):\n%s", configDoc, diff)
	}
}

func structs(t *testing.T) map[string]*ast.StructType {
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*ast.StructType{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if s, ok := spec.Type.(*ast.StructType); ok {
				found[spec.Name.Name] = s
			}
		}
		return true
	})
	return found
}

// book writes the keys of a struct and of all structs inside it.
type book struct {
	strings.Builder
	structs map[string]*ast.StructType
	faults  []string
}

func (b *book) describe(name, prefix string) {
	for _, field := range b.structs[name].Fields.List {
		if field.Tag == nil {
			continue
		}
		key := reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("yaml")
		text := strings.Join(strings.Fields(field.Doc.Text()), " ")
		inner, list := typeName(field.Type)
		path := prefix + key
		if list && b.structs[inner] != nil {
			path += "[]"
		}
		if prefix == "" {
			fmt.Fprintf(b, "\n### %s\n\n%s\n", key, text)
		} else {
			fmt.Fprintf(b, "\n`%s`: %s\n", path, text)
		}
		if b.structs[inner] != nil {
			b.describe(inner, path+".")
		} else if !strings.Contains(text, "Default:") && !strings.Contains(text, "Required") {
			b.faults = append(b.faults, path+" states neither its default nor that it is required")
		}
	}
}

func typeName(e ast.Expr) (name string, list bool) {
	switch e := e.(type) {
	case *ast.ArrayType:
		name, _ = typeName(e.Elt)
		return name, true
	case *ast.Ident:
		return e.Name, false
	}
	return "", false
}

// TestDefaultsInComments reads each stated default through the parser and
// compares it with the real one.
func TestDefaultsInComments(t *testing.T) {
	b := book{structs: structs(t)}
	b.describe("Config", "")
	form := regexp.MustCompile("(?m)^`([a-z_.\\[\\]]+)`: .*Default: ([0-9][0-9.:A-Za-z]*[0-9A-Za-z])")
	found := form.FindAllStringSubmatch(b.String(), -1)
	if len(found) < 10 {
		t.Fatalf("only %d defaults are stated", len(found))
	}
	for _, m := range found {
		stated, actual := withLists(), withLists()
		// An element of a list begins with its own defaults.
		steps := strings.Split(strings.ReplaceAll(m[1], "[]", ".0"), ".")
		d := strictyaml.Decode([]byte(nest(steps, m[2])), stated)
		if faults := d.Faults(); faults != nil {
			t.Errorf("%s: %s: %v", m[1], m[2], faults)
		}
		if diff := cmp.Diff(actual, stated, cmp.AllowUnexported(Config{}, Secret{})); diff != "" {
			t.Errorf("%s is documented with another default (-real +stated):\n%s", m[1], diff)
		}
	}
}

// withLists is the default configuration with one element in each list.
func withLists() *Config {
	c := defaults()
	c.Providers, c.Dictionary = make([]Provider, 1), make([]Term, 1)
	c.Providers[0].SetDefaults()
	c.Registry.Timestamps = make([]Timestamp, 1)
	c.Registry.Timestamps[0].SetDefaults()
	c.Dictionary[0].SetDefaults()
	return c
}

// nest writes value under the keys in flow style; "0" is the first element of a
// list.
func nest(steps []string, value string) string {
	if len(steps) == 0 {
		return "'" + value + "'"
	}
	if len(steps) == 1 && steps[0] == "score" {
		return "{score: " + value + "}"
	}
	if steps[0] == "0" {
		return "[" + nest(steps[1:], value) + "]"
	}
	return "{" + steps[0] + ": " + nest(steps[1:], value) + "}"
}

// TestExamplesInDocs loads every configuration shown in the documentation.
func TestExamplesInDocs(t *testing.T) {
	raw, err := os.ReadFile(configDoc)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(raw), -1)
	if len(blocks) == 0 {
		t.Fatal("no configuration is shown")
	}
	for _, block := range blocks {
		path := write(t, "c.yaml", block[1], "rules.yaml", "version: 1\n", "anthropic", key, "customers.txt", "Example Ltd\n")
		text := strings.ReplaceAll(block[1], "/run/secrets/", "")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		load(t, path, env("OPENAI_API_KEY", key), Overrides{})
	}
}
