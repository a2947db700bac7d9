// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"net/http"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// statementPage has the decisions: what is in, what is out, and why.
type statementPage struct {
	headOfPage
	Texts   []shell.ShownField
	Lists   []listed
	Exports []part.Link
}

// listed is one field of the scope with rows.
type listed struct {
	ID, Title, Note string
	Heads           []string
	Rows            [][]shell.ShownValue
	Marks           []*part.Mark // of the decision in each row
	Place           int          // of the decision among the columns; -1 without one
}

// statementTexts are the fields that are not lists.
var statementTexts = []string{"statement", "certificate", "org_roles", "gateway", "compared", "comparison", "hours", "stage1"}

// statementLabels are short names of fields whose id is none.
var statementLabels = map[string]string{
	"statement": "In full", "certificate": "For the certificate", "org_roles": "Parts it plays", "gateway": "Stands for the gateway", "compared": "Compared with use",
	"comparison": "What was compared", "hours": "Hours of the owners", "stage1": "Stage 1 planned",
}

// statementLists are the fields with rows, in the order of the page.
var statementLists = []string{"systems", "discovered", "units", "sites", "entities", "processes", "products", "interfaces", "accepted"}

func (s *Section) showStatement(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(r)
	if err != nil {
		return err
	}
	p := statementPage{headOfPage: v.head(r, "Statement of the scope", "statement")}
	if v.record == nil {
		return s.Render(w, http.StatusOK, "scope_statement", &p)
	}
	p.Exports = v.exports("statement")
	p.Toc = []part.Link{{Label: "In words", Href: "#words"}}
	for _, id := range statementTexts {
		if f, ok := v.record.Kind.Field(id); ok {
			shown := v.Show(f, v.shown.Values[id])
			shown.Label = statementLabels[id]
			p.Texts = append(p.Texts, shown)
		}
	}
	for _, id := range statementLists {
		if f, ok := v.record.Kind.Field(id); ok {
			list := v.list(f)
			p.Lists = append(p.Lists, list)
			p.Toc = append(p.Toc, part.Link{Label: list.Title, Href: "#" + id})
		}
	}
	return s.Render(w, http.StatusOK, "scope_statement", &p)
}

// list is a field with rows, without columns nobody filled in.
func (v *view) list(f *kind.Field) listed {
	rows := v.shown.Values.Rows(f.ID)
	l := listed{ID: f.ID, Title: f.Noun(), Place: -1}
	var columns []*kind.Field
	for i := range f.Fields {
		column := &f.Fields[i]
		if slices.ContainsFunc(rows, func(row map[string]any) bool { return row[column.ID] != nil }) {
			if column.ID == "decision" {
				l.Place = len(columns)
			}
			columns = append(columns, column)
			l.Heads = append(l.Heads, column.Noun())
		}
	}
	in, out := 0, 0
	for _, row := range rows {
		cells := make([]shell.ShownValue, len(columns))
		for i, column := range columns {
			cells[i] = v.Value(column, row[column.ID])
		}
		l.Rows = append(l.Rows, cells)
		var m *part.Mark
		if l.Place >= 0 {
			says := liesMarks[liesOnLine]
			if known, ok := liesMarks[rowCell(row, "decision")]; ok {
				says = known
			}
			m = &says
			switch rowCell(row, "decision") {
			case liesIn:
				in++
			case liesOut, liesForbidden:
				out++
			}
		}
		l.Marks = append(l.Marks, m)
	}
	switch {
	case len(rows) == 0:
		l.Note = "None is written down"
	case l.Place >= 0:
		l.Note = words.Number(in) + " inside, " + words.Number(out) + " outside or forbidden"
		if open := len(rows) - in - out; open > 0 {
			l.Note += ", " + words.Number(open) + " undecided"
		}
	default:
		l.Note = words.Number(len(rows))
	}
	return l
}

// contextPage has what bears on the scope: issues, parties and obligations.
type contextPage struct {
	headOfPage
	Tables  []contextTable
	Exports []part.Link
}

type contextTable struct {
	ID, Title, Note, Empty string
	Heads                  []string
	Rows                   []contextRow
	All, New               string
}

