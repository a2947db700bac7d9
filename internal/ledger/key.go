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
	file     []byte // as it lies in its file
}

// loadKey reads the key. A missing one is an error that wraps fs.ErrNotExist.
func loadKey(path string) (nodeKey, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nodeKey{}, fmt.Errorf("read signing key: %w", err)
	}
	k, err := parseKeyFile(b)
	if err != nil {
		return nodeKey{}, fmt.Errorf("read signing key %s: %w", path, err)
	}
	return k, nil
}

// VerifierOf returns the verifier key that lies beside the private one in a key file.
func VerifierOf(path string) (string, error) {
	k, err := loadKey(path)
	return k.verifier, err
}

func parseKeyFile(b []byte) (nodeKey, error) {
	private, verifier, found := strings.Cut(strings.TrimSpace(string(b)), "\n")
	if !found {
		return nodeKey{}, errors.New("two lines belong there, the private and the verifier key")
	}
	return parseKey(private, verifier)
}

// loadSpareKey is loadKey for a file that is there only at times: nil when not.
func loadSpareKey(path string) (*nodeKey, error) {
	k, err := loadKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &k, err
}

func parseKey(private, verifier string) (nodeKey, error) {
	signer, err := note.NewSigner(private)
	if err != nil {
		return nodeKey{}, errors.New("the private key is malformed")
	}
	check, err := note.NewVerifier(verifier)
	if err != nil || check.Name() != signer.Name() || check.KeyHash() != signer.KeyHash() {
		return nodeKey{}, errors.New("private and verifier key do not belong together")
	}
	return nodeKey{signer: signer, verifier: verifier, file: []byte(private + "\n" + verifier + "\n")}, nil
}

// newKey makes a key for origin, or for a new random origin.
func newKey(origin string) (nodeKey, error) {
	if origin == "" {
		var b [4]byte
		rand.Read(b[:])
		origin = "counterfoil/" + hex.EncodeToString(b[:])
	}
	private, verifier, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nodeKey{}, fmt.Errorf("generate signing key for %q: %w", origin, err)
	}
	return parseKey(private, verifier)
}

// write leaves the key in a file for its owner alone.
func (k nodeKey) write(path string) error {
	if err := durable.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make key directory: %w", err)
	}
	if err := durable.WriteFile(path, k.file, 0o600); err != nil {
		return fmt.Errorf("write signing key: %w", err)
	}
	return nil
}

// key loads the signing key, or makes one for a log that does not exist yet.
func (c *Config) key(isNew bool) (nodeKey, error) {
	k, err := loadKey(c.KeyPath)
	if errors.Is(err, fs.ErrNotExist) {
		if !isNew {
			return nodeKey{}, fmt.Errorf("the ledger in %s exists but its signing key %s does not; put the key back from a backup, or let the log go on under another name and key: counterfoil ledger succeed", c.Dir, c.KeyPath)
		}
		if k, err = newKey(c.Origin); err == nil {
			err = k.write(c.KeyPath)
		}
		return k, err
	}
	if err == nil && c.Origin != "" && k.signer.Name() != c.Origin {
		return nodeKey{}, fmt.Errorf("signing key %s belongs to log %q, not to %q", c.KeyPath, k.signer.Name(), c.Origin)
	}
	return k, err
}

// Beside the key that signs lie, at times, the one it followed, until that is
// retired, and the one that is to follow it, until the log says so.
func (c *Config) formerKeyPath() string { return c.besideKey("former") }
func (c *Config) nextKeyPath() string   { return c.besideKey("next") }

func (c *Config) besideKey(which string) string {
	return strings.TrimSuffix(c.KeyPath, ".key") + "-" + which + ".key"
}
