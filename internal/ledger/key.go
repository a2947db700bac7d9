// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil/internal/durable"
)

// nodeKey signs the heads of one log. Its name is the log's origin.
type nodeKey struct {
	signer   note.Signer
	verifier string // "origin+hash+key"
}

// loadKey reads the key. A missing one is an error that wraps fs.ErrNotExist.
func loadKey(path string) (nodeKey, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nodeKey{}, fmt.Errorf("read signing key: %w", err)
	}
	private, verifier, found := strings.Cut(strings.TrimSpace(string(b)), "\n")
	if !found {
		return nodeKey{}, fmt.Errorf("read signing key %s: two lines belong there, the private and the verifier key", path)
	}
	return parseKey(private, verifier)
}

func parseKey(private, verifier string) (nodeKey, error) {
	signer, err := note.NewSigner(private)
	if err != nil {
		return nodeKey{}, errors.New("read signing key: the private key is malformed")
	}
	check, err := note.NewVerifier(verifier)
	if err != nil || check.Name() != signer.Name() || check.KeyHash() != signer.KeyHash() {
		return nodeKey{}, errors.New("read signing key: private and verifier key do not belong together")
	}
	return nodeKey{signer: signer, verifier: verifier}, nil
}

// createKey makes a key for origin, or for a new random origin, and writes it.
func createKey(path, origin string) (nodeKey, error) {
	if origin == "" {
		var b [4]byte
		rand.Read(b[:])
		origin = "counterfoil/" + hex.EncodeToString(b[:])
	}
	private, verifier, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nodeKey{}, fmt.Errorf("generate signing key for %q: %w", origin, err)
	}
	if err := durable.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nodeKey{}, fmt.Errorf("make key directory: %w", err)
	}
	if err := durable.WriteFile(path, []byte(private+"\n"+verifier+"\n"), 0o600); err != nil {
		return nodeKey{}, fmt.Errorf("write signing key: %w", err)
	}
	return parseKey(private, verifier)
}

// key loads the signing key, or makes one for a log that does not exist yet.
func (c *Config) key(isNew bool) (nodeKey, error) {
	k, err := loadKey(c.KeyPath)
	if errors.Is(err, fs.ErrNotExist) {
		if !isNew {
			return nodeKey{}, fmt.Errorf("the ledger in %s exists but its signing key %s does not; put the key back from a backup", c.Dir, c.KeyPath)
		}
		return createKey(c.KeyPath, c.Origin)
	}
	if err == nil && c.Origin != "" && k.signer.Name() != c.Origin {
		return nodeKey{}, fmt.Errorf("signing key %s belongs to log %q, not to %q", c.KeyPath, k.signer.Name(), c.Origin)
	}
	return k, err
}
