// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package kind is the language in which the records of the management system
// are described: a kind is a YAML file with fields, states, moves between them,
// deadlines and how its pages are laid out. The package reads such files, checks
// everything that can be checked before a record exists (guards are typed, every
// state can be reached, every role exists, duties can be separated) and answers
// questions about them; it neither stores nor changes records.
//
// A Set is all kinds of one organisation: the built-in ones, with the fields it
// added and kinds of its own. A Set never changes and is safe for concurrent use.
//
// Guards, "required when" and deadlines are CEL expressions over the variables
// record, actor, now, links, register and traffic; Facts lists them. What a guard cannot
// say in CEL is a named function of Go, which the engine supplies.
package kind
