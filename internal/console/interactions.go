// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// interactionsPage is the list of the live path.
type interactionsPage struct {
	page
	Heading   string
	Lead      string
	Stub      []fact
	Export    *link
	Views     []link
	Saved     *savedRow
	Selects   []field
	From, To  string
	At        string // the moment shown, as the address says it
	Complaint *notice
	Leaving   *notice // what is unrecorded now
	Rows      []interactionRow
	Pager     pager
	Empty     empty
}

type interactionRow struct {
	ID       string
	Entry    string
	Opened   time.Time
	System   fact
	Who      fact
	Model    fact
	Decision mark
	Findings fact
	Seconds  string
}

type pager struct{ Text, Newer, Older string }

// empty says what an auditor will look for, and how the first record comes about.
type empty struct {
	Title string
	Text  []string
	Act   *link
}

func (c *Console) listInteractions(w http.ResponseWriter, r *http.Request) error {
	q := parseQuery(r.URL.Query())
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	snapshot, err := d.systems()
	if err != nil {
		return err
	}
	p := interactionsPage{page: d.page(r, "Interactions", "interactions"), Heading: "Interactions", From: q.from, To: q.to, At: q.at}
	p.Selects = c.filterFields(q, snapshot)
	p.Views = views(q, d.now())
	if d.at.IsZero() {
		p.Leaving = c.leaving()
	}
	if p.Saved, err = d.savedViews(r, "/interactions"); err != nil {
		return err
	}

	f, complaints := q.filter(snapshot)
	if len(complaints) > 0 {
		p.Complaint = &notice{"warn", "triangle", "Nothing is shown, because the filter cannot be read", strings.Join(complaints, " ")}
		p.Empty = empty{Title: "No filter was applied", Text: []string{"Change the answer named above, or show everything."}, Act: &link{Label: "Show everything", Href: query{at: q.at}.address("/interactions")}}
		p.Stub = []fact{{Label: "Shown", Value: "Nothing", Missing: true}}
		return c.render(w, http.StatusUnprocessableEntity, "interactions", &p)
	}
	rows, next, err := c.index.Interactions(r.Context(), f)
	if err != nil {
		return err
	}
	tallies, err := c.index.Tally(r.Context(), f)
	if err != nil {
		return err
	}
	count := total(tallies)
	p.Lead = listLead(tallies, count)
	for i := range rows {
		p.Rows = append(p.Rows, rowOf(&rows[i], snapshot))
	}
	p.Stub = c.listStub(q, count, len(rows))
	p.Pager = pagerOf(q, rows, next, count)
	p.Empty = emptyList(q)
	if len(rows) > 0 {
		p.Export = &link{Label: "Export " + counted(count, "row", "rows"), Href: q.whole().address("/interactions.csv")}
	}
	return c.render(w, http.StatusOK, "interactions", &p)
}

func total(tallies []index.Tally) (n uint64) {
	for _, t := range tallies {
		n += t.N
	}
	return n
}

// listLead says how the interactions stand.
func listLead(tallies []index.Tally, count uint64) string {
	if count == 0 {
		return ""
	}
	n := make(map[string]uint64)
	for _, t := range tallies {
		n[strings.ToLower(standing(t.Result, t.Effect).Word)] += t.N
	}
	var parts []string
	for _, word := range []string{"allowed", "warned", "masked", "held", "blocked", "refused", "stopped midway", "cancelled", "failed", "abandoned", "in progress"} {
		if n[word] > 0 {
			parts = append(parts, spelled(n[word], word, word))
		}
	}
	return sentence(spelled(count, "interaction", "interactions")) + ": " + enumerate(parts) + "."
}

func (c *Console) filterFields(q query, snapshot *identity.Snapshot) []field {
	system := field{Name: "system", Label: "AI system", Options: []option{{Label: "All " + number(len(snapshot.Systems()))}}}
	for _, s := range snapshot.Systems() {
		system.Options = append(system.Options, option{Value: s.Slug, Label: s.Number + " " + s.Name, Selected: s.Slug == q.system})
	}
	decision := field{Name: "decision", Label: "Decision", Options: []option{{Label: "Any"}}}
	for _, e := range effectWords {
		decision.Options = append(decision.Options, option{Value: e.effect.String(), Label: e.word, Selected: e.effect.String() == q.decision})
	}
	finding := field{Name: "finding", Label: "Finding type", Options: []option{{Label: "Any"}}}
	for _, t := range c.findingTypes {
		finding.Options = append(finding.Options, option{Value: t.Type, Label: t.Label, Selected: t.Type == q.finding})
	}
	result := field{Name: "result", Label: "Result", Options: []option{{Label: "Any"}, {Value: "open", Label: "In progress", Selected: q.result == "open"}}}
	for _, w := range resultWords {
		result.Options = append(result.Options, option{Value: w.result.String(), Label: w.word, Selected: w.result.String() == q.result})
	}
	return []field{system, decision, finding, result}
}

