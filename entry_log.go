// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// MaxAnchorBytes bounds what an anchor takes in, in bytes.
const MaxAnchorBytes = 12 * 1024

// Events of a signing key.
const (
	KeyEnrolled    = "enrolled"    // the registry knows a log from here on
	KeyRotated     = "rotated"     // Key follows Former under the same origin
	KeyRetired     = "retired"     // Former signs no more: the overlap is over
	KeyCompromised = "compromised" // nothing Former signed above Size counts
	KeySucceeded   = "succeeded"   // this log continues, under a new origin, another up to Size and Root
)

// KeyEvent states what happened to a signing key. In the log it belongs to it
// changes which key signs from there on.
type KeyEvent struct {
	Event           string // one of the constants above
	Origin          string // of the log whose key this is
	Key             string // verifier key in force from here on; empty when none is
	Former          string // verifier key before it; empty when there was none
	Size            uint64 // tree size the event refers to
	Root            Hash   // root of that tree
	Signature       []byte // Ed25519 by Key over Text, 64 bytes; empty without Key
	FormerSignature []byte // the same by Former; empty where the former key was lost or is not trusted
}

// Text is what the keys of an event sign: one line a field.
func (k *KeyEvent) Text() string {
	return strings.Join([]string{
		"counterfoil key event v1", k.Event, k.Origin, k.Key, k.Former,
		strconv.FormatUint(k.Size, 10), base64.StdEncoding.EncodeToString(k.Root[:]), "",
	}, "\n")
}

// CheckSignatures verifies whichever signatures the event bears, and wants those
// the event needs: of both keys to rotate, of the new key for every other event
// that names one.
func (k *KeyEvent) CheckSignatures() error {
	text := []byte(k.Text())
	for _, s := range []struct {
		of, key   string
		signature []byte
		needed    bool
	}{
		{"key", k.Key, k.Signature, k.Key != ""},
		{"former key", k.Former, k.FormerSignature, k.Event == KeyRotated},
	} {
		if len(s.signature) == 0 && !s.needed {
			continue
		}
		v, err := note.NewVerifier(s.key)
		if err != nil {
			return fmt.Errorf("check key event: %s: %w", s.of, err)
		}
		if !v.Verify(text, s.signature) {
			return fmt.Errorf("check key event: the signature of the %s does not verify", s.of)
		}
	}
	return nil
}

// Scopes of an erasure.
const (
	ErasePerson      = "person"      // everything under the keys of one person
	EraseInteraction = "interaction" // the payloads of named interactions
	EraseBefore      = "before"      // a retention class up to a time
	EraseRetention   = "retention"   // the same, because the configured time was over
	EraseSegments    = "segments"    // payload segments of which everything was erased before
)

// Erasure states which payloads were erased, by whose decision and on what
// basis. It is written before anything is deleted. Long lists are split over
// several entries with the same ID.
type Erasure struct {
	Scope    string   // one of the constants above
	Basis    string   // code: why it had to be, such as "data_subject_request"
	Subject  ID       // the person, by scope "person"
	Class    string   // retention class, code; empty for all
	Before   uint64   // microseconds since the Unix epoch; 0 without such a bound
	Payloads uint64   // payloads this entry erases
	Request  ID       // record of the request; zero for retention
	Approver ID       // who approved it; the entry's Actor is who requested it
	Keys     []ID     // wrapping keys deleted, rising
	Targets  []ID     // interactions whose payloads were overwritten, rising
	Segments []uint64 // payload segments deleted, rising
}

// Gap states that a counted stretch went out unrecorded, as the configuration
// allows for a provider that is set to "bounded-open".
type Gap struct {
	Provider string
	From     uint64 // first and last request, microseconds since the Unix epoch
	To       uint64
	Requests uint64 // sent without a record
	Limit    uint64 // requests the configuration allows in one gap
	Reason   string // code: "ledger_full", "ledger_busy"
}

