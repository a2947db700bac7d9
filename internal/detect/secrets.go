// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"hash/crc32"
	"strings"
)

// alphabet is a set of ASCII characters.
type alphabet [2]uint64

func (a alphabet) has(c byte) bool { return c < 128 && a[c>>6]>>(c&63)&1 == 1 }

func alphabetOf(chars string) (a alphabet) {
	for _, c := range []byte(chars) {
		a[c>>6] |= 1 << (c & 63)
	}
	return a
}

const (
	uppers = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	alnums = uppers + "abcdefghijklmnopqrstuvwxyz0123456789"
)

var (
	upperDigits = alphabetOf(uppers + "0123456789")
	base62      = alphabetOf(alnums)
	base62Under = alphabetOf(alnums + "_")
	base62Dash  = alphabetOf(alnums + "-")
	base64Std   = alphabetOf(alnums + "+/")
	base64Pad   = alphabetOf(alnums + "+/=")
	base64URL   = alphabetOf(alnums + "_-")
	urlPath     = alphabetOf(alnums + "_-/")
	tokenChars  = alphabetOf(alnums + "_-.")
)

// prefixRule describes a kind of key that its prefix gives away. What follows
// the prefix is the body: as many characters of the alphabet as there are.
type prefixRule struct {
	prefix   string
	mark     int // which byte of the prefix triggers; a rare one
	body     alphabet
	min, max int // of the body
	row      int
	check    func(body string) (row int) // decides further; -1 refuses
}

// Most keys have a known length; where issuers have changed it before, the rule
// takes more, since a key that is cut in two is no longer hidden.
var prefixes = []prefixRule{
	{prefix: "AKIA", mark: 3, body: upperDigits, min: 16, max: 16, row: awsKeyID, check: varied},
	{prefix: "ASIA", mark: 3, body: upperDigits, min: 16, max: 16, row: awsKeyID, check: varied},
	{prefix: "ABIA", mark: 3, body: upperDigits, min: 16, max: 16, row: awsKeyID, check: varied},
	{prefix: "ACCA", mark: 3, body: upperDigits, min: 16, max: 16, row: awsKeyID, check: varied},
	{prefix: "ghp_", mark: 3, body: base62, min: 36, max: 255, row: githubToken, check: githubClassic},
	{prefix: "gho_", mark: 3, body: base62, min: 36, max: 255, row: githubToken, check: githubClassic},
	{prefix: "ghu_", mark: 3, body: base62, min: 36, max: 255, row: githubToken, check: githubClassic},
	{prefix: "ghs_", mark: 3, body: base62, min: 36, max: 255, row: githubToken, check: githubClassic},
	{prefix: "ghs_", mark: 3, body: tokenChars, min: 36, max: 2048, row: githubToken, check: varied}, // with a signed part
	{prefix: "ghr_", mark: 3, body: base62, min: 36, max: 255, row: githubToken, check: githubClassic},
	{prefix: "github_pat_", mark: 6, body: base62Under, min: 36, max: 255, row: githubToken, check: varied},
	{prefix: "sk-ant-", mark: 2, body: base64URL, min: 24, max: 512, row: anthropicKey, check: varied},
	{prefix: "sk-proj-", mark: 2, body: base64URL, min: 20, max: 512, row: openaiKey, check: varied},
	{prefix: "sk-svcacct-", mark: 2, body: base64URL, min: 20, max: 512, row: openaiKey, check: varied},
	{prefix: "sk-admin-", mark: 2, body: base64URL, min: 20, max: 512, row: openaiKey, check: varied},
	{prefix: "sk-", mark: 2, body: base64URL, min: 20, max: 512, row: openaiBare, check: openaiLegacy},
	{prefix: "xoxa-", mark: 4, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xoxb-", mark: 4, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xoxc-", mark: 4, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xoxd-", mark: 4, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xoxe-", mark: 4, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xoxe.xoxb-", mark: 9, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xoxe.xoxp-", mark: 9, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xoxo-", mark: 4, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xoxp-", mark: 4, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xoxr-", mark: 4, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xoxs-", mark: 4, body: base62Dash, min: 10, max: 512, row: slackToken, check: slackBody},
	{prefix: "xapp-", mark: 4, body: base62Dash, min: 20, max: 512, row: slackToken, check: slackBody},
	{prefix: "sk_live_", mark: 2, body: base62, min: 10, max: 255, row: stripeKey, check: varied},
	{prefix: "sk_test_", mark: 2, body: base62, min: 10, max: 255, row: stripeKey, check: varied},
	{prefix: "rk_live_", mark: 2, body: base62, min: 10, max: 255, row: stripeKey, check: varied},
	{prefix: "rk_test_", mark: 2, body: base62, min: 10, max: 255, row: stripeKey, check: varied},
	{prefix: "whsec_", mark: 5, body: base64Pad, min: 24, max: 255, row: stripeKey, check: varied},
	{prefix: "AIza", mark: 2, body: base64URL, min: 35, max: 35, row: googleKey, check: varied},
	{prefix: "GOCSPX-", mark: 6, body: base64URL, min: 28, max: 28, row: googleKey, check: varied},
	{prefix: "ya29.", mark: 0, body: base64URL, min: 40, max: 2048, row: googleKey, check: varied},
	{prefix: "LS0tLS1CRUdJTi", mark: 11, body: base64Pad, min: 80, max: maxPEM, row: privateKey, check: pemInBase64},
	{prefix: "eyJ", mark: 2, body: base64URL, min: 8, max: 1 << 14, row: jsonWebToken, check: jwtHeader},
}

