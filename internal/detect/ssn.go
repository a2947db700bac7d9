// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

// ssnWords make nine digits without dashes a social security number.
var ssnWords = []string{"ssn", "social", "security", "ss"}

// ssns looks for US social security numbers: three, two and four digits with
// dashes, or with spaces, or nine digits after a word that says so.
func (p *pass) ssns(run *numberRun) {
	for g := range run.n {
		switch {
		case run.sizes(g, 3, 2, 4) && run.ssnChain(g) && run.opens(g) && run.closes(p.text, g+2):
			row := ssn
			if run.group[g+2].sep == ' ' {
				row = ssnSpaced
			}
			p.ssn(run, g, g+2, row)
		case run.group[g].n == 9 && run.opens(g) && run.closes(p.text, g):
			if _, ok := p.context(run.group[g].start, ssnLookup); ok {
				p.ssn(run, g, g, ssnContext)
			}
		}
	}
}

// ssnChain reports three groups with the same separator and no fourth.
func (r *numberRun) ssnChain(g int) bool {
	last, first := r.chain(g)
	sep := r.group[g+1].sep
	return first && last == g+2 && (sep == '-' || sep == ' ')
}

func (p *pass) ssn(run *numberRun, g, last, row int) {
	if !issuable(run.value(g, last)) {
		return
	}
	p.add(row, run.group[g].first, run.group[last].end)
}

// issuable applies the rules of the Social Security Administration.
func issuable(d []byte) bool {
	area := string(d[:3])
	return area != "000" && area != "666" && d[0] != '9' && string(d[3:5]) != "00" && string(d[5:]) != "0000"
}
