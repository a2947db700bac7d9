// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package register keeps the records of the management system. What a record
// says, which states it has and who may move it is described by its kind (package
// kind); this package is the one engine that runs them all.
//
// Every save and every move is an entry of the ledger whose payload is the whole
// record as it is from then on, so history is complete and any past moment can be
// shown. Personal fields are sealed apart inside it, under the key of the person
// they are about: when that person is erased they are gone, and the rest verifies.
//
// A Register changes records, one at a time: it reads what stands, checks the
// right, the input, the separation of duties and the guards, and appends. A View
// reads for one actor at one moment, present or past, and shows nothing the actor
// has no right to.
//
// Errors people can act on are a *fault.Error; a move whose guards do not hold
// fails with a *Refused, which lists every reason; a lost update with a *Lost,
// which holds both versions.
package register
