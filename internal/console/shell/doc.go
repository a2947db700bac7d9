// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package shell is what every page of the console stands on: layout and parts (base/),
// rendering, static files, sessions and the guard before signed-in routes, errors as
// pages, forms that are shown again, and the desk.
//
// A section embeds *Shell, keeps its templates in a folder of its own and gives the
// shell routes and templates (Section). The shell parses each of its pages together
// with layout and parts, and serves each route behind session, body limit and the
// refusal of foreign forms (Handler).
//
// The desk (Desk) is one request about records: who asks, with which roles, and which
// moment the address asks to see. What it shows is what the register lets that person
// see; addresses it makes stay in that moment. It also says what several sections say
// of a record: how it is called, its state, its deadline, the moves from here.
//
// Texts in Go and templates are the only source of what people read. Everything that a
// client or provider wrote is hostile until a template has escaped it.
package shell