// views are the questions asked most.
func views(q query, now time.Time) []link {
	today := now.Format(time.DateOnly)
	list := []struct {
		label string
		query query
	}{
		{"Everything", query{}},
		{"Today", query{from: today, to: today}},
		{"Masked", query{decision: "redact"}},
		{"Blocked", query{decision: "block"}},
		{"Refused", query{result: "refused"}},
		{"In progress", query{result: "open"}},
		{"Abandoned", query{result: "abandoned"}},
	}
	links := make([]link, len(list))
	for i, v := range list {
		v.query.at = q.at
		links[i] = link{v.label, v.query.address("/interactions"), v.query == q.whole()}
	}
	return links
}

func rowOf(r *index.Row, snapshot *identity.Snapshot) interactionRow {
	effect, _ := r.Decision()
	row := interactionRow{
		ID: r.ID.String(), Entry: number(r.IntentIndex), Opened: micros(r.Opened),
		System: systemFact(r.System, snapshot), Who: who(r.Person, r.Key, r.Workload),
		Model: fact{Value: clip(r.Model)}, Decision: standing(r.Result, effect),
		Findings: fact{Value: findingsPhrase(r.Findings)}, Seconds: seconds(r),
	}
	if r.Model == "" {
		row.Model = fact{Value: "Not listed", Missing: true}
	}
	if r.AnswerFindings != "" {
		row.Findings.Value = strings.TrimPrefix(row.Findings.Value+"; "+findingsPhrase(r.AnswerFindings)+" in the answer", "; ")
	}
	if row.Findings.Value == "" {
		row.Findings = fact{Value: "None", Missing: true}
	}
	return row
}

func systemFact(id counterfoil.ID, snapshot *identity.Snapshot) fact {
	if system, ok := snapshot.System(identity.SystemID(id)); ok {
		return fact{Value: system.Name, Href: "/systems/" + system.Slug}
	}
	return fact{Value: "Unknown", Missing: true}
}

// who names a person or a workload by id; names are shown one at a time.
func who(person, key counterfoil.ID, workload bool) fact {
	switch {
	case workload:
		return fact{Value: keyLabel(key), Mono: true}
	case person.IsZero():
		return fact{Value: "Unknown", Missing: true}
	default:
		return fact{Value: personLabel(person)}
	}
}

func seconds(r *index.Row) string {
	switch r.Result {
	case 0, counterfoil.ResultBlocked, counterfoil.ResultRefused:
		return "–"
	default:
		return strconv.FormatFloat(float64(r.Duration)/1e6, 'f', 1, 64)
	}
}

func (c *Console) listStub(q query, count uint64, shown int) []fact {
	rows := fact{Label: "Rows", Value: number(shown) + ", of " + number(count)}
	left := fact{Label: "Left out", Value: "Nothing"}
	if q.filtered() {
		left.Value = "What the filter leaves out"
	}
	if lag := c.lag(); lag > 0 && q.at == "" {
		left.Value, left.Sub = counted(lag, "entry", "entries")+" not read yet", "The list follows the ledger"
	}
	return []fact{{Label: "Shown", Value: period(q)}, rows, left}
}

func period(q query) string {
	switch {
	case q.from == "" && q.to == "":
		return "All days"
	case q.to == "":
		return day(q.from) + " and later"
	case q.from == "":
		return "Until the end of " + day(q.to)
	case q.from == q.to:
		return day(q.from)
	default:
		return day(q.from) + " to " + day(q.to)
	}
}

func day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("2 Jan 2006")
}

// pagerOf pages by position in the ledger's order, so rows do not shift.
func pagerOf(q query, rows []index.Row, next counterfoil.ID, count uint64) pager {
	if len(rows) == 0 {
		return pager{}
	}
	first, last := rows[0], rows[len(rows)-1]
	p := pager{Text: fmt.Sprintf("Entries %s to %s, %s of %s shown. Rows do not shift while new ones arrive.",
		number(first.IntentIndex), number(last.IntentIndex), number(len(rows)), number(count))}
	whole := q.whole()
	older, newer := whole, whole
	older.before, newer.after = last.ID.String(), first.ID.String()
	forward := q.after != ""
	if forward || !next.IsZero() {
		p.Older = older.address("/interactions")
	}
	if q.before != "" || forward && !next.IsZero() {
		p.Newer = newer.address("/interactions")
	}
	return p
}

func emptyList(q query) empty {
	if q.filtered() || q.before != "" || q.after != "" {
		return empty{
			Title: "No interaction answers this filter",
			Text:  []string{"An auditor will ask for the filter and for the number it was taken from. Both stand on the left; showing nothing is an answer too."},
			Act:   &link{Label: "Show everything", Href: query{at: q.at}.address("/interactions")},
		}
	}
	return empty{
		Title: "No interaction yet",
		Text: []string{
			"An auditor will look for a record of every request that left, with who asked, which system, what was found and what was decided.",
			"The first record comes about by itself: give a client a key of an AI system and this gateway's address as its base URL, and send one request.",
		},
		Act: &link{Label: "Show the AI systems and their keys", Href: "/systems"},
	}
}
