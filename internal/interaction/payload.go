// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package interaction holds the bodies that lie encrypted beside the ledger:
// what left the boundary and what came back. The gateway writes them, evidence
// reads them. They are CBOR with integer keys; docs/ledger-format.md names each.
package interaction

import (
	"bytes"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Request is the payload of an intent: what was accepted and what left.
type Request struct {
	Method     string      `cbor:"1,keyasint,omitempty"`
	Path       string      `cbor:"2,keyasint,omitempty"`
	Model      string      `cbor:"3,keyasint,omitempty"` // as the client wrote it
	UserAgent  string      `cbor:"4,keyasint,omitempty"`
	Body       []byte      `cbor:"5,keyasint,omitempty"` // as it left, or as it would have left, masked; empty when it could not be read
	Findings   []Finding   `cbor:"6,keyasint,omitempty"`
	Redactions []Redaction `cbor:"7,keyasint,omitempty"`
	Message    string      `cbor:"8,keyasint,omitempty"` // what the client was told when it was refused
}

// Answer is the payload of an outcome: what came back from the provider, before
// placeholders were restored.
type Answer struct {
	Model     string    `cbor:"1,keyasint,omitempty"` // as the provider named it
	ID        string    `cbor:"2,keyasint,omitempty"` // the provider's id of the answer
	MediaType string    `cbor:"3,keyasint,omitempty"`
	Body      []byte    `cbor:"4,keyasint,omitempty"`
	Findings  []Finding `cbor:"5,keyasint,omitempty"`
	Message   string    `cbor:"6,keyasint,omitempty"` // what the client was told when it was stopped
}

// Finding is one place where a detector saw something. It never holds the value.
type Finding struct {
	Type     string  `cbor:"1,keyasint"`
	Where    string  `cbor:"2,keyasint,omitempty"` // path of the string, such as messages[0].content
	Start    int     `cbor:"3,keyasint"`           // bytes in the decoded string
	End      int     `cbor:"4,keyasint"`
	Score    float64 `cbor:"5,keyasint"`
	Detector string  `cbor:"6,keyasint,omitempty"`
	Action   string  `cbor:"7,keyasint,omitempty"` // "masked", "blocked", "recorded"
}

// Redaction is one replaced value. Key makes its HMAC in the intent's
// redaction root disclosable by itself: HMAC-SHA-256(Key, Value).
type Redaction struct {
	Placeholder string `cbor:"1,keyasint"`
	Type        string `cbor:"2,keyasint"`
	Value       string `cbor:"3,keyasint"`
	Key         []byte `cbor:"4,keyasint"` // exactly 32 bytes
	Count       int    `cbor:"5,keyasint"` // places replaced
}

var encoding = func() cbor.UserBufferEncMode {
	m, err := cbor.CoreDetEncOptions().UserBufferEncMode()
	if err != nil {
		panic(err) // the options are constant
	}
	return m
}()

// Encode returns the deterministic CBOR of a *Request or *Answer.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	err := EncodeTo(&b, v)
	return b.Bytes(), err
}

// EncodeTo appends what Encode returns to b.
func EncodeTo(b *bytes.Buffer, v any) error {
	if err := encoding.MarshalToBuffer(v, b); err != nil {
		return fmt.Errorf("encode payload: %w", err)
	}
	return nil
}

// DecodeRequest reads the payload of an intent.
func DecodeRequest(raw []byte) (*Request, error) {
	var r Request
	if err := cbor.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("decode request payload: %w", err)
	}
	return &r, nil
}

// DecodeAnswer reads the payload of an outcome.
func DecodeAnswer(raw []byte) (*Answer, error) {
	var a Answer
	if err := cbor.Unmarshal(raw, &a); err != nil {
		return nil, fmt.Errorf("decode answer payload: %w", err)
	}
	return &a, nil
}
