// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
)

// conflict is somebody else's version against what was entered: the fields both
// changed. What only one of them changed is joined.
type conflict struct {
	Who    string
	Rows   []conflictRow
	theirs map[string]bool // fields only they changed
}

type conflictRow struct {
	Field, Label       string
	Was, Theirs, Yours string
}

// conflictOf compares what was entered with what stands and with the version it was
// made from. Fields nobody but the other changed are taken from what stands.
func (d *desk) conflictOf(l *register.Lost) (*conflict, error) {
	shown := &conflict{Who: d.Person(l.Stands.Actor), theirs: map[string]bool{}}
	opened, err := d.Version(d.Ctx, l.Stands.ID, l.Entered.Version)
	known := err == nil
	if !known && fault.KindOf(err) != fault.KindNotFound {
		return nil, err
	}
	if !known { // a form that names a version there never was: nothing can be joined
		opened = &register.Record{}
	}
	for i := range l.Stands.Kind.Fields {
		f := &l.Stands.Kind.Fields[i]
		entered, asked := l.Entered.Values[f.ID]
		was, theirs, yours := d.Brief(f, opened.Values[f.ID]), d.Brief(f, l.Stands.Values[f.ID]), d.Brief(f, entered)
		switch {
		case !asked || yours == theirs:
		case known && yours == was:
			shown.theirs[f.ID] = true
		case !known || theirs != was:
			shown.Rows = append(shown.Rows, conflictRow{Field: f.ID, Label: f.Noun(), Was: was, Theirs: theirs, Yours: yours})
		}
	}
	return shown, nil
}
