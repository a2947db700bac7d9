// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// Types of records of this package, as they stand in the ledger.
const (
	TypeRequest = "erasure_request"
	TypeHold    = "hold"
)

// Transitions of records, as they stand in the ledger.
const (
	created  = "created"
	approved = "approved"
	rejected = "rejected"
	released = "released"
)

// Target says what is to be erased; exactly one field is set.
type Target struct {
	Person      counterfoil.ID `json:"person,omitzero"`
	Interaction counterfoil.ID `json:"interaction,omitzero"`
	Before      time.Time      `json:"before,omitzero"` // interactions of months that ended by then
}

// Scope is the scope of the erasure entry; "" when no field is set, as when the
// request went with a person.
func (t Target) Scope() string {
	switch {
	case !t.Person.IsZero():
		return counterfoil.ErasePerson
	case !t.Interaction.IsZero():
		return counterfoil.EraseInteraction
	case !t.Before.IsZero():
		return counterfoil.EraseBefore
	default:
		return ""
	}
}

// Request is the body of the record of a request.
type Request struct {
	ID        counterfoil.ID    `json:"id"`
	Version   uint64            `json:"version"`
	Target    Target            `json:"target"`
	Basis     string            `json:"basis"`  // code
	Reason    string            `json:"reason"` // in words
	By        identity.PersonID `json:"by"`
	Requested time.Time         `json:"requested"`
	State     string            `json:"state"` // StateWaiting, StateApproved or StateRejected
	DecidedBy identity.PersonID `json:"decided_by,omitzero"`
	Decided   time.Time         `json:"decided,omitzero"`
}

// States of a request.
const (
	StateWaiting  = "waiting"  // for a second person
	StateRejected = "rejected" // nothing was erased
	StateApproved = "approved" // being carried out
	StateDone     = "done"     // the ledger has the erasure
)

// Bases are the codes offered; any other code is taken as well.
var Bases = []string{"data_subject_request", "consent_withdrawn", "contract_end", "recorded_in_error", "court_order"}

// BasisRetention is the basis of what is erased by the calendar.
const BasisRetention = "retention"

// maxReason bounds what people write, in characters.
const maxReason = 500

// NewRequest is what is entered to request an erasure. Fields of a fault: target,
// basis, reason.
type NewRequest struct {
	Target Target
	Basis  string
	Reason string
}

func (n *NewRequest) check(now time.Time) error {
	f := fault.Fields{}
	set := 0
	for _, given := range []bool{!n.Target.Person.IsZero(), !n.Target.Interaction.IsZero(), !n.Target.Before.IsZero()} {
		if given {
			set++
		}
	}
	switch {
	case set != 1:
		f["target"] = "Name one person, one interaction or one date."
	case n.Target.Before.After(now):
		f["target"] = "The date must not lie in the future."
	}
	if !isCode(n.Basis) {
		f["basis"] = "Use a code of a-z, 0-9 and _, such as data_subject_request."
	}
	n.Reason = checkReason(f, n.Reason)
	return f.Err()
}

func checkReason(f fault.Fields, reason string) string {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		f["reason"] = "Say why, for example with the number of the case. Leave names out."
	case utf8.RuneCountInString(reason) > maxReason || !utf8.ValidString(reason):
		f["reason"] = fmt.Sprintf("Use at most %d characters.", maxReason)
	}
	return reason
}

func isCode(s string) bool {
	return s != "" && len(s) <= 40 && !slices.ContainsFunc([]byte(s), func(c byte) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_'
	})
}
