// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

// otherForm reports groups that are written like something else: a date, a
// fraction, an American postcode or a stretch of years.
func (r *numberRun) otherForm(g, last int) bool {
	return r.date(g, last) || r.decimal(g, last) || r.postcode(g, last) || r.years(g, last)
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
	case r.group[g].n == 4 && year(a) && r.group[g+1].n <= 2:
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

// ssnForm reports three, two and four digits.
func (r *numberRun) ssnForm(g, last int) bool {
	return last == g+2 && r.sizes(g, 3, 2, 4)
}

// postcode reports the American form 02110-1301.
func (r *numberRun) postcode(g, last int) bool {
	return last == g+1 && r.sizes(g, 5, 4) && r.group[last].sep == '-'
}

// years reports a stretch of years, 2017-2022.
func (r *numberRun) years(g, last int) bool {
	return last == g+1 && r.sizes(g, 4, 4) && year(r.number(g)) && year(r.number(last))
}

func year(n int) bool { return n >= 1800 && n < 2100 }

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
