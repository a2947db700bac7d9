// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Longest parts of an address that are looked at, in bytes. The standard allows
// 64 and 255; more is taken so that no half address stays.
const (
	maxLocal  = 256
	maxDomain = 255
)

// email looks around an at sign in text[sign:after]. The local part is what
// mail systems accept in practice: '/', '=' and '?' end it, because in running
// text they separate. An address in front of ':' whose local part is git, hg or
// svn is where a repository lies and not a person's.
func (p *pass) email(sign, after int) {
	start := p.localPart(sign)
	if start == sign {
		return
	}
	end, row := p.domain(after)
	if end == 0 || p.repository(start, sign, end) {
		return
	}
	p.add(row, start, end)
}

// localPart gives the start of the local part that ends at the sign.
func (p *pass) localPart(sign int) int {
	text := p.text
	if sign > 0 && text[sign-1] == '"' {
		return quotedLocal(text, sign)
	}
	low := max(0, sign-maxLocal)
	start, ascii := sign, sign > 0 && text[sign-1] < utf8.RuneSelf
	for i := sign; i > low; {
		if c := text[i-1]; c < utf8.RuneSelf {
			if !isLocal(c) {
				break
			}
			i--
			if isWord(c) {
				start = i
			}
			continue
		}
		r, size := utf8.DecodeLastRuneInString(text[:i])
		if !emailRune(r) || ascii && unspaced(r) {
			break
		}
		i -= size
		start = i
	}
	if start > 0 && text[start-1] == '\\' && strings.IndexByte("nrt", text[start]) >= 0 {
		start++ // the letter of an escaped line end
	}
	if start < sign && text[sign-1] == '.' {
		return sign
	}
	return start
}

// quotedLocal gives the start of "…" before the sign; quotes around blanks are
// not taken, as they cannot be told from quoted prose.
func quotedLocal(text string, sign int) int {
	for i := sign - 2; i >= max(0, sign-maxLocal); i-- {
		switch c := text[i]; {
		case c == '"' && i < sign-2:
			return i
		case c <= ' ' || c == '"' || c >= 0x7F:
			return sign
		}
	}
	return sign
}

func isLocal(c byte) bool {
	return isWord(c) || strings.IndexByte(".%+-'~!#$*&", c) >= 0
}

// emailRune reports a rune outside ASCII that may stand in an address.
func emailRune(r rune) bool {
	return r != utf8.RuneError && (unicode.In(r, unicode.L, unicode.M, unicode.Nd) || foldRune(r) == noWidth)
}

// domain reads the domain at i and gives its end and the row of the table, or
// an end of 0 when there is none.
func (p *pass) domain(i int) (end, row int) {
	text := p.text
	if i < len(text) && text[i] == '[' {
		return addressLiteral(text, i), email
	}
	name := strings.TrimRight(text[i:domainEnd(text, i)], ".-")
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || name[0] == '-' || retinaImage(name) {
		return 0, 0
	}
	last := name[dot+1:]
	switch {
	case !topLevel(last):
		return 0, 0
	case len(last) == 2 || last[0] >= utf8.RuneSelf || wellKnown[strings.ToLower(last)]:
		return i + len(name), email
	}
	return i + len(name), emailUnusual
}

// domainEnd gives the end of the labels and single dots that start at i.
func domainEnd(text string, i int) int {
	start, dot := i, true // dot: the byte before is one, or there is none
	ascii := i < len(text) && text[i] < utf8.RuneSelf
	for i < len(text) && i-start < maxDomain {
		c, size := rune(text[i]), 1
		switch {
		case c >= utf8.RuneSelf:
			c, size = utf8.DecodeRuneInString(text[i:])
			if !emailRune(c) || ascii && unspaced(c) {
				return i
			}
		case c == '.' && dot, c != '.' && c != '-' && !isAlnum(byte(c)):
			return i
		}
		dot = c == '.'
		i += size
	}
	return i
}

// topLevel reports what can be the last label of a domain.
func topLevel(label string) bool {
	if len(label) < 2 || len(label) > 63 {
		return false
	}
	if len(label) > 4 && strings.EqualFold(label[:4], "xn--") {
		return true
	}
	for i := range len(label) {
		if c := label[i]; c < utf8.RuneSelf && !isAlpha(c) {
			return false
		}
	}
	return true
}

// retinaImage reports names such as icon@2x.png.
func retinaImage(domain string) bool {
	return len(domain) > 3 && isDigit(domain[0]) && domain[1] == 'x' && domain[2] == '.'
}

// addressLiteral gives the end of [192.0.2.1] or [IPv6:2001:db8::1], or 0.
func addressLiteral(text string, i int) int {
	end := strings.IndexByte(text[i:min(len(text), i+64)], ']')
	if end < 0 {
		return 0
	}
	literal := text[i+1 : i+end]
	if len(literal) > 5 && strings.EqualFold(literal[:5], "IPv6:") {
		literal = literal[5:]
	}
	if _, err := netip.ParseAddr(literal); err != nil {
		return 0
	}
	return i + end + 1
}

func (p *pass) repository(start, sign, end int) bool {
	if end >= len(p.text) || p.text[end] != ':' || end+1 < len(p.text) && p.text[end+1] <= ' ' {
		return false
	}
	switch p.text[start:sign] {
	case "git", "hg", "svn":
		return true
	}
	return false
}

// wellKnown are the longer top-level domains under which mail is common.
var wellKnown = func() map[string]bool {
	m := make(map[string]bool)
	for _, name := range strings.Fields(`com org net edu gov mil int info biz name pro aero coop museum mobi jobs travel
		asia cat post tel app dev cloud email online site store tech shop blog agency company group global solutions
		systems services digital design media news live life world today click link space website xyz top club
		health hospital bank insurance legal law school academy university berlin hamburg bayern koeln cologne wien
		paris london amsterdam swiss scot wales test example invalid local internal corp`) {
		m[name] = true
	}
	return m
}()
