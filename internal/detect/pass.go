// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

// pass is one reading of one text.
type pass struct {
	scanner *Scanner
	text    string
	out     []Finding
	base    int       // findings before it belong to the caller
	lookups int       // times the phone library was asked
	numbers numberRun // the run being read; here because it is large
}

// Trigger classes: what a byte may be the mark of.
const (
	nothing   = iota
	digit     // card, IBAN, phone, IP, SSN
	wide      // first byte of a digit or at sign outside ASCII
	at        // e-mail
	percent   // e-mail with the at sign as %40
	colon     // IPv6
	slash     // "://" and hooks.slack.com/
	dash      // -----BEGIN and key prefixes
	letterK   // "key", beside which an AWS secret may stand
	keyPrefix // a byte by which key prefixes are found, see prefixes
)

// trigger gives the class of each byte. Almost all text is class nothing,
// which is why a pass costs about a nanosecond a byte.
var trigger = func() (t [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		t[c] = digit
	}
	for _, rule := range prefixes {
		t[rule.prefix[rule.mark]] = keyPrefix
	}
	t['@'], t['%'], t[':'], t['/'], t['-'] = at, percent, colon, slash, dash
	t['k'], t['K'] = letterK, letterK
	t[0xEF], t[0xD9], t[0xDB] = wide, wide, wide // full-width, Arabic-Indic, Persian
	return t
}()

// run walks over the text once, from start on, and calls the matcher of each mark.
func (p *pass) run(start int) {
	text := p.text
	for i := start; i < len(text); i++ {
		switch trigger[text[i]] {
		case nothing:
		case digit:
			i = p.number(i) - 1
		case wide:
			switch c, size := foldAt(text, i); {
			case isDigit(c):
				i = p.number(i) - 1
			case c == '@':
				p.email(i, i+size)
			}
		case at:
			p.email(i, i+1)
		case percent:
			if i+2 < len(text) && text[i+1] == '4' && text[i+2] == '0' {
				p.email(i, i+3)
			}
		case colon:
			p.ip6(i)
		case slash:
			p.url(i)
		case dash:
			p.pem(i)
			p.prefixed(i)
		case letterK:
			p.awsSecretNamed(i)
		case keyPrefix:
			p.prefixed(i)
		}
	}
}

// add records a finding of a row of the table.
func (p *pass) add(row, start, end int) {
	d := &detectors[row]
	p.out = append(p.out, Finding{Type: d.Type, Start: start, End: end, Score: d.Score, Detector: ids[row]})
}