type contextRow struct {
	Href, Number, Title string
	Cells               []shell.ShownValue
	State               part.Mark
	Lacks               string // what an auditor will miss
}

// contextKinds are the kinds of the tab, their columns, and what an auditor misses.
var contextKinds = []struct {
	kind, empty string
	fields      []string
	lacks       func(*register.Record) string
}{
	{"issue", "No context issue is written down. An auditor asks what inside and outside bears on AI here, and whether climate change was considered.", []string{"side", "topic", "effect", "answer"}, nil},
	{"party", "No interested party is written down. An auditor picks one, often the people affected, and asks which of its needs are met where.", []string{"group", "needs", "owner"}, nil},
	{"obligation", "No obligation is written down. An auditor asks which laws and contracts bear on AI here, and who watches them.", []string{"regime", "controls", "competent"}, obligationLacks},
}

// obligationLacks says what keeps an obligation from having a place in the management system.
func obligationLacks(r *register.Record) string {
	switch {
	case len(r.Values.List("controls")) == 0 && r.Values.Text("competent") == "":
		return "No place yet: no control answers to it, and nobody competent is named"
	case len(r.Values.List("controls")) == 0:
		return "No place yet: no control answers to it"
	case r.Values.Text("competent") == "":
		return "Nobody competent is named"
	}
	return ""
}

// contextMost is how many records of a kind the tab shows.
const contextMost = 100

func (s *Section) showContext(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(r)
	if err != nil {
		return err
	}
	p := contextPage{headOfPage: v.head(r, "Context and parties", "context")}
	for _, of := range contextKinds {
		k, err := s.Kinds.Kind(of.kind)
		if err != nil {
			return err
		}
		if v.May(k, nil, register.Read) != nil {
			continue
		}
		t := contextTable{ID: k.ID, Title: k.Plural, Empty: of.empty, All: v.Href("/kinds/" + k.ID)}
		if v.May(k, nil, register.Create) == nil {
			t.New = "/kinds/" + k.ID + "/new"
		}
		for _, id := range of.fields {
			if f, ok := k.Field(id); ok {
				t.Heads = append(t.Heads, f.Noun())
			}
		}
		list, err := v.List(v.Ctx, index.KeptFilter{Kind: k.ID, States: shell.OpenStates(k), Limit: contextMost})
		if err != nil {
			return err
		}
		for _, record := range list.Records {
			t.Rows = append(t.Rows, v.contextRow(record, of.fields, of.lacks))
		}
		t.Note = words.Counted(uint64(len(t.Rows)), "open record", "open records")
		if !list.Next.Zero() {
			t.Note = "The first " + words.Number(len(t.Rows))
		}
		p.Tables = append(p.Tables, t)
		p.Toc = append(p.Toc, part.Link{Label: t.Title, Href: "#" + t.ID})
	}
	if len(p.Tables) > 0 {
		p.Missing = nil // they are kept before there is a scope
		p.Exports = v.exports("context")
	}
	return s.Render(w, http.StatusOK, "scope_context", &p)
}

func (v *view) contextRow(r *register.Record, fields []string, lacks func(*register.Record) string) contextRow {
	row := contextRow{Href: v.RecordHref(r), Number: r.Number(), Title: r.Title(), State: shell.StateMark(r)}
	for _, id := range fields {
		f, ok := r.Kind.Field(id)
		if !ok {
			continue
		}
		if f.Type == kind.Rows {
			row.Cells = append(row.Cells, shell.ShownValue{Label: f.Noun(), Parts: []part.Fact{{Value: firstCells(r.Values.Rows(id), f)}}})
			continue
		}
		row.Cells = append(row.Cells, v.Value(f, r.Values[id]))
	}
	if lacks != nil {
		row.Lacks = lacks(r)
	}
	return row
}

// firstCells are the first column of rows, as one text.
func firstCells(rows []map[string]any, f *kind.Field) string {
	var list []string
	for _, row := range rows {
		list = append(list, words.ClipTo(rowCell(row, f.Fields[0].ID), 120))
	}
	return strings.Join(list, "; ")
}
