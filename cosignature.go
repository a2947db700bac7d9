// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const (
	timestampSize   = 8 // bytes before the Ed25519 signature
	cosignatureSize = timestampSize + ed25519.SignatureSize
)

// Cosignature is the statement of a witness: at Time, the head it is on was the
// largest one of this log the witness had seen, and consistent with all before.
type Cosignature struct {
	Name string    // of the witness's key, as in the signature line
	Key  string    // verifier key it was checked with
	Time time.Time // when the witness signed, whole seconds, UTC
}

// GenerateCosignerKey makes the key of a witness: the private key in the form
// of note.GenerateKey and the verifier key, both of the type of C2SP
// tlog-cosignature for Ed25519. The name is best an address without scheme.
func GenerateCosignerKey(rand io.Reader, name string) (private, verifier string, err error) {
	if !validKeyName(name) {
		return "", "", fmt.Errorf("generate witness key: %w", errKeyName)
	}
	public, secret, err := ed25519.GenerateKey(rand)
	if err != nil {
		return "", "", fmt.Errorf("generate witness key: %w", err)
	}
	verifier = verifierKeyText(name, keyCosignature, public)
	private = fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, keyID(name, keyCosignature, public),
		base64.StdEncoding.EncodeToString(append([]byte{keyCosignature}, secret.Seed()...)))
	return private, verifier, nil
}

// CosignerVerifierKey returns the verifier key that belongs to a private key of
// GenerateCosignerKey.
func CosignerVerifierKey(private string) (string, error) {
	name, secret, err := parseCosignerKey(private)
	if err != nil {
		return "", err
	}
	return verifierKeyText(name, keyCosignature, secret.Public().(ed25519.PublicKey)), nil
}

// NewCosigner returns a signer that signs checkpoints, and nothing else, as a
// witness does at the time now tells. It is safe for concurrent use if now is.
func NewCosigner(private string, now func() time.Time) (note.Signer, error) {
	name, secret, err := parseCosignerKey(private)
	if err != nil {
		return nil, err
	}
	return &cosigner{name, keyID(name, keyCosignature, secret.Public().(ed25519.PublicKey)), secret, now}, nil
}

func parseCosignerKey(private string) (name string, secret ed25519.PrivateKey, err error) {
	const prefix = "PRIVATE+KEY+"
	if len(private) < len(prefix) || private[:len(prefix)] != prefix {
		return "", nil, errors.New("witness key: not a private key")
	}
	key, err := splitKey(private[len(prefix):])
	switch {
	case err != nil:
		return "", nil, fmt.Errorf("witness key: %w", err)
	case key.kind != keyCosignature:
		return "", nil, fmt.Errorf("witness key: %w", &keyKindError{key.kind, keyCosignature})
	}
	secret = ed25519.NewKeyFromSeed(key.bytes)
	if keyID(key.name, key.kind, secret.Public().(ed25519.PublicKey)) != key.id {
		return "", nil, fmt.Errorf("witness key: %w", errKeyID)
	}
	return key.name, secret, nil
}

type cosigner struct {
	name   string
	id     uint32
	secret ed25519.PrivateKey
	now    func() time.Time
}

func (s *cosigner) Name() string    { return s.name }
func (s *cosigner) KeyHash() uint32 { return s.id }

func (s *cosigner) Sign(text []byte) ([]byte, error) {
	// A cosignature is a statement about a tree. Over another text it would be
	// a statement nobody meant.
	if _, err := parseCheckpointText(string(text)); err != nil {
		return nil, fmt.Errorf("cosign: %w", err)
	}
	now := s.now().Unix()
	if now < 0 {
		return nil, errors.New("cosign: the clock stands before 1970")
	}
	sig := binary.BigEndian.AppendUint64(nil, uint64(now))
	return append(sig, ed25519.Sign(s.secret, cosignedMessage(uint64(now), text))...), nil
}

// NewCosignatureVerifier returns a verifier for the cosignatures of the witness
// with the verifier key given. It accepts Ed25519 keys of C2SP
// tlog-cosignature only, so that no log's key passes as a witness's.
func NewCosignatureVerifier(key string) (note.Verifier, error) {
	k, err := splitKey(key)
	switch {
	case err != nil:
		return nil, fmt.Errorf("witness verifier key: %w", err)
	case k.kind != keyCosignature:
		return nil, fmt.Errorf("witness verifier key: %w", &keyKindError{k.kind, keyCosignature})
	case keyID(k.name, k.kind, k.bytes) != k.id:
		return nil, fmt.Errorf("witness verifier key: %w", errKeyID)
	}
	return &cosignatureVerifier{k.name, k.id, k.bytes}, nil
}

type cosignatureVerifier struct {
	name   string
	id     uint32
	public ed25519.PublicKey
}

func (v *cosignatureVerifier) Name() string    { return v.name }
func (v *cosignatureVerifier) KeyHash() uint32 { return v.id }

func (v *cosignatureVerifier) Verify(text, sig []byte) bool {
	if len(sig) != cosignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at <= math.MaxInt64 && ed25519.Verify(v.public, cosignedMessage(at, text), sig[timestampSize:])
}

// cosignedMessage is what a witness signs: the time, and the whole body.
func cosignedMessage(at uint64, text []byte) []byte {
	msg := strconv.AppendUint([]byte("cosignature/v1\ntime "), at, 10)
	return append(append(msg, '\n'), text...)
}

// VerifyCosigned reads a signed checkpoint, checks the log's signature as
// VerifyCheckpoint does, and returns the valid cosignatures of the witnesses
// with the keys given, in the order of the keys. A line that does not verify
// counts as absent: who can add a line to a checkpoint can also remove one.
func VerifyCosigned(signed []byte, logKey string, witnessKeys []string) (Checkpoint, []Cosignature, error) {
	c, err := VerifyCheckpoint(signed, logKey)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	var list []Cosignature
	for _, key := range witnessKeys {
		verifier, err := NewCosignatureVerifier(key)
		if err != nil {
			return Checkpoint{}, nil, err
		}
		if one, ok := findCosignature(signed, key, verifier); ok {
			list = append(list, one)
		}
	}
	return c, list, nil
}

// findCosignature looks for the valid cosignature of one witness.
func findCosignature(signed []byte, key string, verifier note.Verifier) (Cosignature, bool) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return Cosignature{}, false
	}
	sig, err := base64.StdEncoding.DecodeString(opened.Sigs[0].Base64)
	if err != nil || len(sig) != keyIDSize+cosignatureSize {
		return Cosignature{}, false
	}
	at := binary.BigEndian.Uint64(sig[keyIDSize:]) // at most 2^63-1, says Verify
	return Cosignature{Name: verifier.Name(), Key: key, Time: time.Unix(int64(at), 0).UTC()}, true
}
