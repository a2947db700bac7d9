// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import "testing"

// TestProgramsFollowTheOwner: a program's key that names nobody is answered for by
// whoever owns the system now, and by nobody once they left; one that names a person
// goes with this person.
func TestProgramsFollowTheOwner(t *testing.T) {
	olga, paul := PersonID{1}, PersonID{2}
	for name, test := range map[string]struct {
		names PersonID // in the key
		owner PersonID
		left  PersonID
		want  PersonID
		err   error
	}{
		"the owner":                {owner: olga, want: olga},
		"a new owner":              {owner: paul, left: olga, want: paul},
		"an owner who left":        {owner: olga, left: olga},
		"an owner who is unknown":  {owner: PersonID{9}},
		"no owner":                 {},
		"a person of its own":      {names: paul, owner: olga, want: paul},
		"its own person, who left": {names: paul, owner: olga, left: paul, err: ErrRevokedKey},
		"its own person, no owner": {names: paul, owner: olga, left: olga, want: paul},
	} {
		secret := NewSecret()
		people := []Person{{ID: olga, Email: "olga@example.com"}, {ID: paul, Email: "paul@example.com"}}
		for i := range people {
			people[i].Left = people[i].ID == test.left
		}
		s := NewSnapshot([]System{{ID: SystemID{3}, Slug: "letters", Number: "SYS-001", Owner: test.owner}}, people,
			[]Key{{ID: KeyID{4}, System: SystemID{3}, Person: test.names, Workload: true, Hash: HashKey(secret)}})
		got, err := s.Resolve(secret, noon)
		if err != test.err || got.Person != test.want || got.ForOwner != (err == nil && test.names.IsZero()) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
