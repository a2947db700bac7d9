// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// DefaultRegions are the countries whose national notation is understood when
// nothing else is configured. Only numbers with a leading zero or in North
// American groups count without a word beside them.
var DefaultRegions = []string{"US", "GB", "DE", "FR", "IT", "NL", "CH", "AT", "BE", "SE", "AU"}

// Lengths of a phone number in digits: after a '+', and after a word.
const (
	minInternational = 8
	maxInternational = 15
	minSpoken        = 6
	maxSpoken        = 13
)

// phoneWords before a number make it a phone number.
var phoneWords = strings.Fields(`phone phones telephone tel call calls called calling mobile mob cell cellphone fax contact dial reach reached
whatsapp sms texted hotline helpline landline answering pager voicemail viber callback phoned
telefon tél téléphone appeler appelez telefonnummer telefono teléfono teléfonos telefone celular móvil movil llamar
llame llámame telemóvel ligue rufnummer handy handynummer mobil mobilnummer anrufen rufen erreichen erreichbar
durchwahl festnetz cellulare chiamare chiama chiamami telefoon telefoonnummer gsm mobiel puhelin telefonnumret
ringa telefonu тел телефон`)

// afterWords directly behind a number do the same.
var afterLookup = wordSet([]string{"office", "fax", "mobile", "cell", "phone", "tel", "home", "work", "mobil", "handy"})

// notPhoneWords directly before a number make it something else.
var notPhoneLookup = wordSet([]string{
	"order", "invoice", "ticket", "case", "id", "zip", "code", "pin", "ref", "reference", "version", "isbn", "issn", "sku", "serial",
	"account", "acct", "tracking", "bestellung", "rechnung", "bestellnummer", "kundennummer", "commande", "pedido", "page", "pages",
	"line", "lines", "port", "error", "bug", "issue", "rfc", "doi", "usd", "eur", "room", "since", "in", "until", "between",
})

var phoneLookup = wordSet(phoneWords)

// phones looks for phone numbers in each part of the run that could be one.
func (p *pass) phones(run *numberRun) {
	for g := 0; g < run.n; {
		last := run.phonePart(g)
		p.phonesIn(run, g, last)
		g = last + 1
	}
}

// phonePart gives the last group of the part that starts with g: groups joined
// by one sign each, by brackets, or by a slash after an area code.
func (r *numberRun) phonePart(g int) int {
	last := g
	for last+1 < r.n {
		sep := r.group[last+1].sep
		if sep == gapMixed || sep == '/' && (last > g || r.digits[r.group[g].at] != '0' || r.group[g].n < 3) {
			break
		}
		last++
	}
	return last
}

// phonesIn decides about the part g to last.
func (p *pass) phonesIn(run *numberRun, g, last int) {
	if g > last || run.dotted4(g, last) {
		return
	}
	if g == 0 && (run.plus || run.dialsAbroad(g, last)) && p.phoneAbroad(run, last) {
		return
	}
	for at := g; at <= last; at++ {
		if end := p.northAmerican(run, at, last); end > 0 {
			p.phoneNamed(run, g, at-1)
			p.phonesIn(run, end+1, last)
			return
		}
	}
	if !p.phoneNamed(run, g, last) {
		p.phoneNational(run, g, last)
	}
}

// dotted4 reports the form of an IPv4 address.
func (r *numberRun) dotted4(g, last int) bool {
	if last != g+3 {
		return false
	}
	for i := g; i <= last; i++ {
		if r.group[i].n > 3 || i > g && r.group[i].sep != '.' {
			return false
		}
	}
	return true
}

// dialsAbroad reports a number that starts with the prefix for calls abroad.
func (r *numberRun) dialsAbroad(g, last int) bool {
	d := r.value(g, last)
	return !r.glued && len(d) > 10 && d[0] == '0' && (d[1] == '0' && d[2] != '0' || d[1] == '1' && d[2] == '1')
}

// dialled cuts off the prefix for calls abroad, 00 or 011.
func dialled(number []byte, plus bool) []byte {
	switch {
	case plus:
		return number
	case number[1] == '0':
		return number[2:]
	}
	return number[3:]
}

// phoneAbroad takes a number with '+' or 00: valid, or in at least three
// groups, or with a word before it.
func (p *pass) phoneAbroad(run *numberRun, last int) bool {
	if c, _ := foldBefore(p.text, run.group[0].start); isWord(c) || c == '+' {
		return false
	}
	for last > 0 && len(run.value(0, last)) > maxInternational+2 {
		last--
	}
	number := run.value(0, last)
	if len(number) < minInternational || len(number) > maxInternational+2 || !p.phoneEnds(run, last) {
		return false
	}
	if p.validAbroad(dialled(number, run.plus)) {
		p.addPhone(run, 0, last, phoneInternational)
		return true
	}
	if last >= 2 || p.context(run.group[0].start, phoneLookup) {
		p.addPhone(run, 0, last, phoneShape)
		return true
	}
	return false
}

