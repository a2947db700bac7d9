// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

const consistencyHeader = "counterfoil consistency v1"

// Consistency ties a former head of a log to a later one: the file in a pack of
// which docs/pack-format.md, section 6, has the form.
type Consistency struct {
	Former Checkpoint // origin, size and root
	Size   uint64     // of the later head
	Hashes []Hash     // the proof of RFC 6962, section 2.1.2
}

// MarshalText writes the file.
func (c Consistency) MarshalText() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(consistencyHeader + "\n" + c.Former.Text() + strconv.FormatUint(c.Size, 10) + "\n")
	for _, h := range c.Hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	return b.Bytes(), nil
}

// UnmarshalText reads what MarshalText writes and nothing else.
func (c *Consistency) UnmarshalText(text []byte) error {
	lines := strings.Split(string(text), "\n")
	if len(lines) < 6 || len(lines)-6 > maxProofHashes || lines[0] != consistencyHeader {
		return fmt.Errorf("parse consistency: no %s", consistencyHeader)
	}
	former, err := parseCheckpointText(strings.Join(lines[1:4], "\n") + "\n")
	if err != nil {
		return fmt.Errorf("parse consistency: %w", err)
	}
	out := Consistency{Former: former}
	if out.Size, err = strconv.ParseUint(lines[4], 10, 63); err != nil {
		return fmt.Errorf("parse consistency: size %q", clip(lines[4]))
	}
	for _, line := range lines[5 : len(lines)-1] {
		h, err := hashFromBase64(line)
		if err != nil {
			return fmt.Errorf("parse consistency: %w", err)
		}
		out.Hashes = append(out.Hashes, h)
	}
	if again, _ := out.MarshalText(); !bytes.Equal(again, text) {
		return fmt.Errorf("parse consistency: not in its one form")
	}
	*c = out
	return nil
}

// Verify checks that the later head grew from the former by appending only.
func (c Consistency) Verify(later Checkpoint) error {
	if c.Size != later.Size || c.Former.Size == 0 || c.Former.Size >= later.Size {
		return fmt.Errorf("verify consistency: from size %d to %d where the later head has %d", c.Former.Size, c.Size, later.Size)
	}
	return CheckConsistency(c.Former, later, c.Hashes)
}
