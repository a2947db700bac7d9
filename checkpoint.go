// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// maxNote bounds a signed checkpoint, in bytes.
const maxNote = 64 << 10

// Checkpoint is a head of the log: which log, how many entries, which root.
type Checkpoint struct {
	Origin string
	Size   uint64
	Root   Hash
}

// Text is the body of the note: three lines, as C2SP tlog-checkpoint has them.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatUint(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root[:]) + "\n"
}

// Sign returns the signed note of c: one signature line for each signer.
func (c Checkpoint) Sign(signers ...note.Signer) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signers...)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}

// ParseCheckpoint reads a signed note without checking a signature: for
// display, and for code that checks it elsewhere.
func ParseCheckpoint(signed []byte) (Checkpoint, error) {
	text, _, found := strings.Cut(string(signed), "\n\n")
	if !found || len(signed) > maxNote {
		return Checkpoint{}, fmt.Errorf("parse checkpoint: not a signed note")
	}
	return parseCheckpointText(text + "\n")
}

// VerifyCheckpoint reads a signed note and checks the signature of the key
// given in the form "name+hash+key". The key's name must be the log's origin.
func VerifyCheckpoint(signed []byte, verifierKey string) (Checkpoint, error) {
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("verify checkpoint: verifier key: %w", err)
	}
	if len(signed) > maxNote {
		return Checkpoint{}, fmt.Errorf("verify checkpoint: note of %d bytes", len(signed))
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("verify checkpoint: %w", err)
	}
	c, err := parseCheckpointText(opened.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != verifier.Name() {
		return Checkpoint{}, fmt.Errorf("verify checkpoint: log %q is not the key's %q", clip(c.Origin), verifier.Name())
	}
	return c, nil
}

// parseCheckpointText reads the body. Lines after the third are extensions and
// carry no meaning here.
func parseCheckpointText(text string) (Checkpoint, error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 || lines[0] == "" {
		return Checkpoint{}, fmt.Errorf("parse checkpoint: fewer than three lines")
	}
	size, err := strconv.ParseUint(lines[1], 10, 63)
	if err != nil || strconv.FormatUint(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("parse checkpoint: size %q", clip(lines[1]))
	}
	root, err := hashFromBase64(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("parse checkpoint: root: %w", err)
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: root}, nil
}

func hashFromBase64(s string) (Hash, error) {
	var h Hash
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(h) || len(s) != 44 {
		return h, fmt.Errorf("%q is not the base64 form of 32 bytes", clip(s))
	}
	copy(h[:], b)
	return h, nil
}
