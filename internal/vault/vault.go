// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

// What sealing and opening report. Any other error is a fault of the key store.
var (
	// ErrErased means that the wrapping key is gone: nobody can read the payload again.
	ErrErased = errors.New("payload erased: its wrapping key was deleted")
	// ErrTampered means that the payload was changed, cut, or belongs to another entry.
	ErrTampered = errors.New("payload damaged or not of this entry")
	// ErrBarred means that the subject was erased: nothing is sealed for it any more.
	ErrBarred = errors.New("the person was erased, so nothing is stored about them")
	// ErrTooLarge means that a plaintext exceeds MaxPlaintext.
	ErrTooLarge = fmt.Errorf("payload larger than %d bytes", MaxPlaintext)
)

// Config says where the keys are and what payloads are bound to.
type Config struct {
	Dir    string // of root.key and wrap.db; created with mode 0700 when missing
	Origin string // of the log; a payload opens only under the origin it was sealed for
	Clock  clock.Clock

	// Retention is how long after the end of its month a wrapping key of the
	// class is needed; 0 or less means for ever. It is asked when a key is made and
	// written down with the key. Nil where it is not known, as in a command that has
	// not got the operator's configuration: such keys are kept, and the next Open
	// with a Retention dates them.
	Retention func(class string) time.Duration

	// Reading opens the keys beside the process they belong to: nothing is made,
	// and what a rotation of the root key left half done stays.
	Reading bool
}

// Vault seals and opens payloads. It is safe for concurrent use.
type Vault struct {
	origin      string
	keys        keyring
	compression budget
}

// Open opens the keys in cfg.Dir, creating them in an empty directory. It
// refuses a root key others can read, and one the wrapping keys do not belong to.
func Open(cfg Config) (*Vault, error) {
	if strings.ContainsRune(cfg.Origin, 0) || cfg.Origin == "" {
		return nil, fmt.Errorf("open vault: origin %q is empty or holds a zero byte", cfg.Origin)
	}
	if !cfg.Reading {
		if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("open vault: %w", err)
		}
	}
	store, err := openStore(cfg)
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	v := &Vault{
		origin:      cfg.Origin,
		compression: newBudget(runtime.GOMAXPROCS(0)),
		keys: keyring{
			store:     store,
			clock:     cfg.Clock,
			retention: cfg.Retention,
			barred:    make(map[counterfoil.ID]bool),
			sealing:   make(map[slot]*wrappingKey),
			wanted:    make(map[slot]*promise),
			opening:   make(map[keyID]cipher.AEAD),
		},
	}
	if cfg.Reading || cfg.Retention == nil {
		return v, nil
	}
	if err := store.date(v.keys.expiry); err != nil {
		return nil, errors.Join(fmt.Errorf("open vault: date the keys of commands: %w", err), v.Close())
	}
	return v, nil
}

func openStore(cfg Config) (_ *wrapDB, err error) {
	db, err := openWrapDB(filepath.Join(cfg.Dir, "wrap.db"), cfg.Reading)
	if err != nil {
		return nil, err
	}
	store := &wrapDB{db: db, dir: cfg.Dir, origin: cfg.Origin}
	if cfg.Reading {
		err = store.findRoot()
	} else {
		err = store.settleRoot()
	}
	if err == nil {
		err = store.check()
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return store, nil
}

// Close closes the key store. Sealing and opening under keys already in memory
// still work; anything else fails.
func (v *Vault) Close() error {
	if err := v.keys.store.db.Close(); err != nil {
		return fmt.Errorf("close vault: %w", err)
	}
	return nil
}

// CopyKeys copies the stored wrapping keys, which lie there sealed under the root
// key, to a new file, as they are at one moment. The root key is not in it.
func (v *Vault) CopyKeys(ctx context.Context, to string) error {
	if err := v.keys.store.copy(ctx, to); err != nil {
		return fmt.Errorf("copy wrapping keys: %w", err)
	}
	return nil
}

// Scope is what is erased together.
type Scope struct {
	Subject counterfoil.ID // the person the payload is about; zero for nobody in particular
	Class   string         // retention class: "interaction" or "record"
}

// check refuses a class that could not be told from another.
func (s Scope) check() error {
	if s.Class == "" || len(s.Class) > 64 || strings.ContainsRune(s.Class, 0) {
		return fmt.Errorf("retention class %q is empty, too long or holds a zero byte", s.Class)
	}
	return nil
}
