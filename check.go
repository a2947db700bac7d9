// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// maxAssurance is the highest identity assurance level an intent may state.
const maxAssurance = 5

// maxText bounds every text field, in bytes: names, never content.
const maxText = 512

// check refuses entries the format does not know. Encoder and decoder share
// it, so that nothing can be written that cannot be read.
func (e *Entry) check() error { return e.checkBut(false) }

// met tells of an entry that its texts were seen and found right before, so that they
// need not be looked at again.
type met bool

// checkBut is check, but for texts that were met.
func (e *Entry) checkBut(m met) error {
	if !known(kindNames, uint64(e.Kind)) {
		return fmt.Errorf("unknown kind %d", e.Kind)
	}
	if e.Time < 0 {
		return errors.New("time before 1970")
	}
	if n := len(e.Commitment); n != 0 && n != 32 {
		return fmt.Errorf("commitment of %d bytes where 32 belong", n)
	}
	if err := e.checkBodies(); err != nil {
		return err
	}
	return e.checkFields(m)
}

// checkBodies wants exactly the body of the kind; an intent may carry its outcome.
func (e *Entry) checkBodies() error {
	bodies := [...]struct {
		kind Kind
		set  bool
	}{
		{KindBoot, e.Boot != nil},
		{KindIntent, e.Intent != nil},
		{KindOutcome, e.Outcome != nil},
		{KindRecord, e.Record != nil},
		{KindAccess, e.Access != nil},
		{KindConfig, e.Config != nil},
		{KindSignal, e.Signal != nil},
		{KindKey, e.Key != nil},
		{KindErasure, e.Erasure != nil},
		{KindGap, e.Gap != nil},
		{KindAnchor, e.Anchor != nil},
		{KindSeal, e.Seal != nil},
	}
	for _, b := range bodies {
		if b.set == (b.kind == e.Kind) || b.kind == KindOutcome && b.set && e.Kind == KindIntent {
			continue
		}
		if b.set {
			return fmt.Errorf("%s body in a %s entry", b.kind, e.Kind)
		}
		return fmt.Errorf("%s entry without its body", e.Kind)
	}
	return nil
}

func (e *Entry) checkFields(m met) error {
	switch e.Kind {
	case KindBoot:
		return texts(e.Boot.Version, e.Boot.NodeKey)
	case KindIntent:
		if err := e.Intent.check(m); err != nil || e.Outcome == nil {
			return err
		}
		return e.Outcome.check(e.Kind, m)
	case KindOutcome:
		return e.Outcome.check(e.Kind, m)
	case KindRecord:
		return tokens(e.Record.Type, e.Record.Transition)
	case KindAccess:
		return tokens(e.Access.Action)
	case KindConfig:
		return tokens(e.Config.Reason)
	case KindSignal:
		return e.Signal.check()
	case KindKey:
		return e.Key.check()
	case KindErasure:
		return e.Erasure.check()
	case KindGap:
		return e.Gap.check()
	case KindAnchor:
		return e.Anchor.check()
	case KindSeal:
		return e.Seal.check()
	default:
		return nil
	}
}

func (b *Intent) check(m met) error {
	if b.Assurance > maxAssurance {
		return fmt.Errorf("assurance level %d above %d", b.Assurance, maxAssurance)
	}
	return errors.Join(m.texts(b.Provider, b.Dialect, b.Operation, b.Model),
		b.Decision.check(m), m.findings(b.Findings), m.guards(b.Guards))
}

func (b *Outcome) check(kind Kind, m met) error {
	if !known(resultNames, uint64(b.Result)) {
		return fmt.Errorf("unknown result %d", b.Result)
	}
	if kind == KindIntent && b.Intent != 0 {
		return errors.New("an outcome in its intent's entry names no intent")
	}
	return errors.Join(tokens(b.Reason), b.Decision.check(m), m.findings(b.Findings), m.guards(b.Guards))
}

func (d *Decision) check(m met) error {
	if !known(effectNames, uint64(d.Effect)) {
		return fmt.Errorf("unknown effect %d", d.Effect)
	}
	return errors.Join(m.texts(d.Rule), m.members(d.Reasons), m.members(d.Shadow))
}

func (m met) findings(list []FindingCount) error {
	for i := range list {
		if list[i].Type == "" {
			return errors.New("finding without a type")
		}
		if err := m.texts(list[i].Type); err != nil {
			return err
		}
	}
	return nil
}

func (m met) guards(list []GuardRun) error {
	for i := range list {
		g := &list[i]
		if g.Name == "" || !known(guardNames, uint64(g.Status)) {
			return errors.New("guard without a name or status")
		}
		if err := m.texts(g.Name, g.Version); err != nil {
			return err
		}
		if err := tokens(g.Reason); err != nil {
			return err
		}
	}
	return nil
}

func (m met) members(list []string) error {
	for _, s := range list {
		if s == "" {
			return errors.New("empty text in a list")
		}
	}
	return m.texts(list...)
}

// texts is texts for those that were not met.
func (m met) texts(list ...string) error {
	if m {
		return nil
	}
	return texts(list...)
}

// texts wants short UTF-8 without control characters.
func texts(list ...string) error {
	for _, s := range list {
		if len(s) > maxText {
			return fmt.Errorf("text of %d bytes where %d are allowed", len(s), maxText)
		}
		if !printable(s) {
			return fmt.Errorf("text %q is not UTF-8 or holds control characters", clip(s))
		}
	}
	return nil
}

func printable(s string) bool {
	var all byte
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == 0x7f {
			return false
		}
		all |= s[i]
	}
	return all < 0x80 || utf8.ValidString(s)
}

// tokens wants codes: at most 40 of a-z, 0-9 and underscore, or nothing.
func tokens(list ...string) error {
	for _, s := range list {
		if len(s) > 40 {
			return fmt.Errorf("code %q is longer than 40", clip(s))
		}
		for _, c := range []byte(s) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
				return fmt.Errorf("code %q holds other than a-z, 0-9 and _", clip(s))
			}
		}
	}
	return nil
}
