// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fakeprovider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// reply is an answer before it has the shape of a dialect.
type reply struct {
	*request
	manner

	text string
	call string // arguments of the tool call, JSON; empty without one
}

// Credentials of the secret behaviour, of the published example kind and put
// together here so that no scanner takes this file for a leak.
var (
	SecretKeyID = "AKIA" + "IOSFODNN7EXAMPLE"
	SecretToken = "ghp_" + strings.Repeat("a1B2c3D4e", 4)
)

func answer(req *request, how manner) *reply {
	out := &reply{request: req, manner: how, text: req.said}
	switch {
	case how.behaviour == Tool && req.tool != "" && !req.result:
		out.text, out.call = "", encode(map[string]string{req.field: req.said})
	case req.result:
		out.text = "The tool said: " + req.said
	case how.behaviour == Secret:
		out.text = fmt.Sprintf("Use the key id %s and the token %s for it.", SecretKeyID, SecretToken)
	case how.behaviour == Huge:
		line := "All of this is one long answer. "
		out.text = strings.Repeat(line, HugeBytes/len(line)+1)[:HugeBytes]
		out.chunk = 16 << 10
	}
	return out
}

// lengths of deltas when none is asked for: short and long ones in turn, so
// that any text of nine characters is cut at every place sooner or later.
var lengths = []int{1, 2, 3, 5, 8, 4, 7}

// deltas cuts a text into the pieces a stream delivers.
func (r *reply) deltas(text string) []string {
	var out []string
	runes := []rune(text)
	for i := 0; len(runes) > 0; i++ {
		n := r.chunk
		if n == 0 {
			n = lengths[i%len(lengths)]
		}
		n = min(n, len(runes))
		out, runes = append(out, string(runes[:n])), runes[n:]
	}
	return out
}

// words gives a text the form it takes in JSON under this behaviour.
func (r *reply) words(text string) any {
	if r.behaviour == Escaped {
		return escaped(text)
	}
	return text
}

// escaped is a string whose JSON form is \u escapes throughout.
type escaped string

// MarshalJSON writes UTF-16 code units, surrogate pairs included.
func (e escaped) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('"')
	for _, r := range string(e) {
		if r > 0xffff {
			r -= 0x10000
			fmt.Fprintf(&out, "\\u%04x", 0xd800+r>>10)
			r = 0xdc00 + r&0x3ff
		}
		fmt.Fprintf(&out, "\\u%04x", r)
	}
	out.WriteByte('"')
	return out.Bytes(), nil
}

// encode is JSON without the escapes that only HTML needs.
func encode(v any) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // only values made here
	}
	return strings.TrimSuffix(out.String(), "\n")
}
