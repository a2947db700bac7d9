// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fakeprovider

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Behaviour names what the provider does with a request.
type Behaviour string

// Behaviours. Every other model name, real ones included, is an echo.
const (
	Echo     Behaviour = "echo"    // the last user text comes back
	Tool     Behaviour = "tool"    // asks for the first tool declared, then answers with its result
	Secret   Behaviour = "secret"  // the answer holds credentials nobody sent
	Escaped  Behaviour = "escaped" // as echo; every character of a text is a JSON \u escape
	CRLF     Behaviour = "crlf"    // as echo; event lines end in CR LF and comments stand between
	Shred    Behaviour = "shred"   // as echo; three bytes a write
	Gzip     Behaviour = "gzip"    // as echo; compressed, whether accepted or not
	Huge     Behaviour = "huge"    // an answer of HugeBytes
	Slow     Behaviour = "slow"    // as echo; waits ThinkTime, then ChunkTime before each event
	Cut      Behaviour = "cut"     // drops the connection midway
	Stall    Behaviour = "stall"   // falls silent midway until the caller leaves
	TooMany  Behaviour = "429"     // refuses: rate limit
	Broken   Behaviour = "500"     // refuses: server error
	Overload Behaviour = "529"     // refuses: overloaded
	Garbage  Behaviour = "garbage" // status 200 and a body that is no JSON
	Bench    Behaviour = "bench"   // prepared answer of BenchAnswerBytes, at the least cost
)

// Sizes and waits of the behaviours that have one.
const (
	HugeBytes = 12 << 20
	ThinkTime = 20 * time.Millisecond
	ChunkTime = 2 * time.Millisecond
)

var behaviours = map[Behaviour]bool{
	Echo: true, Tool: true, Secret: true, Escaped: true, CRLF: true, Shred: true, Gzip: true, Huge: true, Slow: true,
	Cut: true, Stall: true, TooMany: true, Broken: true, Overload: true, Garbage: true, Bench: true,
}

// manner is how one request is answered.
type manner struct {
	behaviour Behaviour
	chunk     int // characters a delta; 0 means changing lengths
}

// mannerOf reads the model's name first and lets the headers overrule it.
func mannerOf(model string, header http.Header) manner {
	m := manner{behaviour: Echo}
	name, size, _ := cutLast(model, "-")
	if behaviours[Behaviour(model)] {
		m.behaviour = Behaviour(model)
	} else if n, err := strconv.Atoi(size); err == nil && behaviours[Behaviour(name)] {
		m = manner{behaviour: Behaviour(name), chunk: n}
	}
	if b := Behaviour(header.Get("Fake-Behaviour")); behaviours[b] {
		m.behaviour = b
	}
	if n, err := strconv.Atoi(header.Get("Fake-Chunk")); err == nil && n > 0 {
		m.chunk = n
	}
	return m
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
