// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements

import (
	"slices"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// coverage is how far each requirement is, as far as the records tell. Nothing here
// is measured: that a register has records shows that something is kept, not that it
// is enough.
type coverage struct {
	decisions map[string]*register.Record // of controls, by control
	kept      map[string]uint64           // records of the kinds a requirement is kept in
	empty     map[string][]*kind.Kind     // kinds of it without a record
	named     map[string]uint64           // records that name the requirement
	gaps      map[string]uint64           // gaps of it that are not closed
}

// gapKinds hold what is missing; their open records are gaps of the requirement they name.
var gapKinds = []string{"gap", "nonconformity"}

// coverage reads what the person may see at the moment shown.
func (d *desk) coverage() (*coverage, error) {
	s := &coverage{kept: map[string]uint64{}, empty: map[string][]*kind.Kind{}, named: map[string]uint64{}, gaps: map[string]uint64{}}
	var err error
	if s.decisions, err = d.decisions(); err != nil {
		return nil, err
	}
	for _, k := range d.section.Kinds.Kinds() {
		if k.Inner || k.Named != nil || d.May(k, nil, register.Read) != nil {
			continue
		}
		if err := s.count(d, k); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *coverage) count(d *desk, k *kind.Kind) error {
	if len(k.Requires) > 0 {
		counts, err := d.Counts(d.Ctx, k.ID)
		if err != nil {
			return err
		}
		n := uint64(0)
		for _, c := range counts {
			n += c.N
		}
		for _, id := range k.Requires {
			s.kept[id] += n
			if n == 0 {
				s.empty[id] = append(s.empty[id], k)
			}
		}
	}
	for _, f := range naming(k) {
		list, err := d.Naming(d.Ctx, k, f.ID)
		if err != nil {
			return err
		}
		s.name(k, list)
	}
	return nil
}

func (s *coverage) name(k *kind.Kind, list []index.KeptNamed) {
	for _, n := range list {
		s.named[n.Value] += n.N
		if state, ok := k.State(n.State); slices.Contains(gapKinds, k.ID) && ok && !state.Ends && !state.Final {
			s.gaps[n.Value] += n.N
		}
	}
}

// naming are the fields by which records of a kind name requirements. The decision
// on a control is shown by itself.
func naming(k *kind.Kind) []*kind.Field {
	var list []*kind.Field
	for i := range k.Fields {
		f := &k.Fields[i]
		if f.Type == kind.Controls || k.ID != "statement_row" && slices.Contains([]string{"requirement", "requirements", "control"}, f.ID) {
			list = append(list, f)
		}
	}
	return list
}

// decisions are the records that decide on controls, by control; of two for one
// control the later.
func (d *desk) decisions() (map[string]*register.Record, error) {
	list, err := d.All(index.KeptFilter{Kind: "statement_row", States: []string{"open", "decided"}})
	if err != nil {
		return nil, err
	}
	found := make(map[string]*register.Record, len(list))
	for _, r := range list {
		found[r.Values.Text("control")] = r
	}
	return found, nil
}

// isDecided tells whether somebody decided on a control.
func isDecided(r *register.Record) bool { return r != nil && r.State == "decided" }

// declared is what the decision on a control says, as a status.
func declared(r *register.Record) part.Mark {
	switch {
	case !isDecided(r):
		return part.NotBegun("Not decided")
	case r.Values.Text("decision") == "excluded":
		return part.Skipped("Excluded")
	case r.Values.Text("status") == "":
		return part.Current("Included")
	}
	return part.Current("Included, " + r.Values.Text("status"))
}

// state of a requirement, gaps first. It is never green: what is declared or written
// down is not measured.
func (s *coverage) state(r *standard.Requirement) part.Mark {
	switch n := s.gaps[r.ID]; {
	case n > 0:
		return part.Warn(words.Counted(n, "gap open", "gaps open"))
	case r.Kind == "control":
		return declared(s.decisions[r.ID])
	case s.kept[r.ID]+s.named[r.ID] > 0:
		return part.Current("Has records")
	}
	return part.NotBegun("No records")
}
