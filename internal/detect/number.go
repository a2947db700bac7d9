// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

// Bounds of one numberRun. A longer one is read in pieces that overlap.
const (
	maxGroups = 32
	maxDigits = 128
	maxGap    = 3 // runes between two groups
)

// numberRun is a stretch of digit groups with little between them, such as
// "+49 (0)30 123-45": the place where cards, phones, addresses and social
// security numbers are looked for.
type numberRun struct {
	group  [maxGroups]digitGroup
	n      int
	digits [maxDigits]byte // ASCII, all groups one after another
	total  int
	plus   bool // '+' before the first group
	glued  bool // the first group is the rest of a word or an identifier
	end    int  // where the pass goes on
}

// digitGroup is a stretch of digits without anything visible between them.
type digitGroup struct {
	start, end int  // in the text; start takes in an opening bracket or plus
	first      int  // where the first digit is
	at, n      int  // in digits
	sep        byte // what stands before it: a sign of gapSign, or one of the following
}

// What can stand before a group besides one space, dash, dot or slash.
const (
	gapBracket = ')' // anything with a bracket
	gapMixed   = 'm' // several of space, dash, dot, slash
)

// number reads the run that starts with the digit at i, looks for everything
// numeric in it and gives the offset at which the pass goes on.
func (p *pass) number(i int) int {
	if end := p.iban(i); end != 0 {
		return end
	}
	if end := embedded(p.text, i); end != 0 {
		return end
	}
	run := &p.numbers
	run.read(p.text, i)
	if run.total < minSpoken && run.n < 4 {
		return run.end
	}
	p.ip4(run)
	p.cards(run)
	p.ssns(run)
	p.phones(run)
	return run.end
}

// embedded gives the end of digits with letters on both sides, as in hexadecimal
// and base64, where nothing numeric can start; 0 otherwise.
func embedded(text string, i int) int {
	if !wordBefore(text, i) {
		return 0
	}
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	if wordAt(text, i) {
		return i
	}
	return 0
}

// read reads the run whose first digit is at i.
func (r *numberRun) read(text string, i int) {
	r.n, r.total, r.plus, r.glued = 0, 0, false, gluedAt(text, i)
	start := i
	if c, size := foldBefore(text, start); c == '(' {
		start -= size
	}
	if c, size := foldBefore(text, start); c == '+' {
		start -= size
		r.plus = true
		if c, size := foldBefore(text, start); c == '(' {
			start -= size
		}
	}
	sep := byte(0)
	for {
		i = r.readGroup(text, start, i, sep)
		if r.n == maxGroups || r.total == maxDigits {
			r.breakOff()
			return
		}
		gap, open, next := readGap(text, i)
		if gap == 0 {
			r.end = i
			return
		}
		start, i, sep = open, next, gap
	}
}

// breakOff ends a run that is too long. The last group may be cut, so the next
// piece has it again, with enough groups before it for what lies across.
func (r *numberRun) breakOff() {
	if r.n > 1 {
		r.n--
		r.total = r.group[r.n].at
	}
	r.end = r.group[max(0, r.n-8)].end
}

// gluedAt reports digits that continue a word, or the last part of a UUID.
func gluedAt(text string, i int) bool {
	if wordBefore(text, i) {
		return true
	}
	if i < 6 || text[i-1] != '-' || text[i-6] != '-' {
		return false
	}
	for _, c := range []byte(text[i-5 : i-1]) {
		if !isHex(c) {
			return false
		}
	}
	return true
}

// readGroup takes the digits at i into the run and gives their end. Digits
// beyond the bound are passed over, still counted in the group's length.
func (r *numberRun) readGroup(text string, start, i int, sep byte) int {
	g := digitGroup{start: start, first: i, at: r.total, sep: sep}
	for {
		c, size := foldAt(text, i)
		if isDigit(c) {
			if r.total < maxDigits {
				r.digits[r.total] = c
				r.total++
			}
			g.n++
			g.end = i + size
		} else if c != noWidth || size == 0 {
			break
		}
		i += size
	}
	r.group[r.n] = g
	r.n++
	return g.end
}

// readGap reads what stands between two groups: the kind, 0 when no group
// follows, the offset of an opening bracket or of the next digit, and the
// offset of that digit.
func readGap(text string, i int) (kind byte, open, next int) {
	open = -1
	for count := 0; ; {
		c, size := foldAt(text, i)
		switch {
		case isDigit(c):
			if kind == 0 {
				return 0, 0, 0
			}
			if open < 0 {
				open = i
			}
			return kind, open, i
		case c == noWidth && size > 0:
		case count == maxGap:
			return 0, 0, 0
		case gapSign(c):
			kind = joinGap(kind, c)
			if c == '(' {
				open = i
			}
			count++
		default:
			return 0, 0, 0
		}
		i += size
	}
}

// gapSign reports what may stand between groups.
func gapSign(c byte) bool {
	switch c {
	case ' ', '-', '.', '/', '(', ')':
		return true
	}
	return false
}

// joinGap gives the kind of a gap that goes on with c.
func joinGap(kind, c byte) byte {
	switch {
	case c == '(' || c == ')' || kind == gapBracket:
		return gapBracket
	case kind == 0 || kind == ' ' && c == ' ':
		return c
	}
	return gapMixed
}

// opens reports that something may start with group g: it is not the rest of
// an identifier, a fraction or a longer number.
func (r *numberRun) opens(g int) bool {
	if g == 0 {
		return !r.glued
	}
	return spaced(r.group[g].sep)
}

// closes is opens for the end of group g.
func (r *numberRun) closes(text string, g int) bool {
	if g+1 == r.n {
		return !wordAt(text, r.group[g].end)
	}
	return spaced(r.group[g+1].sep)
}

func spaced(sep byte) bool {
	return sep == ' ' || sep == '/' || sep == gapMixed || sep == gapBracket
}

// chain gives the last group that is joined to g by one and the same
// separator, and whether g is the first of them.
func (r *numberRun) chain(g int) (last int, first bool) {
	last = g
	for last+1 < r.n && r.group[last+1].sep == r.group[min(g+1, r.n-1)].sep {
		last++
	}
	return last, g == 0 || last == g || r.group[g].sep != r.group[g+1].sep
}

// value gives the digits of groups g to last.
func (r *numberRun) value(g, last int) []byte {
	return r.digits[r.group[g].at:min(r.total, r.group[last].at+r.group[last].n)]
}

// sizes reports that the groups from g on have exactly these lengths.
func (r *numberRun) sizes(g int, want ...int) bool {
	if g+len(want) > r.n {
		return false
	}
	for i, n := range want {
		if r.group[g+i].n != n {
			return false
		}
	}
	return true
}
