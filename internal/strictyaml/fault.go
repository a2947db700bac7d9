// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package strictyaml

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with a file, written for the person who edits it.
type Fault struct {
	File    string `json:"file,omitempty"` // as the reader named it; empty when there is none
	Line    int    `json:"line"`           // from 1; 0 when the fault belongs to the file as a whole
	Column  int    `json:"column"`         // from 1, in characters; 0 with Line 0
	Path    string `json:"path,omitempty"` // such as providers[0].origin; empty for the whole file
	Text    string `json:"text"`           // what is wrong and what would be right
	Warning bool   `json:"warning"`        // worth knowing, but the file may be used
}

// String prints "file:line: path: text", leaving out what is not known.
func (f Fault) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File + ":")
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, "%d:", f.Line)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	if f.Warning {
		b.WriteString("warning: ")
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	b.WriteString(f.Text)
	return b.String()
}

// Faults are all faults of a file, in the order of its lines.
type Faults []Fault

// String prints one fault a line.
func (f Faults) String() string {
	lines := make([]string, len(f))
	for i := range f {
		lines[i] = f[i].String()
	}
	return strings.Join(lines, "\n")
}

// Err is nil when the file may be used: no faults, or warnings only.
// Otherwise its text is that of all faults, warnings left out.
func (f Faults) Err() error {
	var grave Faults
	for _, fault := range f {
		if !fault.Warning {
			grave = append(grave, fault)
		}
	}
	if len(grave) == 0 {
		return nil
	}
	return errors.New(grave.String())
}

// In returns the faults with the name of the file they were found in.
func (f Faults) In(file string) Faults {
	named := slices.Clone(f)
	for i := range named {
		named[i].File = file
	}
	return named
}

// sorted orders by place, keeping the order of discovery within one place.
func (f Faults) sorted() Faults {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return f
}
