// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package records is the section of records of every kind: their lists, the page of
// one, its forms and moves, comments, attachments and hand-over, versions compared,
// exports, and where the organisation departed from its own rules. Nothing here knows
// a kind by name unless its records need a page of their own (overrides, impact
// assessments).
//
// A form that two people send at once is joined where they changed different fields,
// and shown with both texts where they did not.
package records
