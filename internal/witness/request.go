// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
)

const (
	path       = "/add-checkpoint"
	sizeType   = "text/x.tlog.size" // media type of the answer that tells a size
	maxHashes  = 63                 // of a proof
	maxRequest = 72 << 10           // bytes: a checkpoint of 64 KB and the longest proof
)

// request is the body of add-checkpoint.
type request struct {
	old        uint64 // size the proof begins at
	proof      []counterfoil.Hash
	checkpoint []byte // signed note
}

func (r request) marshal() []byte {
	b := strconv.AppendUint([]byte("old "), r.old, 10)
	b = append(b, '\n')
	for _, h := range r.proof {
		b = append(base64.StdEncoding.AppendEncode(b, h[:]), '\n')
	}
	return append(append(b, '\n'), r.checkpoint...)
}

func parseRequest(body []byte) (request, error) {
	head, checkpoint, found := bytes.Cut(body, []byte("\n\n"))
	if !found {
		return request{}, errors.New("no empty line")
	}
	lines := strings.Split(string(head), "\n")
	old, found := strings.CutPrefix(lines[0], "old ")
	size, err := parseSize(old)
	if !found || err != nil {
		return request{}, errors.New("the first line does not state the old size")
	}
	if len(lines)-1 > maxHashes {
		return request{}, fmt.Errorf("more than %d hashes", maxHashes)
	}
	out := request{old: size, checkpoint: checkpoint}
	for _, line := range lines[1:] {
		raw, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(raw) != len(counterfoil.Hash{}) || strings.ContainsRune(line, '\r') {
			return request{}, errors.New("a line of the proof is not the base64 of a hash")
		}
		out.proof = append(out.proof, counterfoil.Hash(raw))
	}
	return out, nil
}

// parseSize reads a size in its one form.
func parseSize(text string) (uint64, error) {
	size, err := strconv.ParseUint(text, 10, 63)
	if err != nil || strconv.FormatUint(size, 10) != text {
		return 0, errors.New("not a size")
	}
	return size, nil
}
