// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import "strconv"

// EnvelopeText is what the signatures of a DSSE envelope cover (its PAE): the type
// and the payload, each with its length in front. It begins with "DSSEv1", so it
// can never be the text of a checkpoint or a receipt.
func EnvelopeText(payloadType string, payload []byte) []byte {
	text := "DSSEv1 " + strconv.Itoa(len(payloadType)) + " " + payloadType + " " + strconv.Itoa(len(payload)) + " "
	return append([]byte(text), payload...)
}
