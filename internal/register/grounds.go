// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import "github.com/counterfoil/counterfoil"

// ground is something an answer rests on: while none of its grounds changed, asking
// again gives the same answer.
type ground struct {
	of   groundOf
	id   counterfoil.ID // of a record or a person; zero for a whole kind
	kind string         // of the records that are meant; "" for all
}

type groundOf uint8

const (
	onRecord groundOf = iota + 1 // what the record says
	onKind                       // which records of the kind there are, and what they say
	onLinks                      // which records of the kind link to the record, and what they say
	onOwner                      // which records of the kind the person owns, and what they say
	onOffers                     // which records are offered to the person
	onTime                       // what time it is, or what happens outside the register
)

// grounds collects what one answer rests on. A nil one collects nothing.
type grounds map[ground]struct{}

func (g grounds) note(on ground) {
	if g != nil {
		g[on] = struct{}{}
	}
}

// touch notes every ground of which a version is a part: they change when it comes or
// goes.
func (g grounds) touch(r *Record) {
	g.note(ground{of: onRecord, id: r.ID})
	g.note(ground{of: onKind, kind: r.Kind.ID})
	for _, l := range r.links() {
		g.note(ground{of: onLinks, id: l.Target, kind: r.Kind.ID})
		g.note(ground{of: onLinks, id: l.Target})
	}
	if owner := r.Owner(); !owner.IsZero() {
		g.note(ground{of: onOwner, id: owner, kind: r.Kind.ID})
	}
	if r.Offer != nil {
		g.note(ground{of: onOffers, id: r.Offer.To})
	}
}

// meets tells whether two sets have a ground in common.
func (g grounds) meets(other grounds) bool {
	for on := range g {
		if _, ok := other[on]; ok {
			return true
		}
	}
	return false
}
