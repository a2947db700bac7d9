// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"net/http"
	"strconv"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
)

// File is a list of the entry Scope as a file.
type File struct {
	shell.FileHead
	Scope   string              `json:"scope"`
	Version uint64              `json:"version"` // as it stands
	Shown   string              `json:"shown"`   // "in force" or "draft"
	List    string              `json:"list"`
	Heads   []string            `json:"-"`
	Rows    []map[string]string `json:"rows"`
}

// exports are the ways to take a list along.
func (v *view) exports(list string, pairs ...string) []part.Link {
	address := func(as string) string {
		return v.href("/scope/export", append([]string{"list", list, "as", as}, pairs...)...)
	}
	return []part.Link{{Label: "Export as CSV", Href: address("csv")}, {Label: "Export as JSON", Href: address("json")}}
}

// export writes one list. The export is recorded before its first byte.
func (s *Section) export(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(r)
	if err != nil {
		return err
	}
	k, err := s.Kinds.Kind("scope")
	if err != nil {
		return err
	}
	if err := v.May(k, nil, register.Export); err != nil {
		return err
	}
	list := r.FormValue("list")
	if v.record == nil && list != "context" {
		return shell.NotFound("There is no scope to export.")
	}
	file := File{FileHead: v.FileHead(), List: list, Rows: []map[string]string{}}
	if v.record != nil {
		file.Scope, file.Version, file.Shown = v.record.Number(), v.record.Version, "in force"
		if v.record.InForce == nil || v.draft {
			file.Shown = "draft"
		}
	}
	if err := file.fill(v, r); err != nil {
		return err
	}
	name, err := s.Export(r, "scope-"+list, counterfoil.ID{})
	if err != nil {
		return err
	}
	if r.FormValue("as") == "json" {
		return shell.WriteJSON(w, name, file)
	}
	out := shell.AttachSheet(w, name, file.FileHead, []string{"scope", file.Scope}, []string{"version", strconv.FormatUint(file.Version, 10)}, []string{"shown", file.Shown}, []string{"list", file.List})
	out.Line(file.Heads)
	for _, row := range file.Rows {
		cells := make([]string, len(file.Heads))
		for i, head := range file.Heads {
			cells[i] = row[head]
		}
		out.Line(cells)
	}
	out.Flush()
	return nil
}

// add appends a row, in the order of the heads.
func (f *File) add(cells ...string) {
	row := map[string]string{}
	for i, head := range f.Heads {
		row[head] = cells[i]
	}
	f.Rows = append(f.Rows, row)
}

func (f *File) fill(v *view, r *http.Request) error {
	switch f.List {
	case "boundary":
		return f.boundary(v)
	case "statement":
		f.statement(v)
	case "findings":
		f.findings(v)
	case "context":
		return f.context(v)
	case "versions":
		return f.versions(v)
	case "compare":
		return f.compare(v, r)
	default:
		return shell.NotFound("There is no such list of the scope.")
	}
	return nil
}

func (f *File) boundary(v *view) error {
	f.Heads = []string{"sort", "name", "decision", "why", "state", "interactions", "people", "first_seen", "last_seen", "rules"}
	things, err := v.things()
	for i := range things {
		t := &things[i]
		state, people, first, last := "", "", "", ""
		if t.State != nil {
			state = t.State.Word
		}
		if t.Observed && t.Seen.Interactions > 0 {
			people, first, last = strconv.Itoa(t.Seen.People), t.Seen.First.Format(time.RFC3339), t.Seen.Last.Format(time.RFC3339)
		}
		n := ""
		if t.Observed {
			n = strconv.FormatUint(t.Seen.Interactions, 10)
		}
		f.add(t.Sort, t.Name, t.Says.Word, t.Why, state, n, people, first, last, t.Rules)
	}
	for _, number := range v.check.Rest {
		f.add("AI system", number, liesMarks[liesOnLine].Word, "", "", "", "", "", "", "")
	}
	return err
}

func (f *File) statement(v *view) {
	f.Heads = []string{"field", "what", "decision", "says"}
	for _, id := range statementTexts {
		if field, ok := v.record.Kind.Field(id); ok {
			f.add(field.ID, "", "", v.Brief(field, v.shown.Values[id]))
		}
	}
	for _, id := range statementLists {
		field, ok := v.record.Kind.Field(id)
		if !ok {
			continue
		}
		for _, row := range v.shown.Values.Rows(id) {
			f.add(field.ID, v.rowName(field, row), rowCell(row, "decision"), v.rowText(field, row))
		}
	}
}

func (f *File) findings(v *view) {
	f.Heads = []string{"rule", "asks", "limit", "value", "result", "says", "records", "accepted"}
	for _, s := range v.findings() {
		f.add(s.ID, s.Asks, s.Limit, s.Value, s.Result.Word, s.Says, shell.LinkLabels(s.Records), s.Accepted)
	}
}

func (f *File) context(v *view) error {
	f.Heads = []string{"kind", "number", "title", "state", "says", "lacks"}
	for _, of := range contextKinds {
		k, err := v.section.Kinds.Kind(of.kind)
		if err != nil {
			return err
		}
		list, err := v.All(index.KeptFilter{Kind: k.ID, States: shell.OpenStates(k)})
		if err != nil {
			return err
		}
		for _, r := range list {
			says, lacks := "", ""
			for _, id := range of.fields {
				if field, ok := k.Field(id); ok {
					says += field.Noun() + ": " + v.Brief(field, r.Values[id]) + "\n"
				}
			}
			if of.lacks != nil {
				lacks = of.lacks(r)
			}
			f.add(k.ID, r.Number(), r.Title(), r.StateOf().Label, says, lacks)
		}
	}
	return nil
}

func (f *File) versions(v *view) error {
	f.Heads = []string{"version", "time", "who", "what", "reason", "state", "entry", "leaf"}
	history, err := v.History(v.Ctx, v.record.ID)
	for _, r := range history {
		line := v.VersionLine(r)
		f.add(strconv.FormatUint(r.Version, 10), r.Time.Format(time.RFC3339Nano), line.Who, line.Text, line.Reason, r.StateOf().Label, words.Entry(r.Entry), r.Leaf.String())
	}
	return err
}

func (f *File) compare(v *view, r *http.Request) error {
	a, b, err := v.pair(r)
	if err != nil {
		return err
	}
	f.Heads = []string{"field", "what", "before", "after"}
	rows, _ := v.differences(a, b)
	for _, d := range rows {
		f.add(d.Field, d.What, d.A, d.B)
	}
	return nil
}
