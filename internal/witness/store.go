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

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// watched is one log: its keys and the largest head cosigned.
type watched struct {
	origin string
	keys   []string
	file   string // the head as the log signed it; missing: none yet
	growth bucket

	mu     sync.Mutex // held from the comparison to the cosignature
	head   counterfoil.Checkpoint
	signed []byte                    // head as the log signed it; nil: none yet
	told   map[counterfoil.Hash]bool // roots of heads refused since the log grew; never more than maxTold
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
	l.head, l.signed = head, signed
	return l, nil
}

// verify checks the log's signature: that of any of its keys. It returns the
// checkpoint with this signature alone, since whoever asks may have put other lines
// behind it, and they are not to fill the disk.
func (l *watched) verify(signed []byte) (head counterfoil.Checkpoint, own []byte, err error) {
	for _, key := range l.keys {
		if head, err = counterfoil.VerifyCheckpoint(signed, key); err == nil {
			own, err = signedBy(signed, key)
			return head, own, err
		}
	}
	return head, nil, err
}

func signedBy(signed []byte, key string) ([]byte, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return nil, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return nil, err
	}
	return []byte(opened.Text + "\n" + signatureLine(opened.Sigs[0])), nil
}

// tell reports whether a refused head is new, and so worth a line in the witness's
// own log: heads are public, and anybody may send one over and over. The caller holds
// mu.
func (l *watched) tell(head counterfoil.Checkpoint) bool {
	if l.told[head.Root] || len(l.told) == maxTold {
		return false
	}
	if l.told == nil {
		l.told = make(map[counterfoil.Hash]bool)
	}
	l.told[head.Root] = true
	return true
}

// keep makes a head durable. The caller holds mu. If it fails, the file may hold
// the new head or the old one. Both are right: the new one was not cosigned, and
// every head cosigned contains the old one.
func (l *watched) keep(head counterfoil.Checkpoint, signed []byte) error {
	if err := durable.WriteFile(l.file, signed, 0o600); err != nil {
		return fmt.Errorf("keep the head of %q: %w", l.origin, err)
	}
	l.head, l.signed, l.told = head, signed, nil
	return nil
}
