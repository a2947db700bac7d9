// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// asked is one field of a record in a form, or one cell of its rows.
type asked struct {
	part.Field
	Kind     string // "text", "area", "select", "radios", "checks", "rows"
	Many     bool
	Personal bool
}

// question is one field with its rows, if it has any.
type question struct {
	asked
	Columns []columnHead
	Lines   [][]asked
	Filled  int // lines with answers; those after them are spare
}

type columnHead struct{ Label, Hint string }

// moreRows is how many empty rows a form offers below those there are; leastRows is
// how many rows there are at least.
const moreRows, leastRows = 3, 5

// question builds one question.
func (d *desk) question(f *kind.Field, value any, entered url.Values, wrong fault.Fields) (question, error) {
	a, err := d.ask(f, f.ID, value, entered, wrong)
	if err != nil || f.Type != kind.Rows {
		return question{asked: a}, err
	}
	return d.rowQuestions(f, a, value, entered, wrong)
}

// ask builds a question under a name of the form.
func (d *desk) ask(f *kind.Field, name string, value any, entered url.Values, wrong fault.Fields) (asked, error) {
	q := asked{Field: part.Field{Name: name, Label: f.Label, Hint: f.Help, Type: "text", Required: f.Required, Error: wrong[name]}, Personal: f.Personal, Kind: "text"}
	texts := formTexts(value)
	if entered != nil {
		texts = entered[name]
	}
	if len(texts) > 0 {
		q.Value = texts[0]
	}
	switch f.Type {
	case kind.LongText:
		q.Kind, q.Rows = "area", min(12, max(4, strings.Count(q.Value, "\n")+2))
	case kind.Texts:
		q.Kind, q.Value = "area", strings.Join(texts, "\n")
		q.Rows = max(4, len(texts)+1)
		q.Hint = strings.TrimSpace(q.Hint + " One a line.")
	case kind.Controls:
		q.Value = strings.Join(texts, ", ")
		q.Hint = strings.TrimSpace(q.Hint + " Numbers, such as 6.1.2 or A.9.3, with commas.")
	case kind.Integer, kind.Number:
		q.Width = "w-s"
	case kind.Date:
		q.Type, q.Width = "date", "w-s"
	case kind.Email:
		q.Type, q.Width = "email", "w-m"
	case kind.URL:
		q.Type = "url"
	case kind.Truth:
		q.Kind = "radios"
		q.Options = []part.Option{{Value: "true", Label: "Yes", Selected: q.Value == "true"}, {Value: "false", Label: "No", Selected: q.Value == "false"}}
	case kind.Choice, kind.Choices:
		choices(f, &q, texts)
	case kind.Link, kind.Links:
		return q, d.linkOptions(f, &q, texts)
	}
	return q, nil
}

func choices(f *kind.Field, q *asked, chosen []string) {
	q.Kind, q.Many = "radios", f.Type == kind.Choices
	if q.Many {
		q.Kind = "checks"
	} else if len(f.Options) > 7 {
		q.Kind = "select"
		q.Options = append(q.Options, part.Option{Value: "", Label: "Choose", Selected: len(chosen) == 0})
	}
	for _, o := range f.Options {
		label := o.Label
		if o.Meaning != "" {
			label += ": " + o.Meaning
		}
		q.Options = append(q.Options, part.Option{Value: o.ID, Label: label, Selected: slices.Contains(chosen, o.ID)})
	}
}

// offeredMost bounds how many records a form offers; beyond, the number is typed.
const offeredMost = 300

// linkOptions offers the records a link may name. When there are too many, their
// numbers are entered.
func (d *desk) linkOptions(f *kind.Field, q *asked, chosen []string) error {
	q.Many = f.Type == kind.Links
	var offered []*register.Record
	for _, id := range f.To {
		k, err := d.section.Kinds.Kind(id)
		if err != nil || k.Inner {
			continue
		}
		page, err := d.List(d.Ctx, index.KeptFilter{Kind: id, Limit: offeredMost + 1})
		if err != nil {
			return err
		}
		offered = append(offered, page.Records...)
	}
	if len(offered) > offeredMost {
		q.Value = strings.Join(d.numbers(chosen), ", ")
		q.Hint = strings.TrimSpace(q.Hint + " Enter the number, such as " + offered[0].Number() + "; several with commas.")
		return nil
	}
	q.Kind = "select"
	if q.Many {
		q.Kind = "checks"
	} else {
		q.Options = []part.Option{{Value: "", Label: "Nobody or nothing", Selected: len(chosen) == 0}}
	}
	for _, r := range offered {
		q.Options = append(q.Options, part.Option{Value: r.ID.String(), Label: d.Called(r), Selected: slices.Contains(chosen, r.ID.String())})
	}
	for _, id := range chosen { // what stands stays, also what this person may not see
		if !slices.ContainsFunc(offered, func(r *register.Record) bool { return r.ID.String() == id }) && id != "" {
			q.Options = append(q.Options, part.Option{Value: id, Label: d.Linked(id).Value, Selected: true})
		}
	}
	if len(offered) == 0 {
		q.Hint = strings.TrimSpace(q.Hint + " There is none to choose yet.")
	}
	return nil
}

// numbers turns ids into numbers; what was typed and is no id stays.
func (d *desk) numbers(ids []string) []string {
	list := make([]string, len(ids))
	for i, text := range ids {
		list[i] = text
		if id, err := counterfoil.ParseID(text); err == nil {
			if r, err := d.Record(d.Ctx, id); err == nil {
				list[i] = r.Number()
			}
		}
	}
	return list
}

func (d *desk) rowQuestions(f *kind.Field, a asked, value any, entered url.Values, wrong fault.Fields) (question, error) {
	q := question{asked: a}
	q.Kind = "rows"
	rows, _ := value.([]map[string]any)
	count := len(rows) + moreRows
	if entered != nil {
		count = rowsEntered(f.ID, entered) + moreRows
	}
	count = max(count, leastRows, oneEach(f))
	q.Filled = max(count-moreRows, oneEach(f))
	if len(rows) == 0 && entered == nil {
		q.Filled = oneEach(f)
	}
	for i := range f.Fields {
		q.Columns = append(q.Columns, columnHead{f.Fields[i].Label, f.Fields[i].Help})
	}
	for n := range count {
		line := make([]asked, len(f.Fields))
		for i := range f.Fields {
			var cell any
			if n < len(rows) {
				cell = rows[n][f.Fields[i].ID]
			}
			var err error
			if line[i], err = d.ask(&f.Fields[i], rowName(f.ID, n, f.Fields[i].ID), cell, entered, wrong); err != nil {
				return q, err
			}
			line[i].Label = fmt.Sprintf("%s, row %d", f.Fields[i].Label, n+1)
		}
		q.Lines = append(q.Lines, line)
	}
	return q, nil
}

// oneEach is how many rows a field takes that has one for each answer of its first
// column, such as the dimensions of an impact.
func oneEach(f *kind.Field) int {
	if first := &f.Fields[0]; first.Type == kind.Choice {
		return len(first.Options)
	}
	return 0
}

func rowName(name string, n int, column string) string {
	return name + "." + strconv.Itoa(n) + "." + column
}

// formTexts are a value as a form writes it.
func formTexts(value any) []string {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return []string{v}
	case []string:
		return v
	case bool:
		return []string{strconv.FormatBool(v)}
	case int64:
		return []string{strconv.FormatInt(v, 10)}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	default:
		return nil
	}
}
