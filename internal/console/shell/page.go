// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"net/http"

	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// Page is what every page shows around its own content. Pages embed it.
type Page struct {
	Title        string
	Organisation string
	Invented     bool   // the ledger says that it holds a demonstration
	Place        string // which entry of the navigation is current
	Me           *account
	Foot         *foot
	AsOf         *asOf  // nil while the present is shown
	Needs        string // how much waits for the person; "" for nothing
	PickMoment   string // address to choose another moment; "" on pages that show the present only
}

// place is an entry of the navigation; Key leads there after "g".
type place struct{ ID, Label, Href, Key string }

// Places are the nine entries and the settings, always in this order.
func Places() []place {
	return []place{
		{"home", "Home", "/", "h"},
		{"scope", "Scope", "/scope", "s"},
		{"systems", "AI systems", "/systems", "a"},
		{"interactions", "Live path", "/interactions", "l"},
		{"risk", "Risk", "/risk", "r"},
		{"controls", "Controls", "/controls", "c"},
		{"ledger", "Evidence", "/ledger", "e"},
		{"documents", "Documents", "/documents", "d"},
		{"audits", "Audits", "/audits", "u"},
		{"settings", "Settings", "/settings", "t"},
	}
}

// account is the signed-in person.
type account struct{ Name string }

// foot is the line that says which program and which ledger answered.
type foot struct {
	Version string
	Node    string
	Ledger  string
	Lag     string
}

// Page is the frame of every page.
func (s *Shell) Page(r *http.Request, title, place string) Page {
	p := Page{Title: title, Organisation: s.organisation, Invented: s.invented, Place: place, Foot: s.foot()}
	if known, ok := s.Directory.Snapshot().Person(identity.PersonID(Person(r))); ok {
		p.Me = &account{Name: known.Name}
		if p.Me.Name == "" {
			p.Me.Name = known.Email
		}
		waiting, err := s.needsNow(r)
		if err != nil {
			s.Log.WarnContext(r.Context(), "what waits for a person cannot be read", "error", err)
		} else {
			p.Needs = waiting.count()
		}
	}
	return p
}

func (s *Shell) foot() *foot {
	f := &foot{Version: s.version, Node: s.ledger.Origin(), Ledger: "Ledger is empty"}
	if size := s.ledger.Size(); size > 0 {
		f.Ledger = "Ledger at entry " + words.Number(size-1)
	}
	f.Lag = "Lists are complete"
	if lag := s.Lag(); lag > 0 {
		f.Lag = "Lists are " + words.Counted(lag, "entry", "entries") + " behind"
	}
	return f
}

// Lag is how many entries the lists have not read yet.
func (s *Shell) Lag() uint64 {
	size, next := s.ledger.Size(), uint64(s.index.Position().Next)
	return size - min(size, next)
}
