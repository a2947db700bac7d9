// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// An AWS secret access key is 40 characters of base64 and nothing gives it away
// but its neighbourhood: a name before it, or the access key id it belongs to.
const (
	awsSecretLength = 40
	nameReach       = 32  // from the name to the value
	idReach         = 128 // from the access key id to the secret
)

// awsSecretNamed takes a secret after a name such as aws_secret_access_key,
// SecretAccessKey or "secret key"; i is the k of its last word.
func (p *pass) awsSecretNamed(i int) {
	text := p.text
	if i+3 > len(text) || text[i+1]|0x20 != 'e' || text[i+2]|0x20 != 'y' {
		return
	}
	name := text[max(0, i-24):i]
	if !holdsFold(name, "secret") {
		return
	}
	if at := p.assigned(i + 3); at > 0 {
		p.awsSecretAt(at, holdsFold(name, "aws") || holdsFold(name, "access"))
	}
}

// assigned steps over what stands between a name and its value: at most three
// short words, quotes, blanks and signs. It gives the start of the value, 0 when none.
func (p *pass) assigned(i int) int {
	end := min(len(p.text), i+nameReach)
	if wordAt(p.text, i) && p.text[i] != '_' {
		return 0
	}
	for i < end {
		if n := run62(p.text, i); n == awsSecretLength {
			return i
		} else if n > 8 {
			return 0
		} else {
			i += max(n, 1)
		}
	}
	return 0
}

// awsSecretNear takes the first secret behind an access key id.
func (p *pass) awsSecretNear(from int) {
	end := min(len(p.text), from+idReach)
	for i := from; i < end; {
		n := run62(p.text, i)
		if n == awsSecretLength && p.awsSecretAt(i, false) {
			return
		}
		i += max(n, 1)
	}
}

// run62 gives the length of the run of base64 characters at i, counted to 41.
func run62(text string, i int) int {
	n := 0
	for i+n < len(text) && n <= awsSecretLength && base64Std.has(text[i+n]) {
		n++
	}
	return n
}

// awsSecretAt records the 40 characters at i when they are mixed as a random
// key is: a hexadecimal digest, a path or a name is not, unless its own name
// is certain about it.
func (p *pass) awsSecretAt(i int, certain bool) bool {
	body := p.text[i : i+awsSecretLength]
	lower, upper, digits := 0, 0, 0
	for _, c := range []byte(body) {
		switch {
		case isLower(c):
			lower++
		case isUpper(c):
			upper++
		case isDigit(c):
			digits++
		}
	}
	if digits == 0 || varied(body) < 0 || !certain && (lower < 4 || upper < 4) {
		return false
	}
	p.add(awsSecret, i, i+awsSecretLength)
	return true
}

// holdsFold reports that text holds word, which is in lower case ASCII.
func holdsFold(text, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		if strings.EqualFold(text[i:i+len(word)], word) {
			return true
		}
	}
	return false
}
