// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"time"
)

// stylePage shows every part by name, made by the very templates the pages use.
type stylePage struct {
	page
	Stub    []fact
	Inks    []swatch
	Marks   []markUse
	Tags    []string
	Facts   []fact
	Strip   []figure
	Tabs    []link
	Pager   pager
	Saved   *savedRow
	Notices []notice
	Moves   []moveChoice
	Track   []trackStep
	Text    textView
	Field   field
	Choice  field
	Lines   []versionLine
	Bars    chart
	Graph   chart
}

type swatch struct{ Class, Name, Use string }

type markUse struct {
	Mark mark
	Use  string
}

// showStyle is for whoever builds pages; its content is invented.
func (c *Console) showStyle(w http.ResponseWriter, r *http.Request) error {
	day := time.Date(2026, 11, 17, 16, 2, 0, 0, time.UTC)
	p := stylePage{
		page: c.page(r, "Parts of this console", ""),
		Stub: []fact{
			{Label: "Stylesheet", Value: "counterfoil.css", Mono: true},
			{Label: "Layers", Value: "reset, tokens, base, layout, parts, print"},
			{Label: "Rule", Value: "If a page needs a part that is not here, add it here first."},
		},
		Inks: []swatch{
			{"ink-ink", "ink", "text"},
			{"ink-2", "ink-2", "secondary text"},
			{"ink-3", "ink-3", "labels"},
			{"ink-rule2", "rule-2", "frames"},
			{"ink-rule", "rule", "hairlines"},
			{"ink-stub", "stub", "the stub"},
			{"ink-accent", "accent", "links, the drawn line"},
			{"ink-ok", "ok", "holds"},
			{"ink-warn", "warn", "needs a person"},
			{"ink-bad", "bad", "does not hold"},
		},
		Marks: styleMarks(),
		Tags:  []string{"42001", "17021", "42006", "19011", "practice", "product"},
		Facts: []fact{
			{Label: "Owner", Value: "A. Castellanos", Href: "#facts", Sub: "Accepted on 2 September 2026"},
			{Label: "Digest", Value: "sha256:4be1…90c7", Mono: true},
			{Label: "Recorded", Time: day},
			{Label: "Supplier", Value: "None named", Missing: true},
		},
		Strip: []figure{
			{Label: "Interactions", Value: "18,412", Href: "#strip", Note: "since 00:00"},
			{Label: "Masked", Value: "2,106", Href: "#strip", Note: "11.4 % of 18,412"},
			{Label: "Integrity", Mark: &mark{"ok", "dot", "Verified"}, Note: "02:00, all entries"},
		},
		Tabs:  []link{{"Interactions", "#tabs", true}, {"Held", "#tabs", false}, {"Rules", "#tabs", false}},
		Pager: pager{Text: "Entries 3,418,274 to 3,418,181, 25 shown", Older: "#tabs"},
		Saved: &savedRow{Views: []savedLink{{Label: "High, next due first", Href: "#views", Current: true}, {Label: "Accepted this quarter", Href: "#views", Shared: true}}, Manage: "/views", List: "/kinds/risk", Save: true},
		Notices: []notice{
			{"ok", "dot", "Saved as version 7", "The statement of applicability now waits for approval."},
			{"bad", "cross", "Nothing leaves: the record cannot be written", "The disk is full. Requests get an error until space is free."},
		},
		Text:  textView{Spans: []span{{Text: "Write a letter to "}, {Text: "[EMAIL_1]", Placeholder: true}, {Text: " about claim 88213."}}},
		Field: field{Name: "style-months", Label: "Retention in months", Hint: "At least 6 where the EU AI Act applies.", Error: "Enter a whole number. You wrote “two years”.", Type: "text", Value: "two years", Width: "w-s"},
		Choice: field{Name: "style-role", Label: "Which role?", Options: []option{
			{"owner", "Owner", true}, {"deputy", "Deputy", false},
		}},
		Lines: []versionLine{
			{Version: "7", At: day, Who: "R. Osei", Text: "moved it to", Act: true, Marks: []mark{{"now", "target", "Evaluated"}}, Reason: "Supplier changed the model family", Href: "#timeline", Entry: "3,418,001", EntryRef: "#timeline"},
			{Version: "6", At: day.Add(-time.Hour), Who: "R. Osei", Text: "changed it", Href: "#timeline", Entry: "3,417,998", EntryRef: "#timeline"},
		},
		Track: []trackStep{{Label: "Identified", Done: true}, {Label: "Evaluated", Current: true}, {Label: "Accepted"}},
	}
	p.Moves = []moveChoice{
		{Label: "Choose a treatment", Href: "#moves", Primary: true, Help: "What is done, by whom, until when.", Tag: "42001"},
		{Label: "Accept the residual risk", Barred: "Not available: you assessed this risk, so somebody else has to accept it.", Tag: "product"},
	}
	p.Bars, p.Graph = styleCharts(day)
	return c.render(w, http.StatusOK, "style", &p)
}

func styleMarks() []markUse {
	return []markUse{
		{mark{"ok", "dot", "Verified"}, "Holds: met, passed, fresh, operating, integrity"},
		{mark{"warn", "triangle", "Degraded"}, "Works, and something needs a person"},
		{mark{"bad", "cross", "Failed"}, "Does not hold"},
		{mark{"none", "hollow", "No data"}, "Nothing was measured. Never a pass"},
		{mark{"none", "ring", "Not begun"}, "Known and still to come"},
		{mark{"now", "target", "In progress"}, "The current one of a sequence"},
		{mark{"warn", "clock", "Ageing"}, "Older than its freshness allows"},
		{mark{"now", "bar", "Masked"}, "Decision: sent with values replaced"},
		{mark{"warn", "bars", "Held"}, "Decision: waits for a person"},
		{mark{"bad", "square", "Blocked"}, "Decision: did not leave"},
		{mark{"none", "dash", "Skipped"}, "Had nothing to do, with its reason"},
	}
}
