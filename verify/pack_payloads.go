// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// erasedName lists the payloads that would have been disclosed and were erased.
const erasedName = "log/payload/erased.csv"

// What became of a payload, as the table of interactions says it.
const (
	stateNone      = "none"
	stateDisclosed = "disclosed"
	stateWithheld  = "withheld"
	stateErased    = "erased"
)

// erasedList reads the indexes of payloads that were erased.
func (p *packCheck) erasedList(context.Context) error {
	p.erased = make(map[counterfoil.Index]bool)
	if !p.found[erasedName] {
		return nil
	}
	text, whole := strings.CutSuffix(string(p.read(erasedName)), "\n")
	lines := strings.Split(text, "\n")
	last := int64(-1)
	for k, line := range lines {
		n, err := strconv.ParseInt(line, 10, 64)
		switch {
		case k == 0 && line == "index" && whole:
		case k == 0 || err != nil || n <= last || strconv.FormatInt(n, 10) != line:
			p.pack(erasedName, "line %d is not the next index", k+1)
			p.ended = true
			return nil
		default:
			last = n
			p.erased[counterfoil.Index(n)] = true
		}
	}
	return nil
}

// payloadState says what became of an entry's payload, and checks a disclosed one:
// rule 7.
func (p *packCheck) payloadState(i counterfoil.Index, e *counterfoil.Entry) string {
	base := "log/payload/" + fileNumber(uint64(i))
	switch {
	case len(e.Commitment) == 0:
		return stateNone
	case !disclosable(p.manifest.Disclosed, e.Kind):
		p.counts.Payloads.Withheld++
		return stateWithheld
	case p.erased[i]:
		p.counts.Payloads.Erased++
		delete(p.erased, i)
		return stateErased
	}
	p.counts.Payloads.Disclosed++
	if p.found[base+".bin"] {
		p.used[base+".bin"] = true
		p.disclosed(i, e, base)
	} else {
		p.problem(ProblemPayload, i, "its payload is neither disclosed nor erased")
	}
	return stateDisclosed
}

// disclosable tells whether a disclosure is about payloads of a kind of entry.
func disclosable(disclosed string, k counterfoil.Kind) bool {
	switch disclosed {
	case "all":
		return true
	case "interactions":
		return k == counterfoil.KindIntent || k == counterfoil.KindOutcome
	case "records":
		return k == counterfoil.KindRecord
	default:
		return false
	}
}

func (p *packCheck) disclosed(i counterfoil.Index, e *counterfoil.Entry, base string) {
	text := string(p.read(base + ".key"))
	key, err := hex.DecodeString(strings.TrimSuffix(text, "\n"))
	if err != nil || len(key) != 32 || hex.EncodeToString(key)+"\n" != text {
		p.pack(base+".key", "it is no key of a commitment")
		return
	}
	f, err := p.files.Open(base + ".bin")
	if err != nil {
		p.pack(base+".bin", "the file cannot be read: %v", err)
		return
	}
	defer f.Close()
	mac := hmac.New(sha256.New, key)
	if _, err := io.Copy(mac, io.LimitReader(f, maxPackFile)); err != nil {
		p.pack(base+".bin", "the file cannot be read: %v", err)
		return
	}
	if !hmac.Equal(mac.Sum(nil), e.Commitment) {
		p.problem(ProblemCommitment, i, "its payload is not what the entry commits to")
	}
}

// leftPayloads reports what belongs to no contained entry.
func (p *packCheck) leftPayloads() {
	if len(p.erased) > 0 {
		p.pack(erasedName, "it names %d payloads that were not to be disclosed", len(p.erased))
	}
	for _, name := range p.names {
		if strings.HasPrefix(name, "log/payload/") && strings.HasSuffix(name, ".bin") && !p.used[name] {
			p.pack(name, "the payload was not to be disclosed")
		}
	}
}