// northAmerican takes [1] NXX NXX XXXX in any of its usual forms, valid or not
// when it is written with brackets, dashes or dots. It gives the last group,
// 0 when there is none.
func (p *pass) northAmerican(run *numberRun, g, last int) int {
	from := g
	if one := string(run.value(g, g)); one == "1" || one == "001" {
		from++
	}
	end := from + 2
	if end > last || !run.sizes(from, 3, 3, 4) || !run.opens(g) && !(g == 0 && run.plus) || !p.phoneEnds(run, end) {
		return 0
	}
	first, second := run.group[from+1].sep, run.group[end].sep
	if second == gapBracket || second == '/' || first == '/' || first != gapBracket && first != second {
		return 0
	}
	number := run.value(from, end)
	switch {
	case p.validIn(northAmerica, number):
		p.addPhone(run, g, end, phoneNational)
	case second != ' ' || first == gapBracket:
		p.addPhone(run, g, end, phoneShape)
	default:
		return 0
	}
	return end
}

// phoneNamed takes any groups of fitting length that a word speaks for.
func (p *pass) phoneNamed(run *numberRun, g, last int) bool {
	if last < g {
		return false
	}
	n := len(run.value(g, last))
	if n < minSpoken || n > maxSpoken || last-g > 5 || !run.opens(g) || !p.phoneEnds(run, last) || run.date(g, last) || run.decimal(g, last) {
		return false
	}
	start := run.group[g].start
	if !p.wordBehind(run.group[last].end) {
		if notPhoneLookup.has(p.previousWord(start)) || !p.context(start, phoneLookup) {
			return false
		}
	}
	p.addPhone(run, g, last, phoneContext)
	return true
}

// phoneNational takes a number with a leading zero in at least two groups that
// is valid in one of the regions.
func (p *pass) phoneNational(run *numberRun, g, last int) {
	number := run.value(g, last)
	if last <= g || last-g > 5 || len(number) < 9 || len(number) > 12 || number[0] != '0' || number[1] == '0' ||
		!run.opens(g) || !p.phoneEnds(run, last) || run.date(g, last) || run.decimal(g, last) ||
		last == g+2 && run.sizes(g, 3, 2, 4) { // the form of a social security number
		return
	}
	for _, region := range p.scanner.regions {
		if p.validIn(region, number) {
			p.addPhone(run, g, last, phoneNational)
			return
		}
	}
}

// phoneEnds is closes, with an extension such as x123 allowed.
func (p *pass) phoneEnds(run *numberRun, g int) bool {
	return run.closes(p.text, g) || p.extension(run.group[g].end) > 0
}

// extension gives the length of "x123" or "ext123" at i, 0 when there is none.
func (p *pass) extension(i int) int {
	rest := p.text[i:]
	n := 0
	switch {
	case len(rest) > 3 && rest[:3] == "ext":
		n = 3
	case len(rest) > 1 && rest[0]|0x20 == 'x':
		n = 1
	default:
		return 0
	}
	digits := 0
	for n+digits < len(rest) && isDigit(rest[n+digits]) {
		digits++
	}
	if digits == 0 || digits > 7 || wordAt(rest, n+digits) {
		return 0
	}
	return n + digits
}

// wordBehind reports a word such as "fax" after a number and one space or dash.
func (p *pass) wordBehind(end int) bool {
	end += p.extension(end)
	if end >= len(p.text) || p.text[end] != ' ' && p.text[end] != '-' {
		return false
	}
	i := end + 1
	for i < len(p.text) && i-end < 12 && letterByte(p.text[i]) {
		i++
	}
	return afterLookup.has(p.text[end+1 : i])
}

// date reports the usual forms of dates, also with a time behind them.
func (r *numberRun) date(g, last int) bool {
	if last < g+2 {
		return false
	}
	a, b, c := r.number(g), r.number(g+1), r.number(g+2)
	if r.group[g+1].sep != r.group[g+2].sep || r.group[g+1].sep == gapBracket {
		return false
	}
	day := func(n int) bool { return n >= 1 && n <= 31 }
	switch {
	case r.group[g].n == 4 && a >= 1800 && a < 2100 && r.group[g+1].n <= 2:
		return b >= 1 && b <= 12 && day(c)
	case last == g+2 && r.group[g].n <= 2 && r.group[g+1].n <= 2 && (r.group[g+2].n == 4 || r.group[g+2].n == 2):
		return r.group[g+1].sep != ' ' && day(a) && day(b) && min(a, b) <= 12
	}
	return false
}

// decimal reports a number with a fraction.
func (r *numberRun) decimal(g, last int) bool {
	return last == g+1 && r.group[last].sep == '.'
}

// number gives the value of a group of at most four digits, else -1.
func (r *numberRun) number(g int) int {
	if r.group[g].n > 4 {
		return -1
	}
	n := 0
	for _, d := range r.value(g, g) {
		n = n*10 + int(d-'0')
	}
	return n
}

func (p *pass) addPhone(run *numberRun, g, last, row int) {
	end := run.group[last].end
	start := p.balance(run.group[g].start, end)
	p.add(row, start, end+p.extension(end))
}

// balance leaves out an opening bracket that closes after the number, as in
// "(030 123456)".
func (p *pass) balance(start, end int) int {
	if p.text[start] != '(' {
		return start
	}
	for _, c := range []byte(p.text[start:end]) {
		if c == ')' {
			return start
		}
	}
	return start + 1
}
