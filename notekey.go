// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kinds of keys, as C2SP signed-note numbers them.
const (
	keyEd25519     byte = 1
	keyCosignature byte = 4
)

// keyIDSize is the length of the key id before a signature, in bytes.
const keyIDSize = 4

var (
	errKeyForm = errors.New("a key has the form name+id+base64")
	errKeyName = errors.New("the name of a key is not empty and has neither spaces nor a plus sign")
	errKeyID   = errors.New("the id does not belong to this name and key")
)

// keyKindError is a key that is well formed and of the wrong kind.
type keyKindError struct{ got, want byte }

func (e *keyKindError) Error() string {
	return fmt.Sprintf("a key of kind %d where kind %d belongs", e.got, e.want)
}

// noteKey is a key in the text form of C2SP signed-note. Whether id fits is for
// the caller to check: for a private key it depends on the public one.
type noteKey struct {
	name  string
	id    uint32
	kind  byte
	bytes []byte // Ed25519: seed or public key, 32 bytes both
}

// splitKey reads name+id+base64 for the kinds of key whose bytes are Ed25519's.
func splitKey(text string) (noteKey, error) {
	name, rest, _ := strings.Cut(text, "+")
	hex, encoded, found := strings.Cut(rest, "+")
	if !found || len(hex) != 2*keyIDSize || strings.ContainsAny(encoded, "\r\n") {
		return noteKey{}, errKeyForm
	}
	id, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		return noteKey{}, errKeyForm
	}
	if !validKeyName(name) {
		return noteKey{}, errKeyName
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(raw) == 0 {
		return noteKey{}, errKeyForm
	}
	k := noteKey{name: name, id: uint32(id), kind: raw[0], bytes: raw[1:]}
	if k.kind != keyEd25519 && k.kind != keyCosignature {
		return noteKey{}, fmt.Errorf("keys of kind %d are not supported", k.kind)
	}
	if len(k.bytes) != ed25519.PublicKeySize {
		return noteKey{}, fmt.Errorf("a key of %d bytes where %d belong", len(k.bytes), ed25519.PublicKeySize)
	}
	return k, nil
}

// verifierKeyText writes name+id+base64 for a public key.
func verifierKeyText(name string, kind byte, public ed25519.PublicKey) string {
	return fmt.Sprintf("%s+%08x+%s", name, keyID(name, kind, public),
		base64.StdEncoding.EncodeToString(append([]byte{kind}, public...)))
}

// keyID is the short hash that names a key in a signature line.
func keyID(name string, kind byte, public ed25519.PublicKey) uint32 {
	sum := sha256.Sum256(append(append([]byte(name), '\n', kind), public...))
	return binary.BigEndian.Uint32(sum[:])
}

func validKeyName(name string) bool {
	return name != "" && utf8.ValidString(name) && strings.IndexFunc(name, unicode.IsSpace) < 0 && !strings.Contains(name, "+")
}
