// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package redact replaces values by placeholders on the way out and puts the
// values back on the way in. It knows text, JSON string literals and
// placeholders; it knows neither HTTP nor event framing nor any provider.
//
// # Parts
//
// A [Map] belongs to one interaction: it names values ("[EMAIL_1]") and knows
// which placeholders are live. [RawRange], [Cursor], [AppendEscaped] and
// [Splice] carry an edit from decoded text into the raw JSON it came from, so
// that every byte outside the edit stays as it was. [Leaves] does the same for
// strings that are themselves JSON documents, such as tool arguments. A
// [Stream] restores an answer that arrives in events, and lets a [Guard] mask
// or stop what the provider says.
//
// # Guarantees
//
// A placeholder that is not live in this map is never touched, and no value of
// another map can appear. The stream never re-cuts events: it delays, edits in
// place or passes them on, in order, one out for one in. An event in which
// nothing is replaced leaves with the bytes it came with. Restored values are
// not inspected by the guard and not restored again.
//
// Nothing here is safe for concurrent use; one goroutine owns an interaction's
// map and stream.
package redact
