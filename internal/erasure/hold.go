// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// Hold is the body of the record of a hold: what it covers is not erased, neither
// by request nor by retention.
type Hold struct {
	ID          counterfoil.ID    `json:"id"`
	Version     uint64            `json:"version"`
	Person      counterfoil.ID    `json:"person,omitzero"`      // with Interaction zero: everything
	Interaction counterfoil.ID    `json:"interaction,omitzero"` // that alone, and for retention its key
	Reason      string            `json:"reason"`
	By          identity.PersonID `json:"by"`
	Placed      time.Time         `json:"placed"`
	Until       time.Time         `json:"until,omitzero"` // ends by itself; zero: only when released
	ReleasedBy  identity.PersonID `json:"released_by,omitzero"`
	Released    time.Time         `json:"released,omitzero"`
	Lost        bool              `json:"lost,omitzero"` // its text did not open: on everything, whatever it was on
}

// InForce tells whether the hold stops anything at a time.
func (h *Hold) InForce(now time.Time) bool {
	return h.Released.IsZero() && (h.Until.IsZero() || now.Before(h.Until))
}

// everything tells whether the hold is on the whole ledger.
func (h *Hold) everything() bool { return h.Person.IsZero() && h.Interaction.IsZero() }

// What says in words what the hold is on.
func (h *Hold) What() string {
	switch {
	case h.Lost:
		return "what nobody can tell: its text does not open"
	case h.everything():
		return "everything"
	case !h.Interaction.IsZero():
		return "interaction " + h.Interaction.String()
	default:
		return "person " + h.Person.String()
	}
}

// NewHold is what is entered to place a hold. Fields of a fault: target, reason,
// until.
type NewHold struct {
	Person      counterfoil.ID
	Interaction counterfoil.ID
	Everything  bool
	Reason      string
	Until       time.Time
}

func (n *NewHold) check(now time.Time) error {
	f := fault.Fields{}
	set := 0
	for _, given := range []bool{!n.Person.IsZero(), !n.Interaction.IsZero(), n.Everything} {
		if given {
			set++
		}
	}
	if set != 1 {
		f["target"] = "Name one person, one interaction or everything."
	}
	if !n.Until.IsZero() && !n.Until.After(now) {
		f["until"] = "Choose a time to come."
	}
	n.Reason = checkReason(f, n.Reason)
	return f.Err()
}

// stopped is the refusal by a hold: it names the hold and whom to ask.
func (e *Eraser) stopped(h *Hold) error {
	who := "person " + h.By.String()
	if p, ok := e.People.Snapshot().Person(h.By); ok {
		who = p.Email
	}
	if h.Lost {
		return fault.Conflict(fmt.Sprintf("Nothing is erased, because hold %s of %s cannot be read: the key of its text is missing from keys/wrap.db, and no entry says that it was erased. "+
			"The folder keys is older than the ledger, or damaged. Stop the server and put back the newest copy of keys. If there is none, ask %s what the hold is on; an administrator can release it.",
			h.ID, h.Placed.Format(time.DateOnly), who), nil)
	}
	until := ""
	if !h.Until.IsZero() {
		until = ", until " + h.Until.Format(time.DateOnly)
	}
	return fault.Conflict(fmt.Sprintf("Nothing is erased, because hold %s is on %s%s. %s set it on %s: %s. Ask them; an administrator can release it.",
		h.ID, h.What(), until, who, h.Placed.Format(time.DateOnly), h.Reason), nil)
}
