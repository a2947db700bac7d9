// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxUserinfo bounds name and password in a URL, in bytes.
const maxUserinfo = 400

// url looks at a slash: the first of "://", or the one behind hooks.slack.com.
func (p *pass) url(i int) {
	text := p.text
	if i > 0 && text[i-1] == 'm' {
		p.slackHook(i)
		return
	}
	if i < 3 || text[i-1] != ':' || i+1 >= len(text) || text[i+1] != '/' || !isAlnum(text[i-2]) {
		return
	}
	start := i + 2
	sign, mark := -1, -1
	for n := start; n < len(text) && n-start < maxUserinfo && !endsUserinfo(text[n:]); n++ {
		switch {
		case text[n] == '@':
			sign = n
		case text[n] == ':' && mark < 0:
			mark = n
		}
	}
	if mark < 0 || sign < mark || sign+1 >= len(text) || !isPassword(text[mark+1:sign]) {
		return
	}
	p.add(urlCredentials, start, sign)
}

// endsUserinfo reports that rest starts with what cannot stand before the host.
func endsUserinfo(rest string) bool {
	if c := rest[0]; c < utf8.RuneSelf {
		return c <= ' ' || strings.IndexByte("/?#\"'`<>\\|", c) >= 0
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsSpace(r)
}

// isPassword refuses what stands for a password in examples and templates.
func isPassword(s string) bool {
	if s == "" || strings.Trim(s, "*") == "" || strings.Trim(s, "x") == "" || strings.Trim(s, ".") == "" {
		return false
	}
	return !strings.HasPrefix(s, "$") && !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "%s") && !strings.HasPrefix(s, "[")
}
