// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package timestamp

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Media types of a request and a response over HTTP (RFC 3161, section 3.4).
const (
	RequestType  = "application/timestamp-query"
	ResponseType = "application/timestamp-reply"
)

// MaxToken bounds a token, in bytes. Tokens of public authorities have 3 to 7
// KB; an entry of the registry has to hold one.
const MaxToken = 12 << 10

// MaxResponse bounds a response: a token, and a status beside it.
const MaxResponse = MaxToken + 1<<10

// nonceBits is short enough for authorities that keep a nonce in 64 bits.
const nonceBits = 63

// request is TimeStampReq of RFC 3161, section 2.4.1.
type request struct {
	Version int
	Imprint imprint
	Nonce   *big.Int
	CertReq bool
}

type imprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Digest    []byte
}

// NewRequest returns a request for a token over a SHA-256 digest, and the nonce
// in it, which Verify compares once the answer is there. It asks for the
// certificates, so that the token can be verified by itself.
func NewRequest(digest [sha256.Size]byte) (der []byte, nonce *big.Int, err error) {
	limit := new(big.Int).Lsh(big.NewInt(1), nonceBits)
	if nonce, err = rand.Int(rand.Reader, limit); err != nil {
		return nil, nil, fmt.Errorf("time-stamp request: %w", err)
	}
	der, err = asn1.Marshal(request{
		Version: 1,
		Imprint: imprint{pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}, digest[:]},
		Nonce:   nonce,
		CertReq: true,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("time-stamp request: %w", err)
	}
	return der, nonce, nil
}

// RefusedError is an authority's answer without a token.
type RefusedError struct {
	Status  int    // PKIStatus of RFC 3161, section 2.4.2
	Text    string // in the authority's words; may be empty
	Failure int    // number of the first failure bit, -1 if none is set
}

func (e *RefusedError) Error() string {
	text := fmt.Sprintf("the time-stamp authority refused: status %d", e.Status)
	if e.Failure >= 0 {
		text += fmt.Sprintf(", failure %d", e.Failure)
	}
	if e.Text != "" {
		text += ": " + e.Text
	}
	return text
}

// Statuses of an answer that has a token.
const (
	statusGranted         = 0
	statusGrantedWithMods = 1
)

// ParseResponse takes the token out of an authority's answer. The token is not
// verified. A refusal is a *RefusedError.
func ParseResponse(der []byte) ([]byte, error) {
	if len(der) > MaxResponse {
		return nil, fmt.Errorf("time-stamp response: %d bytes are more than %d", len(der), MaxResponse)
	}
	response := sequenceOf(der)
	var status, token asn1.RawValue
	response.next(&status, "")
	response.next(&token, "optional")
	if err := response.end(); err != nil {
		return nil, fmt.Errorf("time-stamp response: %w", err)
	}
	refused, err := parseStatus(status.FullBytes)
	if err != nil {
		return nil, fmt.Errorf("time-stamp response: status: %w", err)
	}
	if refused.Status != statusGranted && refused.Status != statusGrantedWithMods {
		return nil, refused
	}
	switch raw := token.FullBytes; {
	case len(raw) == 0:
		return nil, errors.New("time-stamp response: granted, but without a token")
	case len(raw) > MaxToken:
		return nil, fmt.Errorf("time-stamp response: a token of %d bytes is larger than %d", len(raw), MaxToken)
	default:
		return raw, nil
	}
}

// parseStatus reads PKIStatusInfo.
func parseStatus(der []byte) (*RefusedError, error) {
	out := &RefusedError{Failure: -1}
	var texts []string
	var bits asn1.BitString
	status := sequenceOf(der)
	status.next(&out.Status, "")
	status.next(&texts, "optional")
	status.next(&bits, "optional")
	if err := status.end(); err != nil {
		return nil, err
	}
	out.Text = strings.Join(texts, "; ")
	for i := range bits.BitLength {
		if bits.At(i) != 0 {
			out.Failure = i
			break
		}
	}
	return out, nil
}
