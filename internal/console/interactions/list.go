// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// listPage is the list of the live path.
type listPage struct {
	shell.Page
	Heading   string
	Lead      string
	Stub      []part.Fact
	Export    *part.Link
	Views     []part.Link
	Saved     *shell.SavedRow
	Selects   []part.Field
	From, To  string
	At        string // the moment shown, as the address says it
	Complaint *part.Notice
	Leaving   *part.Notice // what is unrecorded now
	Rows      []row
	Pager     part.Pager
	Empty     part.Empty
}

type row struct {
	ID       string
	Entry    string
	Opened   time.Time
	System   part.Fact
	Who      part.Fact
	Model    part.Fact
	Decision part.Mark
	Findings part.Fact
	Seconds  string
}

func (s *Section) list(w http.ResponseWriter, r *http.Request) error {
	q := filter.Parse(r.URL.Query())
	d, err := s.Desk(r)
	if err != nil {
		return err
	}
	snapshot, err := d.SystemNames()
	if err != nil {
		return err
	}
	p := listPage{Page: d.Page(r, "Interactions", "interactions"), Heading: "Interactions", From: q.From, To: q.To, At: q.At}
	lanes, err := s.index.Lanes(r.Context(), d.At)
	if err != nil {
		return err
	}
	p.Selects = s.filterFields(q, snapshot, lanes)
	p.Views = views(q, d.Now())
	if d.At.IsZero() {
		p.Leaving = s.Leaving()
	}
	if p.Saved, err = d.SavedRow(r, "/interactions"); err != nil {
		return err
	}

	f, complaints := q.Filter(snapshot)
	if len(complaints) > 0 {
		p.Complaint = &part.Notice{Class: "warn", Shape: "triangle", Title: "Nothing is shown, because the filter cannot be read", Text: strings.Join(complaints, " ")}
		p.Empty = part.Empty{Title: "No filter was applied", Text: []string{"Change the answer named above, or show everything."}, Act: &part.Link{Label: "Show everything", Href: filter.Query{At: q.At}.Address("/interactions")}}
		p.Stub = []part.Fact{{Label: "Shown", Value: "Nothing", Missing: true}}
		return s.Render(w, http.StatusUnprocessableEntity, "interactions", &p)
	}
	if err := s.mayLook(r, f.System, f.Person); err != nil {
		return err
	}
	rows, next, err := s.index.Interactions(r.Context(), f)
	if err != nil {
		return err
	}
	tallies, err := s.index.Tally(r.Context(), f)
	if err != nil {
		return err
	}
	count := total(tallies)
	p.Lead = listLead(tallies, count)
	for i := range rows {
		row := rowOf(&rows[i], snapshot)
		if person := rows[i].Person; !rows[i].Workload && !person.IsZero() {
			theirs := q.Whole()
			theirs.Who = person.String()
			row.Who.Href = theirs.Address("/interactions")
		}
		p.Rows = append(p.Rows, row)
	}
	p.Stub = s.listStub(q, count, len(rows))
	p.Pager = pagerOf(q, rows, next, count)
	p.Empty = emptyList(q)
	if len(rows) > 0 {
		p.Export = &part.Link{Label: "Export " + words.Counted(count, "row", "rows"), Href: q.Whole().Address("/interactions.csv")}
	}
	return s.Render(w, http.StatusOK, "interactions", &p)
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
			parts = append(parts, words.Spelled(n[word], word, word))
		}
	}
	return words.Sentence(words.Spelled(count, "interaction", "interactions")) + ": " + words.Enumerate(parts) + "."
}

// views are the questions asked most.
func views(q filter.Query, now time.Time) []part.Link {
	today := now.Format(time.DateOnly)
	list := []struct {
		label string
		query filter.Query
	}{
		{"Everything", filter.Query{}},
		{"Today", filter.Query{From: today, To: today}},
		{"Masked", filter.Query{Decision: "redact"}},
		{"Blocked", filter.Query{Decision: "block"}},
		{"Refused", filter.Query{Result: "refused"}},
		{"In progress", filter.Query{Result: "open"}},
		{"Abandoned", filter.Query{Result: "abandoned"}},
	}
	links := make([]part.Link, len(list))
	for i, v := range list {
		v.query.At = q.At
		links[i] = part.Link{Label: v.label, Href: v.query.Address("/interactions"), Current: v.query == q.Whole()}
	}
	return links
}

