// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// BuiltinFunctions are the Go functions the built-in kinds name. Each stands in the
// file of its kind, guard_KIND.go.
func BuiltinFunctions() Functions {
	f := Functions{Guards: map[string]GuardFunc{}, Derive: map[string]DeriveFunc{}, Acts: map[string]ActFunc{}}
	for _, more := range []Functions{
		riskFunctions(), modelFunctions(), impactFunctions(), statementFunctions(), systemFunctions(), changeFunctions(), concernFunctions(), slugFunctions(),
		appointmentFunctions(), commitmentFunctions(), measureFunctions(), programmeFunctions(), scopeFunctions(), gapFunctions(), savedFunctions(),
	} {
		for name, guard := range more.Guards {
			f.Guards[name] = guard
		}
		for name, derive := range more.Derive {
			f.Derive[name] = derive
		}
		for name, act := range more.Acts {
			f.Acts[name] = act
		}
	}
	return f
}

// Places are the entries of the console's navigation that show records.
var Places = []string{"scope", "systems", "risk", "controls", "evidence", "documents", "audits", "settings"}

// Known is what kinds may refer to.
func Known(f Functions, c *standard.Catalogue) kind.Known {
	return kind.Known{Roles: c.RoleIDs(), Functions: f.Names(), Requirements: c.IDs(), Places: Places}
}
