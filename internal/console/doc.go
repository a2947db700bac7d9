// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package console is the surface for people: server-rendered pages without
// script, one layout, one stylesheet, one typed struct a page.
//
// Its rooms are the packages below it, and each section is one entry or task of
// the people who use it: interactions, ledger, erasures, records, requirements, scope,
// risks, systems, people, views, home, entrance. Sections stand on the shell and never
// import one another; what two of them need lies in the shell or below it (part,
// words, moment, filter, event, sheet). This package joins them: one configuration, one
// table of sections, one handler.
//
// Every page has a stub (what the object is and what proves it) and a leaf (what
// there is to read and decide). Texts that people see come from here; records
// come through the small interfaces of each section, which name what each promises.
// Everything shown that a client or provider wrote is hostile until the template
// has escaped it.
//
// All but a few routes need a session; a session names a person, and what leaves a
// trace in the ledger (signing in and out, a name or a text shown, an export) is
// recorded before it is answered.
package console
