// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package strictyaml reads the YAML files people write for Counterfoil, and
// tells them everything that is wrong at once, each fault with its line.
//
// It is stricter than YAML: one document, UTF-8, a size limit, no anchors or
// aliases (so no file grows when it is read), no merge keys, no tags, no key
// twice, no key the program does not know. Whoever checks the values later
// reports through the same Document, which remembers where each path stood.
package strictyaml

import (
	"fmt"
	"slices"
	"strings"
)

// MaxBytes is the size of the largest file that is read: 1 MiB, far above any
// configuration or rule set written by people.
const MaxBytes = 1 << 20

// Document is a file that was read, with its faults so far. It is not safe for
// concurrent use.
type Document struct {
	positions map[string]position
	faults    Faults
}

type position struct{ line, column int }

// Decode reads raw into the struct that into points to. Fields are matched by
// their yaml tags; values already there stand where the file says nothing. The
// Document is never nil; after faults, into holds what could be read.
func Decode(raw []byte, into any) *Document {
	d := &Document{positions: map[string]position{}}
	root := d.parse(raw)
	if root == nil {
		return d
	}
	d.refuse(root, "", 0)
	d.Into(root, "", into)
	return d
}

// Faultf records a fault at a path. A path that is not in the file is placed
// at its nearest parent that is.
func (d *Document) Faultf(path, format string, args ...any) {
	at := d.at(path)
	d.faults = append(d.faults, Fault{Line: at.line, Column: at.column, Path: path, Text: fmt.Sprintf(format, args...)})
}

// Warnf records something worth knowing that does not forbid using the file.
func (d *Document) Warnf(path, format string, args ...any) {
	d.Faultf(path, format, args...)
	d.faults[len(d.faults)-1].Warning = true
}

// Faults returns all faults so far, in the order of the file's lines.
func (d *Document) Faults() Faults { return d.faults.sorted() }

// Has tells whether the file says something at a path.
func (d *Document) Has(path string) bool {
	_, ok := d.positions[path]
	return ok
}

// FaultAt records a fault whose line inside a longer value is known.
func (d *Document) FaultAt(line, column int, path, format string, args ...any) {
	d.faults = append(d.faults, Fault{Line: line, Column: column, Path: path, Text: fmt.Sprintf(format, args...)})
}

// Line is the line of a path or of its nearest parent in the file.
func (d *Document) Line(path string) int { return d.at(path).line }

// Faulty tells whether a fault was found at a path or below it, so that a later
// check need not complain about what could not be read.
func (d *Document) Faulty(path string) bool {
	return slices.ContainsFunc(d.faults, func(f Fault) bool {
		return f.Path == path || strings.HasPrefix(f.Path, path+".") || strings.HasPrefix(f.Path, path+"[")
	})
}
