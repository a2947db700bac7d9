// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package console is the surface for people: server-rendered pages without
// script, one layout, one stylesheet, one typed struct a page.
//
// Every page has a stub (what the object is and what proves it) and a leaf (what
// there is to read and decide). Texts that people see come from here; records
// come through the small interfaces in console.go, which name what each promises.
// Everything shown that a client or provider wrote is hostile until the template
// has escaped it.
//
// Routes stand in one table. All but a few need a session; a session names a
// person, and what leaves a trace in the ledger (signing in and out, a name or a
// text shown, an export) is recorded before it is answered.
package console
