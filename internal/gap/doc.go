// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package gap counts the requests that leave without a record, where the
// configuration allows a bounded number of them while the ledger is full or busy,
// and states them in the ledger as gap entries.
//
// # Promise
//
// Nothing leaves uncounted. When Pass returns without an error, the request is
// counted in a file on the disk, so that a crash, also a loss of power, forgets
// none. What is counted may exceed what left: a request counts before it is sent.
//
// Within the time of its bounds, from the first request on, a provider gets no
// more than their number, however often the ledger recovers and fails again. Then
// it is closed until the ledger takes every kind of entry again. A start renews nothing:
// what a former process let pass stays used until the time of the bounds has passed in
// the new one as well, whatever the clock did between. A clock that shows an earlier
// time than the last request closes the provider until then.
//
// # Parts
//
// quota.go decides whether one more may pass, counter.go counts and states, and
// slots.go keeps the counts in a file that is filled ahead and overwritten in
// place, for it is needed when the disk is full. A stretch is what one gap entry
// states. It has a slot of the file from its first request on; the entry's id is chosen
// with the first, so that a start after a crash finds out whether the entry was
// written, and never states a stretch twice. The slot also holds the window of the
// bounds: when it began, and what earlier stretches used of it. So it is kept when the
// entry is durable, until the next stretch carries the window on or it is over.
package gap
