// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// openKey reads the private key of a witness. If there is none it makes one,
// which only its owner may read, under name or, without one, under that of this
// machine. The name of a key does not change: it is part of its id.
func openKey(file, name string) (private string, err error) {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return createKey(file, name)
	}
	if err != nil {
		return "", fmt.Errorf("read the key of the witness: %w", err)
	}
	private = strings.TrimSuffix(string(raw), "\n")
	public, err := counterfoil.CosignerVerifierKey(private)
	if err != nil {
		return "", fmt.Errorf("read the key of the witness from %s: %w", file, err)
	}
	if is, _, _ := strings.Cut(public, "+"); name != "" && name != is {
		return "", fmt.Errorf("the key in %s is of the name %q, not %q: a name stays with its key", file, is, name)
	}
	return private, nil
}

func createKey(file, name string) (string, error) {
	if name == "" {
		host, err := os.Hostname()
		if err != nil {
			return "", fmt.Errorf("name the witness: %w", err)
		}
		name = host + "/witness"
	}
	private, _, err := counterfoil.GenerateCosignerKey(rand.Reader, name)
	if err != nil {
		return "", err
	}
	if err := durable.WriteFile(file, []byte(private+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep the key of the witness: %w", err)
	}
	return private, nil
}
