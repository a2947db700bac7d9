// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

// RotateKey makes a new signing key and puts it in force: from the entry on that
// says so, both keys sign every head, until RetireKey ends the former one. It
// fails with ErrConflict while an earlier rotation is not ended.
//
// A crash leaves the rotation undone before the entry is durable, and done after.
// An error behind the entry means that a file could not be written; the key is in
// force all the same and the next start moves the files.
func (l *Ledger) RotateKey(ctx context.Context) (counterfoil.KeyEvent, error) {
	l.rotating.Lock()
	defer l.rotating.Unlock()
	if err := l.poisoned.Load(); err != nil {
		// The entry of a rotation before may be there, and its key must be kept.
		return counterfoil.KeyEvent{}, fmt.Errorf("rotate key: %w", *err)
	}
	inForce := l.VerifierKeys()
	if len(inForce) > 1 {
		return counterfoil.KeyEvent{}, fmt.Errorf("%w: the former signing key is still in force; retire it first", ErrConflict)
	}
	current, err := l.newestKey()
	if err != nil {
		return counterfoil.KeyEvent{}, fmt.Errorf("rotate key: %w", err)
	}
	next, err := newKey(l.Origin())
	if err == nil {
		err = next.write(l.cfg.nextKeyPath())
	}
	if err != nil {
		return counterfoil.KeyEvent{}, fmt.Errorf("rotate key: %w", err)
	}
	l.changeRing(func(r *keyring) *keyring { return r.adding(next) })
	event, err := l.AppendKeyEvent(ctx, counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Origin: l.Origin(), Key: next.verifier, Former: current.verifier})
	if err != nil {
		if !errors.Is(err, ErrPoisoned) { // then the entry may be there, and the next start knows
			l.changeRing(func(r *keyring) *keyring { return r.dropping(next.verifier) })
			err = errors.Join(err, removeKey(l.cfg.nextKeyPath()))
		}
		return counterfoil.KeyEvent{}, fmt.Errorf("rotate key: %w", err)
	}
	if err := errors.Join(l.installKey(current), l.publishKeys(ctx)); err != nil {
		return event, fmt.Errorf("rotate key: the new key is in force, and its files are moved at the next start: %w", err)
	}
	return event, nil
}

// RetireKey ends the overlap of a rotation: from here on the newest key signs
// alone. It fails with ErrConflict when only one key is in force.
func (l *Ledger) RetireKey(ctx context.Context) (counterfoil.KeyEvent, error) {
	l.rotating.Lock()
	defer l.rotating.Unlock()
	inForce := l.VerifierKeys()
	if len(inForce) < 2 {
		return counterfoil.KeyEvent{}, fmt.Errorf("%w: no former signing key is in force", ErrConflict)
	}
	former := inForce[1]
	event, err := l.AppendKeyEvent(ctx, counterfoil.KeyEvent{Event: counterfoil.KeyRetired, Origin: l.Origin(), Former: former})
	if err != nil {
		return event, fmt.Errorf("retire key: %w", err)
	}
	l.changeRing(func(r *keyring) *keyring { return r.dropping(former) })
	if err := errors.Join(removeKey(l.cfg.formerKeyPath()), l.publishKeys(ctx)); err != nil {
		return event, fmt.Errorf("retire key: the key is retired, and its file is removed at the next start: %w", err)
	}
	return event, nil
}

// publishKeys publishes a head signed by the keys now in force, then the keys: so
// at every moment the first key that is published verifies the head that is.
func (l *Ledger) publishKeys(ctx context.Context) error {
	if _, err := l.Checkpoint(ctx); err != nil {
		return err
	}
	return l.publishVerifier()
}

// AppendKeyEvent appends an event about the keys of this log, signed by those of
// its keys that are at hand, and returns it as it was recorded. Size and Root of
// an event that changes which key signs are set to the tree it follows on; those
// of a compromise are the caller's. Keys that are none of this log's any more or
// yet, as that of a log it continues, are read from the files named.
func (l *Ledger) AppendKeyEvent(ctx context.Context, event counterfoil.KeyEvent, keyFiles ...string) (counterfoil.KeyEvent, error) {
	others := make(map[string]note.Signer, len(keyFiles))
	for _, path := range keyFiles {
		k, err := loadKey(path)
		if err != nil {
			return event, err
		}
		others[k.verifier] = k.signer
	}
	_, err := l.AppendBuilt(ctx, counterfoil.KindKey, func(before counterfoil.Checkpoint) (*counterfoil.Entry, error) {
		if event.Event != counterfoil.KeyCompromised {
			event.Size, event.Root = before.Size, before.Root
		}
		if err := l.signKeyEvent(&event, others); err != nil {
			return nil, err
		}
		return &counterfoil.Entry{Kind: counterfoil.KindKey, ID: counterfoil.NewID(), Key: &event}, nil
	})
	return event, err
}

// SignKeyEvent signs an event with those of the keys it names that are at hand,
// and fails when a signature it needs is missing.
func (l *Ledger) SignKeyEvent(event *counterfoil.KeyEvent) error { return l.signKeyEvent(event, nil) }

func (l *Ledger) signKeyEvent(event *counterfoil.KeyEvent, others map[string]note.Signer) error {
	own, text := l.keys.Load().signers, []byte(event.Text())
	for _, s := range []struct {
		key       string
		signature *[]byte
	}{{event.Key, &event.Signature}, {event.Former, &event.FormerSignature}} {
		signer := own[s.key]
		if signer == nil {
			signer = others[s.key]
		}
		if signer == nil {
			continue
		}
		var err error
		if *s.signature, err = signer.Sign(text); err != nil {
			return fmt.Errorf("sign key event: %w", err)
		}
	}
	return event.CheckSignatures()
}

// changeRing swaps the keyring.
func (l *Ledger) changeRing(change func(*keyring) *keyring) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keys.Store(change(l.keys.Load()))
}
