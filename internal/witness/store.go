// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// watched is one log: its keys and the largest head cosigned.
type watched struct {
	origin string
	keys   []string
	file   string // the head as the log signed it; missing: none yet
	growth bucket

	mu   sync.Mutex // held from the comparison to the cosignature
	head counterfoil.Checkpoint
}

// openLog reads what is known of a log. A file that does not hold a head of it
// stops the witness: without it, it would begin anew and could cosign a second
// history. The signature was checked before it was kept, maybe under a key the
// log no longer uses.
func openLog(dir, origin string, keys []string) (*watched, error) {
	name := sha256.Sum256([]byte(origin)) // an origin may hold slashes
	l := &watched{
		origin: origin, keys: keys, file: filepath.Join(dir, hex.EncodeToString(name[:16])+".head"),
		head: counterfoil.Checkpoint{Origin: origin, Root: counterfoil.EmptyRoot()},
	}
	signed, err := os.ReadFile(l.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return l, nil
	case err != nil:
		return nil, fmt.Errorf("read the head of %q: %w", origin, err)
	}
	head, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		return nil, fmt.Errorf("read the head of %q from %s: %w", origin, l.file, err)
	}
	if head.Origin != origin {
		return nil, fmt.Errorf("read the head of %q: %s is of %q", origin, l.file, head.Origin)
	}
	l.head = head
	return l, nil
}

// verify checks the log's signature: that of any of its keys.
func (l *watched) verify(signed []byte) (counterfoil.Checkpoint, error) {
	var failed error
	for _, key := range l.keys {
		head, err := counterfoil.VerifyCheckpoint(signed, key)
		if err == nil {
			return head, nil
		}
		failed = err
	}
	return counterfoil.Checkpoint{}, failed
}

// keep makes a head durable. The caller holds mu. If it fails, the file may hold
// the new head or the old one. Both are right: the new one was not cosigned, and
// every head cosigned contains the old one.
func (l *watched) keep(head counterfoil.Checkpoint, signed []byte) error {
	if err := durable.WriteFile(l.file, signed, 0o600); err != nil {
		return fmt.Errorf("keep the head of %q: %w", l.origin, err)
	}
	l.head = head
	return nil
}
