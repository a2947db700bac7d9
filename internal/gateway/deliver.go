// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// errClient is a write that the client did not take.
var errClient = errors.New("the client does not take the answer")

// deliver writes to the client. One that takes nothing for as long as a
// provider may be silent is given up, and with it the call to the provider.
func (x *exchange) deliver(p []byte) error {
	if now := time.Now(); now.After(x.renew) {
		patience := x.provider.Idle
		if err := http.NewResponseController(x.w).SetWriteDeadline(now.Add(patience)); err != nil {
			return fmt.Errorf("%w: set deadline: %w", errClient, err)
		}
		x.renew = now.Add(patience / 4)
	}
	if _, err := x.w.Write(p); err != nil {
		return fmt.Errorf("%w: %w", errClient, err)
	}
	return nil
}

// endDelivery leaves the connection without a deadline for its next request.
func (x *exchange) endDelivery() {
	if !x.renew.IsZero() {
		_ = http.NewResponseController(x.w).SetWriteDeadline(time.Time{}) // a connection that is gone needs none
	}
}
