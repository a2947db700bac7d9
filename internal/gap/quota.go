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

// quota is what one provider has used of its bounds. It goes on over several
// stretches when the ledger recovers and fails again.
type quota struct {
	bounds Bounds // as the last request had them
	began  time.Time
	used   uint64
	open   *stretch // that counts; nil when the last one is being stated
}

// refusal tells why no further request may pass at now. A clock that was set back
// before the beginning closes the quota: how much time has passed is not known.
func (q *quota) refusal(b Bounds, now time.Time) error {
	switch elapsed := now.Sub(q.began); {
	case q.used >= b.Requests:
		return ErrRequests
	case elapsed < 0 || elapsed >= b.Within:
		return ErrTime
	}
	return nil
}

// over tells whether the time of the bounds has passed.
func (q *quota) over(now time.Time) bool { return now.Sub(q.began) >= q.bounds.Within }
