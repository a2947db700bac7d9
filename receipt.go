// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// ReceiptHeader is the HTTP header in which a client asks for a receipt, with
// the value "request", and in which it gets one: base64 of the signed note.
const ReceiptHeader = "Counterfoil-Receipt"

const receiptHeader = "counterfoil receipt v1"

// maxReceipt bounds a signed receipt, in bytes.
const maxReceipt = 4 << 10

// Receipt is a log's word that an interaction's intent is durable at an index. Whoever
// holds one can show later that the entry is missing, or is another one.
// docs/publish.md has the format.
type Receipt struct {
	Origin      string
	Interaction ID
	Index       Index
	Leaf        Hash  // leaf hash of the intent's entry
	Time        int64 // of the entry, microseconds since the Unix epoch
}

// Text is the body of the note: one line a field.
func (r Receipt) Text() string {
	return strings.Join([]string{
		receiptHeader, r.Origin, r.Interaction.String(), strconv.FormatUint(uint64(r.Index), 10),
		base64.StdEncoding.EncodeToString(r.Leaf[:]), strconv.FormatInt(r.Time, 10), "",
	}, "\n")
}

// Sign returns the signed note of r.
func (r Receipt) Sign(signers ...note.Signer) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: r.Text()}, signers...)
	if err != nil {
		return nil, fmt.Errorf("sign receipt: %w", err)
	}
	return signed, nil
}

// DecodeReceipt returns the signed note from a file or a header: either may hold
// the note itself or its base64.
func DecodeReceipt(b []byte) ([]byte, error) {
	if len(b) > 2*maxReceipt {
		return nil, fmt.Errorf("read receipt: %d bytes are too many", len(b))
	}
	if strings.HasPrefix(string(b), receiptHeader+"\n") {
		return b, nil
	}
	signed, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(string(b)))
	if err != nil || !strings.HasPrefix(string(signed), receiptHeader+"\n") {
		return nil, errors.New("read receipt: neither a receipt nor the base64 of one")
	}
	return signed, nil
}

// ParseReceipt reads a signed note without checking a signature.
func ParseReceipt(signed []byte) (Receipt, error) {
	text, _, found := strings.Cut(string(signed), "\n\n")
	if !found || len(signed) > maxReceipt {
		return Receipt{}, errors.New("parse receipt: not a signed note")
	}
	return parseReceiptText(text + "\n")
}

// VerifyReceipt reads a signed note and checks the signature of the key given as
// "name+hash+key". The key's name must be the log's origin.
func VerifyReceipt(signed []byte, verifierKey string) (Receipt, error) {
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return Receipt{}, fmt.Errorf("verify receipt: verifier key: %w", err)
	}
	if len(signed) > maxReceipt {
		return Receipt{}, fmt.Errorf("verify receipt: note of %d bytes", len(signed))
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return Receipt{}, fmt.Errorf("verify receipt: %w", err)
	}
	r, err := parseReceiptText(opened.Text)
	if err != nil {
		return Receipt{}, err
	}
	if r.Origin != verifier.Name() {
		return Receipt{}, fmt.Errorf("verify receipt: log %q is not the key's %q", clip(r.Origin), verifier.Name())
	}
	return r, nil
}

// parseReceiptText accepts exactly what Text writes.
func parseReceiptText(text string) (Receipt, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 7 || lines[0] != receiptHeader {
		return Receipt{}, fmt.Errorf("parse receipt: no %s", receiptHeader)
	}
	id, err := ParseID(lines[2])
	if err != nil {
		return Receipt{}, fmt.Errorf("parse receipt: %w", err)
	}
	index, err := strconv.ParseUint(lines[3], 10, 63)
	if err != nil {
		return Receipt{}, fmt.Errorf("parse receipt: index %q", clip(lines[3]))
	}
	leaf, err := hashFromBase64(lines[4])
	if err != nil {
		return Receipt{}, fmt.Errorf("parse receipt: leaf hash: %w", err)
	}
	at, err := strconv.ParseInt(lines[5], 10, 64)
	if err != nil {
		return Receipt{}, fmt.Errorf("parse receipt: time %q", clip(lines[5]))
	}
	r := Receipt{Origin: lines[1], Interaction: id, Index: Index(index), Leaf: leaf, Time: at}
	if r.Origin == "" || r.Time <= 0 || r.Text() != text {
		return Receipt{}, errors.New("parse receipt: not in its one form")
	}
	return r, nil
}

// CheckEntry reports whether an encoded entry is the one the receipt speaks of.
func (r Receipt) CheckEntry(raw []byte) error {
	if leaf := LeafHash(raw); leaf != r.Leaf {
		return fmt.Errorf("check receipt: the log holds another entry at %d: leaf hash %s where the receipt has %s", r.Index, leaf, r.Leaf)
	}
	e, err := DecodeEntry(raw)
	if err != nil {
		return fmt.Errorf("check receipt: entry %d: %w", r.Index, err)
	}
	if e.Kind != KindIntent || e.ID != r.Interaction || e.Time != r.Time {
		return fmt.Errorf("check receipt: entry %d is %s of %s at %d, not the intent of %s at %d", r.Index, e.Kind, e.ID, e.Time, r.Interaction, r.Time)
	}
	return nil
}
