// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import "github.com/counterfoil/counterfoil/internal/strictyaml"

// somebody is the one kind that others link to.
const somebody = `{kind: person, title: Person, plural: People, number: P, place: audits, fields: [{id: name, type: text, label: Name}], states: [{id: here, label: Here, mark: ok, draft: true}], sections: [{title: Person, fields: [name]}]}`

// Parse reads one file beside a kind of people, without the built-in kinds.
func Parse(name string, raw []byte, known Known) (*Set, strictyaml.Faults) {
	r := &reader{byID: map[string]*source{}}
	r.file("person.yaml", []byte(somebody))
	r.file(name, raw)
	return r.set(known)
}
