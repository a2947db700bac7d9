// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	proofHeader = "c2sp.org/tlog-proof@v1"
	// maxProofHashes is the height of the highest tree a proof can speak about.
	maxProofHashes = 63
	maxProofExtra  = 64 << 10
)

// Proof shows that a log contains an entry: the entry's place, the way up the
// tree, and the signed head it leads to. It can be checked without the log.
type Proof struct {
	Index      Index
	Hashes     []Hash // siblings from the leaf upwards
	Checkpoint []byte // signed note
	Extra      []byte // opaque; not signed, usually empty
}

// MarshalText writes the proof as C2SP tlog-proof.
func (p Proof) MarshalText() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(proofHeader + "\n")
	if len(p.Extra) != 0 {
		b.WriteString("extra " + base64.StdEncoding.EncodeToString(p.Extra) + "\n")
	}
	b.WriteString("index " + strconv.FormatUint(uint64(p.Index), 10) + "\n")
	for _, h := range p.Hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return b.Bytes(), nil
}

// UnmarshalText reads what MarshalText writes.
func (p *Proof) UnmarshalText(text []byte) error {
	head, checkpoint, found := bytes.Cut(text, []byte("\n\n"))
	lines := bytes.Split(head, []byte("\n"))
	if !found || string(lines[0]) != proofHeader {
		return fmt.Errorf("parse proof: no %s document", proofHeader)
	}
	out := Proof{Checkpoint: bytes.Clone(checkpoint)}
	lines, err := out.parseExtra(lines[1:])
	if err != nil {
		return err
	}
	if len(lines) == 0 || len(lines)-1 > maxProofHashes {
		return fmt.Errorf("parse proof: %d lines between header and checkpoint", len(lines))
	}
	if out.Index, err = parseIndexLine(lines[0]); err != nil {
		return err
	}
	for _, line := range lines[1:] {
		h, err := hashFromBase64(string(line))
		if err != nil {
			return fmt.Errorf("parse proof: %w", err)
		}
		out.Hashes = append(out.Hashes, h)
	}
	*p = out
	return nil
}

// parseExtra takes the optional extra line off the front.
func (p *Proof) parseExtra(lines [][]byte) ([][]byte, error) {
	if len(lines) == 0 {
		return lines, nil
	}
	value, found := bytes.CutPrefix(lines[0], []byte("extra "))
	if !found {
		return lines, nil
	}
	extra, err := base64.StdEncoding.Strict().DecodeString(string(value))
	if err != nil || len(extra) == 0 || len(extra) > maxProofExtra || bytes.ContainsRune(value, '\r') {
		return nil, fmt.Errorf("parse proof: extra line is not base64 of 1 to %d bytes", maxProofExtra)
	}
	p.Extra = extra
	return lines[1:], nil
}

func parseIndexLine(line []byte) (Index, error) {
	value, found := bytes.CutPrefix(line, []byte("index "))
	v, err := strconv.ParseUint(string(value), 10, 63)
	if !found || err != nil || strconv.FormatUint(v, 10) != string(value) {
		return 0, fmt.Errorf("parse proof: index line %q", clip(string(line)))
	}
	return Index(v), nil
}

// Verify checks the signature of the checkpoint under verifierKey and that the
// way from leaf leads to its root. It returns the checkpoint that vouches.
func (p Proof) Verify(leaf Hash, verifierKey string) (Checkpoint, error) {
	c, err := VerifyCheckpoint(p.Checkpoint, verifierKey)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("verify proof: %w", err)
	}
	if uint64(p.Index) >= c.Size {
		return Checkpoint{}, fmt.Errorf("verify proof: index %d is outside the tree of size %d", p.Index, c.Size)
	}
	err = tlog.CheckRecord(tlogHashes(p.Hashes), int64(c.Size), tlog.Hash(c.Root), int64(p.Index), tlog.Hash(leaf))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("verify proof of entry %d in size %d: %w", p.Index, c.Size, err)
	}
	return c, nil
}
