// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"net/mail"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// ErrBadEmail may be shown.
var ErrBadEmail = errors.New("this is not an e-mail address such as name@example.com")

// NormaliseEmail returns the form an address is stored and compared in:
// trimmed, composed, lower case. Servers that tell Ann@ from ann@ are a memory;
// people who type both are not.
func NormaliseEmail(s string) (string, error) {
	s = strings.ToLower(norm.NFC.String(strings.TrimSpace(s)))
	if len(s) > 254 || strings.ContainsFunc(s, forbiddenInEmail) {
		return "", ErrBadEmail
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || strings.HasSuffix(s, ".") {
		return "", ErrBadEmail
	}
	return s, nil
}

// forbiddenInEmail refuses quoted and commented forms with everything invisible.
func forbiddenInEmail(r rune) bool {
	return unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune(`"(),:;<>[\]`, r)
}

const maxSlug = 40

// letters without a decomposition that ends in ASCII.
var spelled = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// Slug turns a name into what commands and addresses call it: lower-case ASCII
// letters and digits, joined by single hyphens, at most 40 long. When taken
// reports it in use, the first free suffix from -2 on is added. A name without
// any such letter becomes "system".
func Slug(name string, taken func(string) bool) string {
	base := slugBase(name)
	slug := base
	for n := 2; taken(slug); n++ {
		slug = base + "-" + strconv.Itoa(n)
	}
	return slug
}

func slugBase(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(spelled.Replace(strings.ToLower(norm.NFC.String(name)))) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // the accent of the letter before
		default:
			gap = true
		}
		if b.Len() >= maxSlug {
			break
		}
	}
	if b.Len() == 0 {
		return "system"
	}
	return strings.TrimRight(b.String()[:min(b.Len(), maxSlug)], "-")
}