func rowOf(r *index.Row, snapshot *identity.Snapshot) row {
	effect, _ := r.Decision()
	row := row{
		ID: r.ID.String(), Entry: words.Number(r.IntentIndex), Opened: words.Micros(r.Opened),
		System: systemFact(r.System, snapshot), Who: who(r.Person, r.Key, r.Workload),
		Model: part.Fact{Value: words.Clip(r.Model)}, Decision: standing(r.Result, effect),
		Findings: part.Fact{Value: findingsPhrase(r.Findings)}, Seconds: seconds(r),
	}
	if r.Model == "" {
		row.Model = part.Fact{Value: "Not listed", Missing: true}
	}
	if r.AnswerFindings != "" {
		row.Findings.Value = strings.TrimPrefix(row.Findings.Value+"; "+findingsPhrase(r.AnswerFindings)+" in the answer", "; ")
	}
	if row.Findings.Value == "" {
		row.Findings = part.Fact{Value: "None", Missing: true}
	}
	return row
}

func systemFact(id counterfoil.ID, snapshot *identity.Snapshot) part.Fact {
	if system, ok := snapshot.System(identity.SystemID(id)); ok {
		return part.Fact{Value: system.Name, Href: "/systems/" + system.Slug}
	}
	return part.Fact{Value: "Unknown", Missing: true}
}

// who names a person or a workload by id; names are shown one at a time.
func who(person, key counterfoil.ID, workload bool) part.Fact {
	switch {
	case workload:
		return part.Fact{Value: words.KeyLabel(key), Mono: true}
	case person.IsZero():
		return part.Fact{Value: "Unknown", Missing: true}
	default:
		return part.Fact{Value: words.PersonLabel(person)}
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

func (s *Section) listStub(q filter.Query, count uint64, shown int) []part.Fact {
	rows := part.Fact{Label: "Rows", Value: words.Number(shown) + ", of " + words.Number(count)}
	left := part.Fact{Label: "Left out", Value: "Nothing"}
	if q.Filtered() {
		left.Value = "What the filter leaves out"
	}
	if lag := s.Lag(); lag > 0 && q.At == "" {
		left.Value, left.Sub = words.Counted(lag, "entry", "entries")+" not read yet", "The list follows the ledger"
	}
	return []part.Fact{{Label: "Shown", Value: period(q)}, rows, left}
}

func period(q filter.Query) string {
	switch {
	case q.From == "" && q.To == "":
		return "All days"
	case q.To == "":
		return day(q.From) + " and later"
	case q.From == "":
		return "Until the end of " + day(q.To)
	case q.From == q.To:
		return day(q.From)
	default:
		return day(q.From) + " to " + day(q.To)
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
func pagerOf(q filter.Query, rows []index.Row, next counterfoil.ID, count uint64) part.Pager {
	if len(rows) == 0 {
		return part.Pager{}
	}
	first, last := rows[0], rows[len(rows)-1]
	p := part.Pager{Text: fmt.Sprintf("Entries %s to %s, %s of %s shown. Rows do not shift while new ones arrive.",
		words.Number(first.IntentIndex), words.Number(last.IntentIndex), words.Number(len(rows)), words.Number(count))}
	whole := q.Whole()
	older, newer := whole, whole
	older.Before, newer.After = last.ID.String(), first.ID.String()
	forward := q.After != ""
	if forward || !next.IsZero() {
		p.Older = older.Address("/interactions")
	}
	if q.Before != "" || forward && !next.IsZero() {
		p.Newer = newer.Address("/interactions")
	}
	return p
}

func emptyList(q filter.Query) part.Empty {
	if q.Filtered() || q.Before != "" || q.After != "" {
		return part.Empty{
			Title: "No interaction answers this filter",
			Text:  []string{"An auditor will ask for the filter and for the number it was taken from. Both stand on the left; showing nothing is an answer too."},
			Act:   &part.Link{Label: "Show everything", Href: filter.Query{At: q.At}.Address("/interactions")},
		}
	}
	return part.Empty{
		Title: "No interaction yet",
		Text: []string{
			"An auditor will look for a record of every request that left, with who asked, which system, what was found and what was decided.",
			"The first record comes about by itself: give a client a key of an AI system and this gateway's address as its base URL, and send one request.",
		},
		Act: &part.Link{Label: "Show the AI systems and their keys", Href: "/systems"},
	}
}
