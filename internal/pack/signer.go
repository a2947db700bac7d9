// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// LoadSigner reads a signing key from a file of two lines, the private and the
// verifier key, as keys/node.key has them.
func LoadSigner(path string) (Signer, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key to sign with: %w", err)
	}
	private, verifier, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, errors.New("read the key to sign with: the first line is no signing key")
	}
	check, err := note.NewVerifier(verifier)
	if err != nil || check.Name() != signer.Name() || check.KeyHash() != signer.KeyHash() {
		return nil, errors.New("read the key to sign with: the second line is not its verifier key")
	}
	return fileSigner{sign: signer.Sign, verifier: verifier}, nil
}
