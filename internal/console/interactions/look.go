// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"net/http"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// mayLook refuses who may not see interactions of a system, or one of a person: they are
// for whoever holds a role, for the system's owner now, and one's own for oneself. A zero
// system means all of them.
func (s *Section) mayLook(r *http.Request, system, person counterfoil.ID) error {
	actor := s.ActorOf(r)
	if len(actor.Roles) > 0 || actor.Person == person {
		return nil
	}
	if known, ok := s.Directory.Snapshot().System(identity.SystemID(system)); ok && counterfoil.ID(known.Owner) == actor.Person {
		return nil
	}
	return fault.Forbidden("Not available: interactions are for whoever holds a role. Others see those of a system they own, and their own.", nil)
}
