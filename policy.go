// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// ErrNotSignedByLog is a checkpoint without a valid signature of a log that the
// policy names.
var ErrNotSignedByLog = errors.New("the checkpoint is not signed by a log of the trust policy")

// QuorumError is a checkpoint the log signed and too few witnesses cosigned.
type QuorumError struct {
	Quorum  string   // witness or group the policy asks for
	Missing []string // witnesses under it whose cosignature is not there, by their names in the policy
}

func (e *QuorumError) Error() string {
	return fmt.Sprintf("quorum %q is not met: no valid cosignature of %s", e.Quorum, strings.Join(e.Missing, ", "))
}

// Policy says which logs are trusted and which witnesses must have cosigned a
// checkpoint: C2SP tlog-policy, as ParsePolicy reads it. It does not change and
// may be used concurrently.
type Policy struct {
	logs      []PolicyLog
	witnesses []PolicyWitness
	quorum    *policyNode // nil: no witness is asked for
}

// PolicyLog is one key of a log; a log with several keys has several.
type PolicyLog struct {
	Origin string // of the log, and name of its key
	Key    string // verifier key
	URL    string // empty: not stated
}

// PolicyWitness is a witness the policy knows, whether or not the quorum asks
// for it.
type PolicyWitness struct {
	Name string // in the policy; the name of the key may differ
	Key  string // verifier key
	URL  string // submission prefix of C2SP tlog-witness; empty: not stated
}

// policyNode is a witness or a group.
type policyNode struct {
	name    string
	witness string        // verifier key; empty: a group
	members []*policyNode // of a group
	need    int           // how many of them must have witnessed
}

// Logs returns the log keys in the order of the text.
func (p *Policy) Logs() []PolicyLog { return append([]PolicyLog(nil), p.logs...) }

// Witnesses returns the witnesses in the order of the text.
func (p *Policy) Witnesses() []PolicyWitness { return append([]PolicyWitness(nil), p.witnesses...) }

// Bounds of what a node asks of witnesses, so that a head with the cosignatures of
// all of them fits in an anchor: 1 KiB is left for the head, its origin of at most 200
// bytes, and the two signatures of its log during a rotation.
const (
	maxWitnesses    = 64
	maxCosignatures = MaxAnchorBytes - 1024 // bytes of signature lines
)

// Anchorable returns an error if a head with the cosignatures of all witnesses of the
// policy may be larger than an anchor takes in.
func (p *Policy) Anchorable() error {
	if n := len(p.witnesses); n > maxWitnesses {
		return fmt.Errorf("it has %d witnesses, and %d are possible", n, maxWitnesses)
	}
	bytes := 0
	for _, w := range p.witnesses {
		name, _, _ := strings.Cut(w.Key, "+")
		bytes += len("— ") + len(name) + len(" ") + base64.StdEncoding.EncodedLen(keyIDSize+cosignatureSize) + len("\n")
	}
	if bytes > maxCosignatures {
		return fmt.Errorf("the cosignatures of its %d witnesses take %d bytes, and %d are possible; name fewer witnesses, or some with shorter names in their keys", len(p.witnesses), bytes, maxCosignatures)
	}
	return nil
}

// Check verifies a signed checkpoint: a log key of the policy whose name is the
// origin signed it, and witnesses cosigned it as the quorum asks. It returns the
// valid cosignatures of all witnesses of the policy. The error is a
// *QuorumError, beside which checkpoint and cosignatures are returned too;
// ErrNotSignedByLog, wrapped; or that of a text that is no checkpoint.
func (p *Policy) Check(signed []byte) (Checkpoint, []Cosignature, error) {
	stated, err := ParseCheckpoint(signed)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	key, err := p.logKey(signed, stated.Origin)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	keys := make([]string, len(p.witnesses))
	for i, w := range p.witnesses {
		keys[i] = w.Key
	}
	c, cosigned, err := VerifyCosigned(signed, key, keys)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	return c, cosigned, p.Quorum(cosigned)
}

// Quorum returns nil if valid cosignatures of one head are enough, and a
// *QuorumError otherwise.
func (p *Policy) Quorum(cosigned []Cosignature) error {
	have := make(map[string]bool, len(cosigned))
	for _, one := range cosigned {
		have[one.Key] = true
	}
	if p.quorum != nil && !p.quorum.met(have) {
		return &QuorumError{Quorum: p.quorum.name, Missing: p.quorum.missing(nil, have)}
	}
	return nil
}

// logKey finds the key of the policy that signed.
func (p *Policy) logKey(signed []byte, origin string) (string, error) {
	failed := fmt.Errorf("it names no key of %q", clip(origin))
	for _, log := range p.logs {
		if log.Origin != origin {
			continue
		}
		_, err := VerifyCheckpoint(signed, log.Key)
		if err == nil {
			return log.Key, nil
		}
		failed = err
	}
	return "", fmt.Errorf("%w: %w", ErrNotSignedByLog, failed)
}

// met tells whether the witnesses in have are enough.
func (n *policyNode) met(have map[string]bool) bool {
	if n.witness != "" {
		return have[n.witness]
	}
	count := 0
	for _, m := range n.members {
		if m.met(have) {
			count++
		}
	}
	return count >= n.need
}

// missing appends the names of the witnesses under n that are not in have,
// leaving out groups that are already met.
func (n *policyNode) missing(dst []string, have map[string]bool) []string {
	if n.met(have) {
		return dst
	}
	if n.witness != "" {
		return append(dst, n.name)
	}
	for _, m := range n.members {
		dst = m.missing(dst, have)
	}
	return dst
}
