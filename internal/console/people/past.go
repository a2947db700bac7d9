// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package people

import (
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// rolesAt tells the roles people held at the moment shown: in the past those of the
// appointments in force then, as far as the person may see them.
func (s *Section) rolesAt(d *desk) (func(counterfoil.ID) []string, error) {
	if d.At.IsZero() {
		return s.Roles, nil
	}
	appointments, err := d.All(index.KeptFilter{Kind: "appointment", States: []string{"active"}})
	if err != nil {
		return nil, err
	}
	held := map[counterfoil.ID][]string{}
	for _, a := range appointments {
		person, role := a.Values.ID("person"), a.Values.Text("role")
		if !slices.Contains(held[person], role) {
			held[person] = append(held[person], role)
		}
	}
	return func(id counterfoil.ID) []string { return held[id] }, nil
}
