// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"net/url"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/moment"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// PageRows is how many interactions a page of the list shows.
const PageRows = 50

// Query is what the address of the list says. Values stay as they were written,
// so that links and the form repeat them.
type Query struct {
	System, Decision, Finding, Result, From, To string
	Before, After, At                           string
}

// Parse reads a query from an address; nothing is wrong yet.
func Parse(v url.Values) Query {
	return Query{
		System: v.Get("system"), Decision: v.Get("decision"), Finding: v.Get("finding"), Result: v.Get("result"),
		From: v.Get("from"), To: v.Get("to"), Before: v.Get("before"), After: v.Get("after"), At: v.Get("at"),
	}
}

// Address is the list or export with this query.
func (q Query) Address(path string) string {
	v := url.Values{}
	for _, p := range [][2]string{
		{"system", q.System},
		{"decision", q.Decision},
		{"finding", q.Finding},
		{"result", q.Result},
		{"from", q.From},
		{"to", q.To},
		{"before", q.Before},
		{"after", q.After},
		{"at", q.At},
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

// Whole is the query without its page.
func (q Query) Whole() Query {
	q.Before, q.After = "", ""
	return q
}

// Filtered tells whether the query leaves interactions out.
func (q Query) Filtered() bool { return q.Whole() != (Query{At: q.At}) }

// Filter translates the query. Complaints name what could not be understood;
// then the filter must not be used, because it would show something else.
func (q Query) Filter(snapshot *identity.Snapshot) (f index.Filter, complaints []string) {
	f.Limit = PageRows
	if q.System != "" {
		system, ok := snapshot.SystemBySlug(q.System)
		if !ok {
			complaints = append(complaints, "There is no AI system “"+words.Clip(q.System)+"”.")
		} else {
			f.System = counterfoil.ID(system.ID)
		}
	}
	if q.Decision != "" {
		effect, err := counterfoil.ParseEffect(q.Decision)
		if err != nil || effect == counterfoil.EffectNone {
			complaints = append(complaints, "There is no decision “"+words.Clip(q.Decision)+"”.")
		}
		f.Effect = effect
	}
	if q.Result == "open" {
		f.Open = true
	} else if q.Result != "" {
		result, err := counterfoil.ParseResult(q.Result)
		if err != nil {
			complaints = append(complaints, "There is no result “"+words.Clip(q.Result)+"”.")
		}
		f.Result = result
	}
	if strings.ContainsAny(q.Finding, " :") {
		complaints = append(complaints, "There is no finding type “"+words.Clip(q.Finding)+"”.")
	}
	f.Finding = q.Finding
	var err error
	if f.AsOf, err = moment.Of(q.At); err != nil {
		complaints = append(complaints, "The moment in the address is not one.")
	}
	return f, append(complaints, q.limits(&f)...)
}

// limits sets days and page. The day of To is included.
func (q Query) limits(f *index.Filter) (complaints []string) {
	day := func(s string, target *time.Time, days int) {
		if s == "" {
			return
		}
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			complaints = append(complaints, "“"+words.Clip(s)+"” is not a date such as 2026-11-24.")
			return
		}
		*target = t.AddDate(0, 0, days)
	}
	day(q.From, &f.From, 0)
	day(q.To, &f.To, 1)
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
	id(q.Before, &f.Before)
	id(q.After, &f.After)
	if q.Before != "" && q.After != "" {
		complaints = append(complaints, "The address of this page is damaged.")
	}
	return complaints
}
