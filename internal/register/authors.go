// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"slices"

	"github.com/counterfoil/counterfoil"
)

// written notes who made this version differ from the one before. Whoever entered
// something that approvals bind is one of its authors until that is approved: several
// people may have written what one of them must not approve. Whoever changed only
// something minor is not.
func (r *Record) written(before *Record, act Act) error {
	if equal(r.Values, before.Values) {
		return nil
	}
	r.Author = act
	stood, err := r.Kind.Digest(before.Values)
	if err != nil {
		return err
	}
	digest, err := r.Kind.Digest(r.Values)
	if err != nil || digest == stood {
		return err
	}
	r.Authors = slices.DeleteFunc(before.authored(), func(a Act) bool {
		return a.By == act.By || before.Approval != nil && a.Version <= before.Approval.Version
	})
	r.Authors = append(r.Authors, act)
	return nil
}

// authored are the acts by which the version came to say what it says.
func (r *Record) authored() []Act {
	if len(r.Authors) == 0 {
		return []Act{r.Author} // written before authors were kept
	}
	return slices.Clone(r.Authors)
}

// authors are the people who wrote the version.
func (r *Record) authors() []counterfoil.ID {
	var list []counterfoil.ID
	for _, a := range r.authored() {
		list = append(list, a.By)
	}
	return list
}
