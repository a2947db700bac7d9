// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// keyring is the history of a log's keys with those that are at hand. A value
// does not change; the ledger swaps it when an entry changes the history.
type keyring struct {
	history keyHistory
	signers map[string]note.Signer // by verifier key
}

// with returns the ring behind a key entry of the log.
func (r *keyring) with(e *counterfoil.KeyEvent, at counterfoil.Index) *keyring {
	return &keyring{history: r.history.apply(e, at), signers: r.signers}
}

func (r *keyring) adding(k nodeKey) *keyring {
	out := &keyring{history: r.history, signers: maps.Clone(r.signers)}
	out.signers[k.verifier] = k.signer
	return out
}

func (r *keyring) dropping(verifier string) *keyring {
	out := &keyring{history: r.history, signers: maps.Clone(r.signers)}
	delete(out.signers, verifier)
	return out
}

// newest returns the signer of the key put in force last.
func (r *keyring) newest() note.Signer { return r.signers[r.history.Spans[0].Key] }

// at returns the signers at hand that count for a head of a size, newest first.
func (r *keyring) at(size uint64) ([]note.Signer, error) {
	var list []note.Signer
	for _, key := range r.history.at(size) {
		if s := r.signers[key]; s != nil {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no key that counts for a head of size %d is at hand: %w", size, ErrNotFound)
	}
	return list, nil
}

// settleKeys brings the files of the keys and the log together. A rotation writes
// the new key's file, then the entry, then moves the files; a retirement writes
// the entry, then removes one. So after a crash the log says how to go on.
func (l *Ledger) settleKeys(current nodeKey, history keyHistory) error {
	ring := &keyring{history: history, signers: map[string]note.Signer{}}
	current, err := l.settleNext(current, history.Spans[0].Key)
	if err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	ring.signers[current.verifier] = current.signer
	former, err := loadSpareKey(l.cfg.formerKeyPath())
	if err != nil {
		return fmt.Errorf("open ledger: former key: %w", err)
	}
	switch inForce := history.inForce(); {
	case former != nil && slices.Contains(inForce, former.verifier):
		ring.signers[former.verifier] = former.signer
	case former != nil && l.cfg.succeeding: // signs the entry that is next
	case former != nil:
		l.log.Warn("the file of a former signing key is removed: the log says that the key is retired", "key", former.verifier)
		if err := removeKey(l.cfg.formerKeyPath()); err != nil {
			return err
		}
	case len(inForce) > 1:
		l.log.Warn("the former signing key is in force and not at hand; heads are signed by the new one alone. Retire the former key", "key", inForce[1])
	}
	l.keys.Store(ring)
	return nil
}

// newestKey loads the newest key. Where the files of an earlier rotation could not
// be moved it moves them now: the next one would take the place of its key.
func (l *Ledger) newestKey() (nodeKey, error) {
	current, err := loadKey(l.cfg.KeyPath)
	if err != nil {
		return current, err
	}
	return l.settleNext(current, l.VerifierKey())
}

// settleNext deals with the key of a rotation that was cut short: installed if
// the log names it, dropped if not, since nothing was ever signed with it then. It
// returns the newest key.
func (l *Ledger) settleNext(current nodeKey, newest string) (nodeKey, error) {
	next, err := loadSpareKey(l.cfg.nextKeyPath())
	switch {
	case err != nil:
		return current, fmt.Errorf("next key: %w", err)
	case next != nil && next.verifier == newest && current.verifier != newest:
		l.log.Warn("a rotation of the signing key was recorded and not finished; it is finished now", "key", newest)
		return *next, l.installKey(current)
	case current.verifier != newest:
		return current, fmt.Errorf("%s holds the key %s, and the log is signed by %s; put the key back from a backup", l.cfg.KeyPath, current.verifier, newest)
	case next != nil:
		l.log.Warn("a rotation of the signing key was begun and not recorded; its key is dropped. Rotate again", "key", next.verifier)
		return current, removeKey(l.cfg.nextKeyPath())
	default:
		return current, nil
	}
}

// installKey makes the next key the current one, and that the former.
func (l *Ledger) installKey(former nodeKey) error {
	if err := former.write(l.cfg.formerKeyPath()); err != nil {
		return err
	}
	if err := os.Rename(l.cfg.nextKeyPath(), l.cfg.KeyPath); err != nil {
		return fmt.Errorf("install signing key: %w", err)
	}
	return durable.SyncDir(filepath.Dir(l.cfg.KeyPath))
}

func removeKey(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove signing key: %w", err)
	}
	return durable.SyncDir(filepath.Dir(path))
}

// publishVerifier leaves the verifier keys in force beside the segments, one a
// line, the newest first.
func (l *Ledger) publishVerifier() error {
	path, want := filepath.Join(l.cfg.Dir, "verifier"), strings.Join(l.VerifierKeys(), "\n")+"\n"
	if have, err := os.ReadFile(path); err == nil && string(have) == want {
		return nil
	}
	if err := durable.Replace(l.cfg.Disk, path, []byte(want)); err != nil {
		return fmt.Errorf("publish verifier keys: %w", err)
	}
	return nil
}

// VerifierKey checks the log's checkpoints: "origin+hash+key", of the newest key.
func (l *Ledger) VerifierKey() string { return l.keys.Load().history.Spans[0].Key }

// VerifierKeys returns the keys in force, the newest first: during a rotation two,
// and each signs every head.
func (l *Ledger) VerifierKeys() []string { return l.keys.Load().history.inForce() }

// FormerKey is a key that signs no more, with the sizes of the heads it counts for.
type FormerKey struct {
	Key         string // verifier key
	From, Until uint64
}

// Origin is the name of the log it signed.
func (k FormerKey) Origin() string { return originName(k.Key) }

// FormerKeys returns the keys an entry has ended, the newest first.
func (l *Ledger) FormerKeys() []FormerKey {
	var list []FormerKey
	for _, s := range l.keys.Load().history.Spans {
		if s.Until != forever {
			list = append(list, FormerKey(s))
		}
	}
	return list
}

// KeyEntries returns the indexes of the entries that changed the log's keys.
func (l *Ledger) KeyEntries() []counterfoil.Index {
	return slices.Clone(l.keys.Load().history.Events)
}
