// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/base64"
	"strings"
)

// Bounds of a private key in PEM, in bytes.
const (
	maxPEM    = 32 << 10 // from the first dash to the last; the longest RSA keys in use have 13 KiB
	minKey    = 40       // base64 characters in the first lines
	maxLabel  = 48
	pemBegin  = "-----BEGIN "
	pemEnd    = "-----END "
	pemDashes = "-----"
)

// pem takes a private key in PEM or OpenPGP armour whose first dash is at i. Line ends
// may be real, escaped or missing. Without an end the finding reaches as far
// as what looks like the key.
func (p *pass) pem(i int) {
	text := p.text[i:min(len(p.text), i+maxPEM)]
	if !strings.HasPrefix(text, pemBegin) {
		return
	}
	label, _, ok := strings.Cut(text[len(pemBegin):min(len(text), len(pemBegin)+maxLabel)], pemDashes)
	if !ok || !strings.Contains(label, "PRIVATE KEY") {
		return
	}
	from := len(pemBegin) + len(label) + len(pemDashes)
	body := text[from:]
	length := armour(body)
	if strings.Count(label, " ") > 4 || keyChars(body[:length]) < minKey {
		return
	}
	if next := strings.Index(body, pemBegin); next >= 0 {
		body = body[:next]
	}
	if end := strings.Index(body, pemEnd+label+pemDashes); end >= 0 {
		length = end + len(pemEnd) + len(label) + len(pemDashes)
	}
	p.add(privateKey, i, i+from+length)
}

// armour gives the length of what can be lines of a key, with headers such as
// "Proc-Type: 4,ENCRYPTED" and signs of quoting, escaping and concatenation.
func armour(body string) int {
	n := 0
	for n < len(body) && (base64Pad.has(body[n]) || strings.IndexByte("\\ \r\n\t\"':,.-_()#*>|", body[n]) >= 0) {
		if body[n] == '-' && strings.HasPrefix(body[n:], pemDashes) {
			break
		}
		n++
	}
	return len(strings.TrimRight(body[:n], " \r\n\t\\\"',"))
}

// keyChars counts base64 characters in lines of at least 16.
func keyChars(body string) int {
	total, line := 0, 0
	for i := 0; i <= len(body); i++ {
		if i < len(body) && base64Pad.has(body[i]) {
			line++
			continue
		}
		if line >= 16 {
			total += line
		}
		line = 0
	}
	return total
}

// pemInBase64 accepts what follows "-----BEGIN" in base64 when it goes on with
// the label of a private key.
func pemInBase64(body string) int {
	const prefix = "LS0tLS1CRUdJTi" // 14 characters, so two of the body complete the group
	head, err := base64.StdEncoding.DecodeString(prefix + body[:66])
	if err != nil || !strings.Contains(string(head), "PRIVATE KEY") {
		return -1
	}
	return 0
}