// prefixesBy lists the rules by the byte that triggers them.
var prefixesBy = func() (by [128][]*prefixRule) {
	for i := range prefixes {
		r := &prefixes[i]
		by[r.prefix[r.mark]] = append(by[r.prefix[r.mark]], r)
	}
	return by
}()

// prefixed tries the rules whose mark is the byte at i; the first that fits wins.
func (p *pass) prefixed(i int) {
	text := p.text
	for _, r := range prefixesBy[text[i]] {
		start := i - r.mark
		if start < 0 || !strings.HasPrefix(text[start:], r.prefix) || !p.keyStarts(start, r.prefix) {
			continue
		}
		from := start + len(r.prefix)
		end := from
		for end < len(text) && end-from <= r.max && r.body.has(text[end]) {
			end++
		}
		for end > from && text[end-1] == '.' {
			end-- // of the sentence
		}
		if end-from < r.min || end-from > r.max || wordAt(text, end) {
			continue
		}
		if p.prefixRule(r, start, from, end) {
			return
		}
	}
}

// prefixRule applies what a rule asks beyond its form.
func (p *pass) prefixRule(r *prefixRule, start, from, end int) bool {
	row := r.row
	if r.check != nil {
		row = r.check(p.text[from:end])
	}
	switch row {
	case -1:
		return false
	case 0:
		row = r.row
	}
	switch row {
	case jsonWebToken:
		return p.jwt(start, end)
	case awsKeyID:
		p.add(row, start, end)
		p.awsSecretNear(end)
		return true
	}
	p.add(row, start, end)
	return true
}

// keyStarts reports that a key may begin at i: it does not continue a word, save
// for the letter of an escaped line end. A prefix with a dash could also be the
// rest of a hyphenated name.
func (p *pass) keyStarts(i int, prefix string) bool {
	if !wordBefore(p.text, i) && (i == 0 || p.text[i-1] != '-' || !strings.HasSuffix(prefix, "-")) {
		return true
	}
	return i >= 2 && p.text[i-2] == '\\' && strings.IndexByte("nrt", p.text[i-1]) >= 0
}

// varied refuses the fillers of documentation, such as xxxxxxxx.
func varied(body string) int {
	var seen alphabet
	distinct := 0
	for _, c := range []byte(body) {
		if !seen.has(c) {
			seen[c>>6] |= 1 << (c & 63)
			distinct++
		}
	}
	if distinct < 5 {
		return -1
	}
	return 0
}

// githubClassic raises the score when the last six characters are the CRC-32
// of the others in base 62, as they are in tokens that GitHub has issued.
func githubClassic(body string) int {
	if varied(body) < 0 {
		return -1
	}
	if len(body) == 36 && base62CRC(body[:30]) == body[30:] {
		return githubChecked
	}
	return 0
}

func base62CRC(s string) string {
	const digits = "0123456789" + uppers + "abcdefghijklmnopqrstuvwxyz"
	sum := crc32.ChecksumIEEE([]byte(s))
	var out [6]byte
	for i := range out {
		out[len(out)-1-i] = digits[sum%62]
		sum /= 62
	}
	return string(out[:])
}

// openaiLegacy accepts keys with the mark of the older form, and bare ones that
// are long, mixed and do not look like a hyphenated name.
func openaiLegacy(body string) int {
	if varied(body) < 0 {
		return -1
	}
	if strings.Contains(body, "T3BlbkFJ") {
		return openaiKey
	}
	if len(body) < 32 || !strings.ContainsAny(body, "0123456789") || longestPiece(body) < 24 {
		return -1
	}
	return 0
}

func longestPiece(body string) int {
	longest := 0
	for piece := range strings.SplitSeq(body, "-") {
		longest = max(longest, len(piece))
	}
	return longest
}

// slackBody wants digits: Slack's tokens carry ids of workspace and user.
func slackBody(body string) int {
	if !strings.ContainsAny(body, "0123456789") {
		return -1
	}
	return varied(body)
}

// slackHook takes a webhook address whose host ends before the slash at i.
func (p *pass) slackHook(i int) {
	const host = "hooks.slack.com"
	start := i - len(host)
	if start < 0 || p.text[start:i] != host || wordBefore(p.text, start) {
		return
	}
	path := p.text[i+1:]
	if !strings.HasPrefix(path, "services/T") && !strings.HasPrefix(path, "workflows/T") && !strings.HasPrefix(path, "triggers/") {
		return
	}
	n := 0
	for n < len(path) && n < 255 && urlPath.has(path[n]) {
		n++
	}
	path = strings.TrimRight(path[:n], "/-")
	if strings.Count(path, "/") < 3 || len(path) < 30 || varied(path[strings.LastIndexByte(path, '/')+1:]) < 0 {
		return
	}
	if strings.HasSuffix(p.text[:start], "https://") {
		start -= len("https://")
	}
	p.add(slackWebhook, start, i+1+len(path))
}
