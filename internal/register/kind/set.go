// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

//go:embed builtin/*.yaml
var builtin embed.FS

// Set is all kinds of an organisation. It never changes.
type Set struct {
	kinds  []*Kind // by id
	byID   map[string]*Kind
	number map[string]*Kind // by prefix of the number
	digest counterfoil.Hash
}

// Known is what kinds may refer to outside themselves.
type Known struct {
	Roles        []string // ids
	Functions    []string // names of Go guards and derivations
	Requirements []string // ids of clauses and controls; empty: not checked
	Places       []string // entries of the navigation
}

// Load reads the built-in kinds and those in a folder of the organisation's own
// ("" for none), and checks them together. The Set is nil exactly when the
// faults' Err is not.
func Load(dir string, known Known) (*Set, strictyaml.Faults) {
	r := &reader{byID: map[string]*source{}}
	r.files(mustSub(builtin, "builtin"), "built-in ")
	if dir != "" {
		if _, err := os.Stat(dir); err != nil {
			r.faults = append(r.faults, strictyaml.Fault{File: dir, Text: "read kinds: " + err.Error()})
		} else {
			r.files(os.DirFS(dir), dir+"/")
		}
	}
	return r.set(known)
}

func mustSub(files fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the name is a constant
	}
	return sub
}

// source is a kind on its way into a set, with the file that may be at fault.
type source struct {
	kind *Kind
	file string
	doc  *strictyaml.Document
}

type reader struct {
	byID   map[string]*source
	order  []*source
	extras []*extension
	faults strictyaml.Faults
	sum    []byte
}

// extension adds fields to a kind that is defined elsewhere.
type extension struct {
	text *kindText
	file string
	doc  *strictyaml.Document
}

func (r *reader) files(files fs.FS, prefix string) {
	names, _ := fs.Glob(files, "*.yaml") // the pattern is good
	slices.Sort(names)
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			r.faults = append(r.faults, strictyaml.Fault{File: prefix + name, Text: "read kind: " + err.Error()})
			continue
		}
		sum := sha256.Sum256(raw)
		r.sum = append(append(r.sum, path.Base(name)...), sum[:]...)
		r.file(prefix+name, raw)
	}
}

func (r *reader) file(name string, raw []byte) {
	text, doc := decode(raw)
	switch {
	case text.Kind == "" && text.Extends == "" && doc.Faults().Err() != nil: // cannot be read at all
		r.faults = append(r.faults, doc.Faults().In(name)...)
	case text.Extends != "":
		r.extras = append(r.extras, &extension{text, name, doc})
	case r.byID[text.Kind] != nil:
		doc.Faultf("kind", "%q is described in %s already; to add fields, write extends: %s", text.Kind, r.byID[text.Kind].file, text.Kind)
		r.faults = append(r.faults, doc.Faults().In(name)...)
	default:
		s := &source{text.kind(), name, doc}
		r.byID[text.Kind], r.order = s, append(r.order, s)
	}
}

func (r *reader) set(known Known) (*Set, strictyaml.Faults) {
	for _, e := range r.extras {
		r.extend(e)
	}
	s := &Set{byID: map[string]*Kind{}, number: map[string]*Kind{}, digest: sha256.Sum256(r.sum)}
	for _, source := range r.order {
		s.byID[source.kind.ID] = source.kind
		if other := s.number[source.kind.Number]; other != nil {
			source.doc.Faultf("number", "%q are numbers of %s already", source.kind.Number, other.ID)
		}
		s.number[source.kind.Number] = source.kind
		s.kinds = append(s.kinds, source.kind)
	}
	slices.SortFunc(s.kinds, func(a, b *Kind) int { return strings.Compare(a.ID, b.ID) })
	for _, source := range r.order {
		c := &checker{source.doc, source.kind, s, known}
		c.check()
		r.faults = append(r.faults, source.doc.Faults().In(source.file)...)
	}
	if r.faults.Err() != nil {
		return nil, r.faults
	}
	return s, r.faults
}

// extend adds an organisation's fields to a kind. They never become required
// for what the program itself does, and nothing of the kind is taken away.
func (r *reader) extend(e *extension) {
	target := r.byID[e.text.Extends]
	switch {
	case target == nil:
		e.doc.Faultf("extends", "there is no kind %q", e.text.Extends)
	case len(e.text.States)+len(e.text.Moves)+len(e.text.Deadlines) > 0 || e.text.Kind != "" || e.text.Subject != "":
		e.doc.Faultf("extends", "only fields, columns and sections can be added to a kind")
	default:
		added := e.text.kind()
		for i := range added.Fields {
			if added.Fields[i].Required {
				e.doc.Faultf(strictyaml.Element("fields", i)+".required", "a field that is added cannot be required: records there are have no value, and could make no move any more")
			}
		}
		target.kind.Fields = append(target.kind.Fields, added.Fields...)
		target.kind.Columns = append(target.kind.Columns, added.Columns...)
		target.kind.Sections = append(target.kind.Sections, added.Sections...)
	}
	r.faults = append(r.faults, e.doc.Faults().In(e.file)...)
}

// Kinds returns all kinds by id. They must not be changed.
func (s *Set) Kinds() []*Kind { return s.kinds }

// Kind returns the kind with the id.
func (s *Set) Kind(id string) (*Kind, error) {
	k, ok := s.byID[id]
	if !ok {
		return nil, fmt.Errorf("kind %q: %w", id, ErrUnknown)
	}
	return k, nil
}

// Numbered returns the kind whose numbers begin with a prefix, such as R.
func (s *Set) Numbered(prefix string) (*Kind, bool) {
	k, ok := s.number[prefix]
	return k, ok
}

// ParseNumber reads the number of a record, such as R-031: its kind and its serial.
func (s *Set) ParseNumber(text string) (k *Kind, serial uint64, ok bool) {
	prefix, digits, _ := strings.Cut(text, "-")
	serial, err := strconv.ParseUint(digits, 10, 32)
	k, ok = s.number[prefix]
	return k, serial, ok && err == nil
}

// ErrUnknown says that there is no such kind.
var ErrUnknown = fmt.Errorf("unknown kind")

// Digest is a SHA-256 over the files the set was read from.
func (s *Set) Digest() counterfoil.Hash { return s.digest }