// Types of anchors.
const (
	AnchorHead      = "head"      // a node's signed head, taken into the registry
	AnchorCosigned  = "cosigned"  // a former head of this registry with the cosignatures of witnesses
	AnchorTimestamp = "timestamp" // an RFC 3161 token over a head of this log
	AnchorRegistry  = "registry"  // the registry's head with cosignatures, taken into a node's log
)

// Anchor takes something in that was signed outside, and so bounds in time what
// lies before and after it.
type Anchor struct {
	Type   string // one of the constants above
	Origin string // of the log whose head it is about
	Size   uint64 // of that head
	Root   Hash
	Time   uint64 // what the signer states, microseconds since the Unix epoch; 0 when it states none
	Data   []byte // signed note, or DER of the token; at most MaxAnchorBytes
}

// CheckpointText is the text whose SHA-256 a time-stamp covers.
func (a *Anchor) CheckpointText() string {
	return Checkpoint{Origin: a.Origin, Size: a.Size, Root: a.Root}.Text()
}

// Imprint is the digest a time-stamp token must bear.
func (a *Anchor) Imprint() Hash { return sha256.Sum256([]byte(a.CheckpointText())) }

// Seal closes an epoch.
type Seal struct {
	Epoch    string // code, such as "2026q4"
	Size     uint64 // tree size found, equal to the entry's own index
	Root     Hash   // root of that tree
	First    uint64 // index of the epoch's first entry
	Intents  uint64 // in the epoch
	Outcomes uint64
	Gaps     uint64 // requests that went out unrecorded
}

// Verdict is the result of a check the system ran on itself.
type Verdict uint8

// Verdicts.
const (
	VerdictPassed Verdict = 1
	VerdictFailed Verdict = 2
)

// Signal states a measure that was computed or a check that was run.
type Signal struct {
	Name    string  // code, such as "ledger_self_check"
	Verdict Verdict // 0 for a measure
	Count   uint64  // what was looked at
	Faults  uint64  // what was wrong
	Micros  uint64  // time spent
	Digest  Hash    // of the full result; zero without one
}

func (k *KeyEvent) check() error {
	for _, s := range [][]byte{k.Signature, k.FormerSignature} {
		if n := len(s); n != 0 && n != 64 {
			return fmt.Errorf("signature of %d bytes where 64 belong", n)
		}
	}
	if k.Event == "" || k.Key == "" && k.Former == "" {
		return errors.New("key event without event or key")
	}
	return errors.Join(tokens(k.Event), texts(k.Origin, k.Key, k.Former))
}

func (b *Erasure) check() error {
	if b.Scope == "" || b.Basis == "" {
		return errors.New("erasure without scope or basis")
	}
	for i := 1; i < len(b.Segments); i++ {
		if b.Segments[i-1] >= b.Segments[i] {
			return errors.New("segments are not rising")
		}
	}
	return errors.Join(tokens(b.Scope, b.Basis, b.Class), rising(b.Keys), rising(b.Targets))
}

func rising(list []ID) error {
	for i := range list {
		if list[i].IsZero() || i > 0 && bytes.Compare(list[i-1][:], list[i][:]) >= 0 {
			return errors.New("ids are not rising")
		}
	}
	return nil
}

func (b *Gap) check() error {
	if b.Requests == 0 || b.From > b.To {
		return errors.New("gap without requests, or that ends before it begins")
	}
	return errors.Join(texts(b.Provider), tokens(b.Reason))
}

func (a *Anchor) check() error {
	if a.Type == "" || len(a.Data) == 0 || len(a.Data) > MaxAnchorBytes {
		return fmt.Errorf("anchor without type, or with %d bytes where 1 to %d are allowed", len(a.Data), MaxAnchorBytes)
	}
	return errors.Join(tokens(a.Type), texts(a.Origin))
}

func (b *Seal) check() error {
	if b.Epoch == "" || b.First > b.Size {
		return errors.New("seal without epoch, or that begins behind its end")
	}
	return tokens(b.Epoch)
}

func (b *Signal) check() error {
	if b.Name == "" || !known(verdictNames, uint64(b.Verdict)) {
		return errors.New("signal without a name, or with an unknown verdict")
	}
	return tokens(b.Name)
}
