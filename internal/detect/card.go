// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

// Lengths of card numbers.
const (
	minCard = 12
	maxCard = 19
)

// cards looks for payment cards: 12 to 19 digits of a known issuer that pass
// the Luhn check, in one piece or in groups.
func (p *pass) cards(run *numberRun) {
	for g := 0; g < run.n; g++ {
		last := run.card(p.text, g)
		if last < 0 {
			continue
		}
		p.add(card, run.group[g].first, run.group[last].end)
		g = last
	}
}

// card gives the last group of the longest card that starts with group g, or -1.
func (r *numberRun) card(text string, g int) int {
	if !r.opens(g) || r.group[g].n > maxCard {
		return -1
	}
	best, total := -1, 0
	chain, first := r.chain(g)
	for last := g; last <= chain; last++ {
		total += r.group[last].n
		if total > maxCard {
			break
		}
		if total < minCard || !r.closes(text, last) {
			continue
		}
		if last > g && !cardGroups(r.group[g:last+1]) && !(first && last == chain && r.evenGroups(g, last)) {
			continue
		}
		if number := r.value(g, last); issued(number) && luhn(number) {
			best = last
		}
	}
	return best
}

// cardGroups reports the ways in which cards are printed.
func cardGroups(groups []digitGroup) bool {
	switch {
	case groups[1].sep == gapBracket || groups[1].sep == '/':
		return false
	case len(groups) == 3 && groups[0].n == 4 && groups[1].n == 6: // 4-6-5, 4-6-4
		return groups[2].n == 4 || groups[2].n == 5
	case len(groups) == 4 || len(groups) == 5: // 4-4-4-4, 4-4-4-4-3, 4-4-4-1
		for _, g := range groups[:len(groups)-1] {
			if g.n != 4 {
				return false
			}
		}
		return groups[len(groups)-1].n <= 4
	}
	return false
}

// evenGroups accepts other groupings when nothing else is joined to them.
func (r *numberRun) evenGroups(g, last int) bool {
	if sep := r.group[last].sep; last-g > 6 || sep != ' ' && sep != '-' {
		return false
	}
	for _, group := range r.group[g : last+1] {
		if group.n < 2 || group.n > 10 {
			return false
		}
	}
	return true
}

// luhn checks the last digit of a card number (ISO/IEC 7812).
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// issuer is a range of first six digits and the lengths its cards have.
type issuer struct {
	low, high int
	min, max  int
}

// issuers by their first digits: the ranges that networks publish.
var issuers = []issuer{
	{180000, 180099, 15, 15}, // JCB
	{213100, 213199, 15, 15}, // JCB
	{220000, 220499, 16, 19}, // Mir
	{222100, 272099, 16, 16}, // Mastercard
	{300000, 305999, 14, 19}, // Diners Club
	{309500, 309599, 14, 19}, // Diners Club
	{340000, 349999, 15, 15}, // American Express
	{352800, 358999, 16, 19}, // JCB
	{360000, 369999, 14, 19}, // Diners Club
	{370000, 379999, 15, 15}, // American Express
	{380000, 399999, 14, 19}, // Diners Club
	{400000, 499999, 13, 13}, // Visa
	{400000, 499999, 16, 16}, // Visa
	{400000, 499999, 19, 19}, // Visa
	{500000, 509999, 12, 19}, // Maestro, Elo, RuPay, Verve
	{510000, 559999, 16, 16}, // Mastercard
	{560000, 589999, 12, 19}, // Maestro
	{600000, 699999, 12, 19}, // Discover, Maestro, UnionPay, RuPay, Elo
	{810000, 829999, 16, 19}, // UnionPay, RuPay
	{979200, 979299, 16, 16}, // Troy
}

func issued(digits []byte) bool {
	prefix := 0
	for _, d := range digits[:6] {
		prefix = prefix*10 + int(d-'0')
	}
	for _, r := range issuers {
		if prefix >= r.low && prefix <= r.high && len(digits) >= r.min && len(digits) <= r.max {
			return true
		}
	}
	return false
}
