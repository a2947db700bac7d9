// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package erasure removes what people have a right to have removed, and leaves a
// ledger that still verifies: requests that a second person approves, holds that
// stop them, and the retention schedule.
//
// # Order
//
// An erasure entry names the wrapping keys, interactions and payload segments, and
// is durable before anything is gone. Then keys are deleted and payloads
// overwritten, the running program and the index forget what they held, and the
// key store notes up to which entry of the log this is done. Every step may be the
// last before a crash: [Eraser.Resume] does at the start what the note does not
// cover, and doing it twice changes nothing.
//
// # What is erased with what
//
// Payloads of one person, class and month lie under one wrapping key. Erasing a
// person deletes all of their keys; the calendar (by request, or by retention)
// deletes keys by month; one interaction shares its key with others, so its
// payloads are overwritten where they lie. A segment of which everything was
// erased is deleted whole.
//
// Nothing is sealed for an erased person any more. Answers that were under way are
// recorded without their text.
//
// # Parts
//
// request.go and hold.go are the records, decide.go who may do what with them,
// lost.go what holds do that cannot be read; plan.go and survey.go find out what
// an erasure takes, carryout.go does it, retention.go does it by the calendar,
// resume.go after a crash, returned.go after an older copy of the payloads.
package erasure
