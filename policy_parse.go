// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

const (
	maxPolicy      = 1 << 20 // bytes of a policy's text
	maxPolicyLines = 4096    // logs, witnesses and groups together
	noQuorum       = "none"  // predefined: no witness is asked for
)

// ParsePolicy reads a policy in the form of C2SP tlog-policy, strictly: what is
// not understood is refused, because a line left out could be the one that asks
// for a witness. The last line need not end in a newline.
func ParsePolicy(text []byte) (*Policy, error) {
	if len(text) > maxPolicy {
		return nil, fmt.Errorf("parse policy: longer than %d bytes", maxPolicy)
	}
	b := policyBuilder{
		names:   map[string]*policyNode{},
		members: map[string]bool{},
		keys:    map[string]bool{},
	}
	for i, line := range strings.Split(string(text), "\n") {
		if err := b.line(line); err != nil {
			return nil, fmt.Errorf("parse policy: line %d: %w", i+1, err)
		}
	}
	if !b.hasQuorum {
		return nil, errors.New("parse policy: no quorum line")
	}
	return &b.policy, nil
}

type policyBuilder struct {
	policy    Policy
	names     map[string]*policyNode // witnesses and groups so far
	members   map[string]bool        // names that are a member of a group
	keys      map[string]bool        // public keys so far, logs and witnesses apart
	lines     int
	hasQuorum bool
}

func (b *policyBuilder) line(line string) error {
	if i := strings.IndexFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }); i >= 0 {
		return fmt.Errorf("control character %q", line[i])
	}
	// FieldsFunc, since Fields also splits at spaces beyond ASCII, which may
	// stand in a name.
	fields := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
	if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
		return nil
	}
	if b.lines++; b.lines > maxPolicyLines {
		return fmt.Errorf("more than %d lines", maxPolicyLines)
	}
	switch args := fields[1:]; fields[0] {
	case "log":
		return b.log(args)
	case "witness":
		return b.witness(args)
	case "group":
		return b.group(args)
	case "quorum":
		return b.quorum(args)
	default:
		return fmt.Errorf("%q begins neither a log, a witness, a group nor a quorum", clip(fields[0]))
	}
}

func (b *policyBuilder) log(args []string) error {
	if len(args) != 1 && len(args) != 2 {
		return errors.New("a log has a key and may have a URL")
	}
	verifier, err := note.NewVerifier(args[0])
	if err != nil {
		return fmt.Errorf("key of the log: %w", err)
	}
	if err := b.once("log", args[0]); err != nil {
		return err
	}
	b.policy.logs = append(b.policy.logs, PolicyLog{Origin: verifier.Name(), Key: args[0], URL: optional(args, 1)})
	return nil
}

func (b *policyBuilder) witness(args []string) error {
	if len(args) != 2 && len(args) != 3 {
		return errors.New("a witness has a name and a key and may have a URL")
	}
	name, key := args[0], args[1]
	if _, err := NewCosignatureVerifier(key); err != nil {
		return fmt.Errorf("witness %q: %w", clip(name), err)
	}
	if err := b.once("witness", key); err != nil {
		return err
	}
	b.policy.witnesses = append(b.policy.witnesses, PolicyWitness{Name: name, Key: key, URL: optional(args, 2)})
	return b.define(&policyNode{name: name, witness: key})
}

func (b *policyBuilder) group(args []string) error {
	if len(args) < 3 {
		return errors.New("a group has a name, a threshold and members")
	}
	n := &policyNode{name: args[0]}
	for _, name := range args[2:] {
		member := b.names[name]
		switch {
		case member == nil:
			return fmt.Errorf("no line above defines %q", clip(name))
		case b.members[name]:
			return fmt.Errorf("%q is a member twice; a witness counts in one way only", clip(name))
		}
		b.members[name] = true
		n.members = append(n.members, member)
	}
	switch args[1] {
	case "all":
		n.need = len(n.members)
	case "any":
		n.need = 1
	default:
		need, err := strconv.ParseUint(args[1], 10, 31)
		if err != nil || need < 1 || int(need) > len(n.members) {
			return fmt.Errorf("threshold %q is neither all, any nor a number from 1 to %d", clip(args[1]), len(n.members))
		}
		n.need = int(need)
	}
	return b.define(n)
}

func (b *policyBuilder) quorum(args []string) error {
	switch {
	case len(args) != 1:
		return errors.New("a quorum is one name")
	case b.hasQuorum:
		return errors.New("a second quorum")
	}
	b.hasQuorum = true
	if args[0] == noQuorum {
		return nil
	}
	if b.policy.quorum = b.names[args[0]]; b.policy.quorum == nil {
		return fmt.Errorf("no line above defines %q", clip(args[0]))
	}
	return nil
}

func (b *policyBuilder) define(n *policyNode) error {
	if n.name == noQuorum || b.names[n.name] != nil {
		return fmt.Errorf("the name %q is taken", clip(n.name))
	}
	b.names[n.name] = n
	return nil
}

// once refuses a public key that an earlier line of the same kind has, whatever
// the name of the key: one witness must not count as two.
func (b *policyBuilder) once(line, key string) error {
	k, err := splitKey(key)
	if err != nil {
		return fmt.Errorf("key of the %s: %w", line, err)
	}
	id := line + string(k.bytes)
	if b.keys[id] {
		return fmt.Errorf("an earlier %s has the same key", line)
	}
	b.keys[id] = true
	return nil
}

func optional(args []string, i int) string {
	if i < len(args) {
		return args[i]
	}
	return ""
}
