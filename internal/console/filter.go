// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/url"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

const pageRows = 50

// query is what the address of the list says. Values stay as they were written,
// so that links and the form repeat them.
type query struct {
	system, decision, finding, result, from, to string
	before, after, at                           string
}

func parseQuery(v url.Values) query {
	return query{
		system: v.Get("system"), decision: v.Get("decision"), finding: v.Get("finding"), result: v.Get("result"),
		from: v.Get("from"), to: v.Get("to"), before: v.Get("before"), after: v.Get("after"), at: v.Get("at"),
	}
}

// address is the list or export with this query.
func (q query) address(path string) string {
	v := url.Values{}
	for _, p := range [][2]string{
		{"system", q.system},
		{"decision", q.decision},
		{"finding", q.finding},
		{"result", q.result},
		{"from", q.from},
		{"to", q.to},
		{"before", q.before},
		{"after", q.after},
		{"at", q.at},
	} {
		if p[1] != "" {
			v.Set(p[0], p[1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// whole is the query without its page.
func (q query) whole() query {
	q.before, q.after = "", ""
	return q
}

// filtered tells whether the query leaves interactions out.
func (q query) filtered() bool { return q.whole() != (query{at: q.at}) }

// filter translates the query. Complaints name what could not be understood;
// then the filter must not be used, because it would show something else.
func (q query) filter(snapshot *identity.Snapshot) (f index.Filter, complaints []string) {
	f.Limit = pageRows
	if q.system != "" {
		system, ok := snapshot.SystemBySlug(q.system)
		if !ok {
			complaints = append(complaints, "There is no AI system “"+clip(q.system)+"”.")
		} else {
			f.System = counterfoil.ID(system.ID)
		}
	}
	if q.decision != "" {
		effect, err := counterfoil.ParseEffect(q.decision)
		if err != nil || effect == counterfoil.EffectNone {
			complaints = append(complaints, "There is no decision “"+clip(q.decision)+"”.")
		}
		f.Effect = effect
	}
	if q.result == "open" {
		f.Open = true
	} else if q.result != "" {
		result, err := counterfoil.ParseResult(q.result)
		if err != nil {
			complaints = append(complaints, "There is no result “"+clip(q.result)+"”.")
		}
		f.Result = result
	}
	if strings.ContainsAny(q.finding, " :") {
		complaints = append(complaints, "There is no finding type “"+clip(q.finding)+"”.")
	}
	f.Finding = q.finding
	var err error
	if f.AsOf, err = momentOf(q.at); err != nil {
		complaints = append(complaints, "The moment in the address is not one.")
	}
	return f, append(complaints, q.limits(&f)...)
}

// limits sets days and page. The day of To is included.
func (q query) limits(f *index.Filter) (complaints []string) {
	day := func(s string, target *time.Time, days int) {
		if s == "" {
			return
		}
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			complaints = append(complaints, "“"+clip(s)+"” is not a date such as 2026-11-24.")
			return
		}
		*target = t.AddDate(0, 0, days)
	}
	day(q.from, &f.From, 0)
	day(q.to, &f.To, 1)
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		complaints = append(complaints, "The first day lies after the last.")
	}
	id := func(s string, target *counterfoil.ID) {
		if s == "" {
			return
		}
		parsed, err := counterfoil.ParseID(s)
		if err != nil {
			complaints = append(complaints, "The address of this page is damaged.")
		}
		*target = parsed
	}
	id(q.before, &f.Before)
	id(q.after, &f.After)
	if q.before != "" && q.after != "" {
		complaints = append(complaints, "The address of this page is damaged.")
	}
	return complaints
}
