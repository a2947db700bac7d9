// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"net/http"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// KindOf finds the kind an address names.
func (s *Shell) KindOf(r *http.Request) (*kind.Kind, error) {
	k, err := s.Kinds.Kind(r.PathValue("kind"))
	if err != nil || k.Inner {
		return nil, NotFound("There is no such kind of record.")
	}
	return k, nil
}

// KindSummaries counts the kinds of an entry of the navigation that the person may list.
func (s *Shell) KindSummaries(d *Desk, place string) ([]part.KindSummary, error) {
	var list []part.KindSummary
	for _, k := range s.KindsIn(place) {
		if k.Named == nil && d.May(k, nil, register.Read) != nil {
			continue
		}
		summary := part.KindSummary{Kind: NameOf(k), Href: d.Href("/kinds/" + k.ID)}
		if d.May(k, nil, register.Create) == nil {
			summary.Create = "/kinds/" + k.ID + "/new"
		}
		counts, err := d.Counts(d.Ctx, k.ID)
		if err != nil {
			return nil, err
		}
		for _, n := range counts {
			summary.N += n.N
			m := part.NotBegun(n.State)
			if state, ok := k.State(n.State); ok {
				m = markOf(state)
			}
			summary.States = append(summary.States, part.Fact{Label: words.Number(n.N), Mark: &m, Href: d.Href("/kinds/"+k.ID, "state", n.State)})
		}
		list = append(list, summary)
	}
	return list, nil
}

// StateFacts counts by state; each figure leads to its rows.
func (d *Desk) StateFacts(k *kind.Kind) ([]part.Fact, error) {
	counts, err := d.Counts(d.Ctx, k.ID)
	if err != nil {
		return nil, err
	}
	var facts []part.Fact
	for i := range k.States {
		for _, n := range counts {
			if n.State == k.States[i].ID {
				facts = append(facts, part.Fact{Label: k.States[i].Label, Value: words.Number(n.N), Href: d.Href("/kinds/"+k.ID, "state", n.State)})
			}
		}
	}
	return facts, nil
}

// kindOrder is the order of lists within their entry; kinds of the organisation's
// own follow by name.
var kindOrder = strings.Fields(`programme scope issue party obligation objective commitment communication
	system model dataset tool supplier deployment responsibility change
	risk treatment impact method incident concern report exception override
	statement statement_row gap_assessment gap_item gap measure
	person appointment competence training`)

// KindsIn lists the kinds of an entry that have lists.
func (s *Shell) KindsIn(place string) []*kind.Kind {
	var list []*kind.Kind
	for _, k := range s.Kinds.Kinds() {
		if k.Place == place && !k.Inner {
			list = append(list, k)
		}
	}
	rank := func(k *kind.Kind) int {
		if i := slices.Index(kindOrder, k.ID); i >= 0 {
			return i
		}
		return len(kindOrder)
	}
	slices.SortStableFunc(list, func(a, b *kind.Kind) int { return rank(a) - rank(b) })
	return list
}

// OpenStates are the states in which a record of a kind is not over.
func OpenStates(k *kind.Kind) []string {
	var list []string
	for i := range k.States {
		if !k.States[i].Ends {
			list = append(list, k.States[i].ID)
		}
	}
	return list
}
