// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package conventions

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers are the packages from top to bottom; imports point down only, and
// packages of one layer may import each other unless an edge below forbids it.
// A folder stands for the packages inside it, except where they are named.
var layers = [][]string{
	{"cmd"},
	{"internal/cli"},
	{"internal/app", "internal/demo"},
	{"internal/gateway", "internal/console", "internal/control", "internal/tiles"},
	{"internal/accounts", "internal/register", "internal/standard", "internal/evidence", "internal/policy", "internal/redact", "internal/detect", "internal/identity", "internal/interaction", "internal/pack", "internal/erasure", "internal/gap", "internal/backup"},
	{"internal/ledger", "internal/vault", "internal/index", "internal/config", "internal/witness", "internal/registry"},
	{"internal/clock", "internal/durable", "internal/fault", "internal/httpx", "internal/sandbox", "internal/strictyaml"},
	{"verify"},
	{".", "timestamp"},
}

// apart are packages outside the product: nothing in the layers imports them.
var apart = []string{"bench", "contrib", "e2e", "oracles", "internal/durable/faulty", "internal/logtest", "internal/corpus", "internal/conventions", "internal/fakeprovider", "internal/console/consoletest", "internal/console/pagetest"}

// edge is an import that must not be. From is a folder of the tree; to is a
// folder of the tree or an import path, and stands for what lies inside too.
type edge struct{ from, to, reason string }

const (
	pure     = "domain packages decide over plain values, so they are tested without a server and cannot reach out"
	noSQL    = "domain packages see storage through the interfaces they declare"
	surfaces = "surfaces meet in app only, so each can be replaced by itself"
	small    = "the auditor's verifier must stay small enough to read: the public formats and nothing else"
)

var forbidden = forbiddenEdges()

func forbiddenEdges() []edge {
	list := []edge{
		{"cmd/counterfoil-verify", "internal", small},
		{"verify", "internal", small},
		{"verify", "net/http", "evidence is checked without a network"},
		{"verify", "database/sql", "evidence is checked without a database"},
		{".", "internal", small},
		{".", "net/http", "a proof is checked without a network"},
		{"timestamp", "internal", small},
		{"timestamp", "net/http", "a time-stamp is checked without a network"},
		{".", "database/sql", "a proof is checked without a database"},
	}
	for _, domain := range layers[4] {
		list = append(list, edge{domain, "net/http", pure}, edge{domain, "database/sql", noSQL})
	}
	for _, from := range layers[3] {
		for _, to := range layers[3] {
			if from != to {
				list = append(list, edge{from, to, surfaces})
			}
		}
	}
	return list
}

// exceptions are edges allowed against the rules above, each with its reason.
var exceptions = []edge{}

// outside is what the root package may import beyond the standard library.
var outside = []string{
	"github.com/fxamacker/cbor", "github.com/transparency-dev/merkle", "golang.org/x/mod",
}

// imports lists the edges of the tree, tests left out.
func imports(t *testing.T) []edge {
	t.Helper()
	var list []edge
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		for _, spec := range s.ast.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatalf("%s: %v", s.path, err)
			}
			if to == module {
				to = "."
			}
			list = append(list, edge{s.dir, strings.TrimPrefix(to, module+"/"), s.path})
		}
	}
	return list
}

// within tells whether a folder or import path is or lies inside another; the
// root package has nothing inside it.
func within(inner, outer string) bool {
	return inner == outer || (outer != "." && strings.HasPrefix(inner, outer+"/"))
}

func excepted(e edge) bool {
	return slices.ContainsFunc(exceptions, func(x edge) bool { return within(e.from, x.from) && within(e.to, x.to) })
}

// layerOf is the number of a package's layer from the top, or -1.
func layerOf(dir string) int {
	for ; ; dir = path.Dir(dir) {
		for i, layer := range layers {
			if slices.Contains(layer, dir) {
				return i
			}
		}
		if !strings.Contains(dir, "/") {
			return -1
		}
	}
}

func isApart(dir string) bool {
	return slices.ContainsFunc(apart, func(a string) bool { return within(dir, a) })
}

func TestForbiddenEdges(t *testing.T) {
	for _, e := range imports(t) {
		for _, f := range forbidden {
			if within(e.from, f.from) && within(e.to, f.to) && !excepted(e) {
				t.Errorf("%s: imports %s: %s", e.reason, e.to, f.reason)
			}
		}
	}
}

func TestImportsPointDown(t *testing.T) {
	for _, e := range imports(t) {
		if isApart(e.from) || excepted(e) {
			continue
		}
		from := layerOf(e.from)
		if from < 0 {
			t.Errorf("%s: package %s stands in no layer", e.reason, e.from)
			continue
		}
		switch to := layerOf(e.to); {
		case isApart(e.to):
			t.Errorf("%s: imports %s, which is not part of the product", e.reason, e.to)
		case to >= 0 && to < from:
			t.Errorf("%s: imports %s, which lies above it", e.reason, e.to)
		}
	}
}

func TestRootImportsLittle(t *testing.T) {
	for _, e := range imports(t) {
		if e.from != "." || !strings.Contains(strings.Split(e.to, "/")[0], ".") {
			continue
		}
		if !slices.ContainsFunc(outside, func(o string) bool { return within(e.to, o) }) {
			t.Errorf("%s: imports %s: %s", e.reason, e.to, small)
		}
	}
}

func TestExceptionsAreNeeded(t *testing.T) {
	list := imports(t)
	for _, x := range exceptions {
		if x.reason == "" || !slices.ContainsFunc(list, func(e edge) bool { return within(e.from, x.from) && within(e.to, x.to) }) {
			t.Errorf("exception %s → %s: without a reason, or no longer used", x.from, x.to)
		}
	}
}

// ground are the packages of the console that its sections stand on, from top to
// bottom. Every other folder there is a section.
var ground = []string{"assessment", "shell", "filter", "event", "sheet", "part", "moment", "words"}

// TestSectionsStandApart: sections of the console meet in package console only, so that
// each can be read and changed by itself; what two need lies in the ground, which knows
// none of them.
func TestSectionsStandApart(t *testing.T) {
	const console = "internal/console/"
	for _, e := range imports(t) {
		from, inside := strings.CutPrefix(e.from, console)
		to, isConsole := strings.CutPrefix(e.to, console)
		if !inside || !isConsole || isApart(e.from) {
			continue
		}
		switch f, g := slices.Index(ground, from), slices.Index(ground, to); {
		case g < 0:
			t.Errorf("%s: %s imports %s, which is a section", e.reason, from, to)
		case f > g:
			t.Errorf("%s: %s imports %s, which lies above it", e.reason, from, to)
		}
	}
}
