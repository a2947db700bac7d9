// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

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
		if (sep == gapMixed || sep == '/') && !r.areaCode(g, last) {
			break
		}
		last++
	}
	return last
}

// areaCode reports groups after which the rest of the number may stand behind a
// slash: few digits with a plus or a zero in front.
func (r *numberRun) areaCode(g, last int) bool {
	digits := r.value(g, last)
	return len(digits) >= 3 && len(digits) <= 8 && (g == 0 && r.plus || digits[0] == '0' && last == g)
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
	return !r.glued && r.group[g].n > 1 && len(d) > 10 && d[0] == '0' && (d[1] == '0' && d[2] != '0' || d[1] == '1' && d[2] == '1')
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
	if _, ok := p.context(run.group[0].start, phoneLookup); ok || last >= 2 {
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
	case (second != ' ' || first == gapBracket) && !p.refers(run.group[g].start):
		p.addPhone(run, g, end, phoneShape)
	default:
		return 0
	}
	return end
}

// phoneForm reports groups that may be a phone number when something speaks for it.
func (p *pass) phoneForm(run *numberRun, g, last int) bool {
	return last >= g && last-g <= 5 && run.opens(g) && p.phoneEnds(run, last) && !run.otherForm(g, last)
}

// phoneNamed takes any groups of fitting length that a word speaks for.
func (p *pass) phoneNamed(run *numberRun, g, last int) bool {
	if !p.phoneForm(run, g, last) || !p.named(run, g, last) {
		return false
	}
	p.addPhone(run, g, last, phoneContext)
	return true
}

// phoneNational takes a number with a leading zero in at least two groups that
// is valid in one of the regions.
func (p *pass) phoneNational(run *numberRun, g, last int) {
	number := run.value(g, last)
	if last <= g || len(number) < 9 || len(number) > 12 || number[0] != '0' || number[1] == '0' || run.group[g].n < 2 ||
		run.ssnForm(g, last) || !p.phoneForm(run, g, last) {
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
