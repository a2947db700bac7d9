// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"encoding/base64"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// takeReceipt gets the receipt of a recorded intent if the client asked for one:
// a signature costs some 25 microseconds, so nobody else pays for it. Without one
// the interaction goes on; a client that needs it sees that it is missing.
func (x *exchange) takeReceipt(e *counterfoil.Entry, at counterfoil.Index) {
	if x.g.receipts == nil || !strings.EqualFold(x.r.Header.Get(counterfoil.ReceiptHeader), "request") {
		return
	}
	signed, err := x.g.receipts.Receipt(e, at)
	if err != nil {
		x.g.log.Error("receipt not signed", "interaction", x.id, "err", err)
		return
	}
	x.receipt = base64.StdEncoding.EncodeToString(signed)
}

// handReceipt puts the receipt into the head of the answer.
func (x *exchange) handReceipt() {
	if x.receipt != "" {
		x.w.Header().Set(counterfoil.ReceiptHeader, x.receipt)
	}
}
