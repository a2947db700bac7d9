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
	System, Provider, Model, Who, Decision, Finding, Result, From, To string
	Before, After, At                                                 string
}

// Values of a query that are no names. A listed model has no space in its name, so none
// is called Unlisted.
const (
	Unlisted = "not listed" // Model: the system does not list it
	People   = "people"     // Who
	Programs = "programs"   // Who; otherwise the id of a person
	Open     = "open"       // Result: none yet
	Left     = "left"       // Result: whatever it was, something left or may have left
)

// Parse reads a query from an address; nothing is wrong yet.
func Parse(v url.Values) Query {
	return Query{
		System: v.Get("system"), Provider: v.Get("provider"), Model: v.Get("model"), Who: v.Get("who"), Decision: v.Get("decision"), Finding: v.Get("finding"), Result: v.Get("result"),
		From: v.Get("from"), To: v.Get("to"), Before: v.Get("before"), After: v.Get("after"), At: v.Get("at"),
	}
}

// Address is the list or export with this query.
func (q Query) Address(path string) string {
	v := url.Values{}
	for _, p := range [][2]string{
		{"system", q.System},
		{"provider", q.Provider},
		{"model", q.Model},
		{"who", q.Who},
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
	complaints = append(complaints, q.result(&f)...)
	complaints = append(complaints, q.use(&f)...)
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

// result sets how it ended.
func (q Query) result(f *index.Filter) (complaints []string) {
	switch q.Result {
	case "":
	case Open:
		f.Open = true
	case Left:
		f.Left = true
	default:
		result, err := counterfoil.ParseResult(q.Result)
		if err != nil {
			return []string{"There is no result “" + words.Clip(q.Result) + "”."}
		}
		f.Result = result
	}
	return nil
}

// use sets what was asked for and who asked.
func (q Query) use(f *index.Filter) (complaints []string) {
	f.Provider, f.Model = q.Provider, q.Model
	if q.Model == Unlisted {
		f.Model, f.Unlisted = "", true
	}
	switch q.Who {
	case "":
	case People:
		f.By = index.ByPeople
	case Programs:
		f.By = index.ByPrograms
	default:
		person, err := counterfoil.ParseID(q.Who)
		if err != nil || person.IsZero() {
			return []string{"Nobody is called “" + words.Clip(q.Who) + "”. A person is asked for by their id, which their rows link to."}
		}
		f.Person = person
	}
	return nil
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
