// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// ibanLength gives the length of an account number by country, two letters
// and two digits included.
var ibanLength = func() map[[2]byte]int {
	m := make(map[[2]byte]int)
	for _, entry := range strings.Fields(`
		AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28
		CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18
		FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28
		IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20
		LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28
		NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24
		SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26
		UA29 VA22 VG24 XK20 YE30`) {
		m[[2]byte{entry[0], entry[1]}] = int(entry[2]-'0')*10 + int(entry[3]-'0')
	}
	return m
}()

// iban looks for an account number whose check digits start with the digit at
// i. It gives the end, or 0 when there is none. Groups may be parted by one
// space or dash; letters may be lower case or full-width.
func (p *pass) iban(i int) int {
	text := p.text
	b, bs := foldBefore(text, i)
	if !isAlpha(b) {
		return 0
	}
	a, as := foldBefore(text, i-bs)
	start := i - bs - as
	length := ibanLength[[2]byte{a &^ 0x20, b &^ 0x20}]
	if length == 0 || !isAlpha(a) {
		return 0
	}
	if c, _ := foldBefore(text, start); isWord(c) {
		return 0
	}
	end := readIBAN(text, start, length)
	if end != 0 {
		p.add(iban, start, end)
	}
	return end
}

// readIBAN reads exactly length letters and digits from start and checks them.
func readIBAN(text string, start, length int) int {
	var chars [34]byte
	n, i, gap := 0, start, 0
	for n < length {
		c, size := foldAt(text, i)
		switch {
		case isAlnum(c):
			if isAlpha(c) {
				c &^= 0x20
			}
			chars[n] = c
			n++
			gap = 0
		case c == noWidth:
		case (c == ' ' || c == '-') && gap == 0 && n >= 4:
			gap++
		default:
			return 0
		}
		i += size
	}
	if c, _ := foldAt(text, i); isWord(c) || !mod97(chars[:n]) {
		return 0
	}
	return i
}

// mod97 is the check of ISO 13616: the first four go to the end, letters count
// from 10, and the number leaves 1.
func mod97(chars []byte) bool {
	if !isDigit(chars[2]) || !isDigit(chars[3]) {
		return false
	}
	rest := 0
	for i := range chars {
		c := chars[(i+4)%len(chars)]
		if isDigit(c) {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	return rest == 1
}
