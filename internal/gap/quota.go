// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gap

import (
	"errors"
	"time"
)

// Bounds are what a provider may send unrecorded. The zero value allows nothing.
type Bounds struct {
	Requests uint64
	Within   time.Duration // from the first of them on
}

// Allow tells whether anything may leave unrecorded.
func (b Bounds) Allow() bool { return b.Requests > 0 && b.Within > 0 }

// Why a request does not pass.
var (
	ErrRequests  = errors.New("as many requests as the provider's bounds allow have left unrecorded")
	ErrTime      = errors.New("the time within which requests may leave unrecorded is over")
	ErrUncounted = errors.New("requests that leave unrecorded cannot be counted")
)

// window is what a stretch keeps of the quota it counts in, so that a start goes on
// with it.
type window struct {
	began  int64  // of the quota, microseconds
	before uint64 // requests of the quota that earlier stretches state
	within time.Duration
}

// quota is what one provider has used of its bounds. It goes on over several
// stretches when the ledger recovers and fails again, and over starts.
type quota struct {
	bounds Bounds    // as the last request had them; of a former process the time only
	began  time.Time // its first request
	known  time.Time // a clock that shows an earlier time was set back
	since  time.Time // from here on its time must pass in this process before it is over
	used   uint64
	open   *stretch // that counts; nil when the last one is being stated
}

// refusal tells why no further request may pass at now. A clock that was set back
// closes the quota: how much time has passed is not known.
func (q *quota) refusal(b Bounds, now time.Time) error {
	switch {
	case q.used >= b.Requests:
		return ErrRequests
	case now.Before(q.known) || now.Sub(q.began) >= b.Within:
		return ErrTime
	}
	return nil
}

// over tells whether the time of the bounds has passed. Of a quota that a former
// process left it must pass once more: what the clock did between is not known.
func (q *quota) over(now time.Time) bool { return now.Sub(q.since) >= q.bounds.Within }

// resume takes up the quota of a stretch that a former process left; q is what
// other stretches of the provider left, nil for nothing. Of several, that holds which
// closes the provider sooner and for longer: the earliest beginning, the latest request,
// the most used, the longest time.
func resume(q *quota, s *stretch, now time.Time) *quota {
	began, last := time.UnixMicro(s.window.began), time.UnixMicro(int64(s.gap.To))
	if q == nil {
		q = &quota{began: began, known: last, since: now}
	}
	if began.Before(q.began) {
		q.began = began
	}
	if last.After(q.known) {
		q.known = last
	}
	q.used = max(q.used, s.window.before+s.gap.Requests)
	q.bounds.Within = max(q.bounds.Within, s.window.within) // how many may pass, the next request brings along
	return q
}
