// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
)

// stylePage shows every part by name, made by the very templates the pages use.
type stylePage struct {
	shell.Page
	Stub    []part.Fact
	Inks    []swatch
	Marks   []markUse
	Tags    []string
	Facts   []part.Fact
	Strip   []part.Figure
	Tabs    []part.Link
	Pager   part.Pager
	Saved   *shell.SavedRow
	Notices []part.Notice
	Moves   []shell.MoveChoice
	Track   []part.TrackStep
	Text    part.TextView
	Field   part.Field
	Choice  part.Field
	Lines   []part.VersionLine
	Bars    part.Chart
	Graph   part.Chart
}

type swatch struct{ Class, Name, Use string }

type markUse struct {
	Mark part.Mark
	Use  string
}

// showStyle is for whoever builds pages; its content is invented.
func (s *Section) showStyle(w http.ResponseWriter, r *http.Request) error {
	day := time.Date(2026, 11, 17, 16, 2, 0, 0, time.UTC)
	p := stylePage{
		Page: s.Page(r, "Parts of this console", ""),
		Stub: []part.Fact{
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
		Facts: []part.Fact{
			{Label: "Owner", Value: "A. Castellanos", Href: "#facts", Sub: "Accepted on 2 September 2026"},
			{Label: "Digest", Value: "sha256:4be1…90c7", Mono: true},
			{Label: "Recorded", Time: day},
			{Label: "Supplier", Value: "None named", Missing: true},
		},
		Strip: []part.Figure{
			{Label: "Interactions", Value: "18,412", Href: "#strip", Note: "since 00:00"},
			{Label: "Masked", Value: "2,106", Href: "#strip", Note: "11.4 % of 18,412"},
			{Label: "Integrity", Mark: new(part.OK("Verified")), Note: "02:00, all entries"},
		},
		Tabs:  []part.Link{{Label: "Interactions", Href: "#tabs", Current: true}, {Label: "Held", Href: "#tabs"}, {Label: "Rules", Href: "#tabs"}},
		Pager: part.Pager{Text: "Entries 3,418,274 to 3,418,181, 25 shown", Older: "#tabs"},
		Saved: &shell.SavedRow{Views: []shell.SavedLink{{Label: "High, next due first", Href: "#views", Current: true}, {Label: "Accepted this quarter", Href: "#views", Shared: true}}, Manage: "/views", List: "/kinds/risk", Save: true},
		Notices: []part.Notice{
			{Class: "ok", Shape: "dot", Title: "Saved as version 7", Text: "The statement of applicability now waits for approval."},
			{Class: "bad", Shape: "cross", Title: "Nothing leaves: the record cannot be written", Text: "The disk is full. Requests get an error until space is free."},
		},
		Text:  part.TextView{Spans: []part.Span{{Text: "Write a letter to "}, {Text: "[EMAIL_1]", Placeholder: true}, {Text: " about claim 88213."}}},
		Field: part.Field{Name: "style-months", Label: "Retention in months", Hint: "At least 6 where the EU AI Act applies.", Error: "Enter a whole number. You wrote “two years”.", Type: "text", Value: "two years", Width: "w-s"},
		Choice: part.Field{Name: "style-role", Label: "Which role?", Options: []part.Option{
			{Value: "owner", Label: "Owner", Selected: true}, {Value: "deputy", Label: "Deputy"},
		}},
		Lines: []part.VersionLine{
			{Version: "7", At: day, Who: "R. Osei", Text: "moved it to", Act: true, Marks: []part.Mark{part.Current("Evaluated")}, Reason: "Supplier changed the model family", Href: "#timeline", Entry: "3,418,001", EntryRef: "#timeline"},
			{Version: "6", At: day.Add(-time.Hour), Who: "R. Osei", Text: "changed it", Href: "#timeline", Entry: "3,417,998", EntryRef: "#timeline"},
		},
		Track: []part.TrackStep{{Label: "Identified", Done: true}, {Label: "Evaluated", Current: true}, {Label: "Accepted"}},
	}
	p.Moves = []shell.MoveChoice{
		{Label: "Choose a treatment", Href: "#moves", Primary: true, Help: "What is done, by whom, until when.", Tag: "42001"},
		{Label: "Accept the residual risk", Barred: "Not available: you assessed this risk, so somebody else has to accept it.", Tag: "product"},
	}
	p.Bars, p.Graph = styleCharts(day)
	return s.Render(w, http.StatusOK, "style", &p)
}

func styleMarks() []markUse {
	return []markUse{
		{part.OK("Verified"), "Holds: met, passed, fresh, operating, integrity"},
		{part.Warn("Degraded"), "Works, and something needs a person"},
		{part.Bad("Failed"), "Does not hold"},
		{part.NoData("No data"), "Nothing was measured. Never a pass"},
		{part.NotBegun("Not begun"), "Known and still to come"},
		{part.Current("In progress"), "The current one of a sequence"},
		{part.Ageing("Ageing"), "Older than its freshness allows"},
		{part.Masked("Masked"), "Decision: sent with values replaced"},
		{part.Held("Held"), "Decision: waits for a person"},
		{part.Blocked("Blocked"), "Decision: did not leave"},
		{part.Skipped("Skipped"), "Had nothing to do, with its reason"},
	}
}
