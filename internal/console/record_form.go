// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

type recordFormPage struct {
	page
	formState
	kind     *kind.Kind
	Kind     kindName
	Over     []link
	Heading  string
	Lead     string
	Number   string
	Stub     []fact
	Action   string
	Leave    string
	Version  string
	Sections []formSection
	Why      field
	Fact     field
	Late     field
	Save     string
	After    string // what happens after saving
	Ask      string // where an override can be asked for
	Conflict *conflict
	Tag      string
}

type formSection struct {
	Title  string
	Help   string
	Fields []question
}

// asked is one field of a record in a form, or one cell of its rows.
type asked struct {
	field
	Kind     string // "text", "area", "select", "radios", "checks", "rows"
	Many     bool
	Personal bool
}

// question is one field with its rows, if it has any.
type question struct {
	asked
	Columns []columnHead
	Lines   [][]asked
}

type columnHead struct{ Label, Hint string }

// conflict is somebody else's version against what was entered.
type conflict struct {
	Who  string
	Rows []conflictRow
}

type conflictRow struct {
	Field, Label       string
	Was, Theirs, Yours string
}

// moreRows is how many empty rows a form offers below those there are; leastRows is
// how many rows there are at least.
const moreRows, leastRows = 3, 5

// formOf builds the questions for fields, with the values of a record or, after
// a refusal, those just entered.
func (d *desk) formOf(k *kind.Kind, sections []kind.Section, only []string, values kind.Values, entered url.Values, wrong fault.Fields) ([]formSection, error) {
	var list []formSection
	for _, s := range sections {
		fs := formSection{Title: s.Title, Help: s.Help}
		for _, id := range s.Fields {
			f, ok := k.Field(id)
			if !ok || f.Fixed || only != nil && !slices.Contains(only, id) {
				continue
			}
			q, err := d.question(f, values[id], entered, wrong)
			if err != nil {
				return nil, err
			}
			fs.Fields = append(fs.Fields, q)
		}
		if len(fs.Fields) > 0 {
			list = append(list, fs)
		}
	}
	return list, nil
}

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
	q := asked{field: field{Name: name, Label: f.Label, Hint: f.Help, Type: "text", Required: f.Required, Error: wrong[name]}, Personal: f.Personal, Kind: "text"}
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
		q.Options = []option{{"true", "Yes", q.Value == "true"}, {"false", "No", q.Value == "false"}}
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
		q.Options = append(q.Options, option{"", "Choose", len(chosen) == 0})
	}
	for _, o := range f.Options {
		label := o.Label
		if o.Meaning != "" {
			label += ": " + o.Meaning
		}
		q.Options = append(q.Options, option{o.ID, label, slices.Contains(chosen, o.ID)})
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
		k, err := d.console.kinds.Kind(id)
		if err != nil || k.Inner {
			continue
		}
		page, err := d.List(d.ctx, index.KeptFilter{Kind: id, Limit: offeredMost + 1})
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
		q.Options = []option{{"", "Nobody or nothing", len(chosen) == 0}}
	}
	for _, r := range offered {
		q.Options = append(q.Options, option{r.ID.String(), d.called(r), slices.Contains(chosen, r.ID.String())})
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
			if r, err := d.Record(d.ctx, id); err == nil {
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

// rowsEntered is how many rows of a field a form holds.
func rowsEntered(name string, entered url.Values) int {
	most := 0
	for key := range entered {
		if rest, ok := strings.CutPrefix(key, name+"."); ok {
			n, _, _ := strings.Cut(rest, ".")
			if i, err := strconv.Atoi(n); err == nil && i < 1000 {
				most = max(most, i+1)
			}
		}
	}
	return most
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

// entered reads the values of a form. Fields the form does not have are left out.
func (d *desk) entered(k *kind.Kind, only []string, form url.Values) (kind.Values, fault.Fields) {
	values, wrong := kind.Values{}, make(fault.Fields)
	for i := range k.Fields {
		f := &k.Fields[i]
		if f.Fixed || only != nil && !slices.Contains(only, f.ID) {
			continue
		}
		if f.Type == kind.Rows {
			values[f.ID] = d.enteredRows(f, form, wrong)
			continue
		}
		values[f.ID] = d.enteredValue(f, f.ID, form, wrong)
	}
	return values, wrong
}

func (d *desk) enteredRows(f *kind.Field, form url.Values, wrong fault.Fields) any {
	rows := []map[string]any{}
	for n := range rowsEntered(f.ID, form) {
		row := map[string]any{}
		for i := range f.Fields {
			name := rowName(f.ID, n, f.Fields[i].ID)
			if v := d.enteredValue(&f.Fields[i], name, form, wrong); v != nil {
				row[f.Fields[i].ID] = v
			}
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return rows
}

// enteredValue reads one field; nil when it was left empty.
func (d *desk) enteredValue(f *kind.Field, name string, form url.Values, wrong fault.Fields) any {
	texts := slices.DeleteFunc(slices.Clone(form[name]), func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(texts) == 0 {
		return nil
	}
	text := strings.TrimSpace(texts[0])
	switch f.Type {
	case kind.LongText:
		return strings.ReplaceAll(strings.TrimRight(texts[0], "\r\n "), "\r\n", "\n")
	case kind.Integer:
		n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
		if err != nil {
			wrong[name] = "Enter a whole number."
			return nil
		}
		return n
	case kind.Number:
		n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
		if err != nil {
			wrong[name] = "Enter a number."
			return nil
		}
		return n
	case kind.Truth:
		return text == "true"
	case kind.Texts:
		return lines(texts[0])
	case kind.Controls:
		return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
	case kind.Choices:
		return texts
	case kind.Link, kind.Links:
		ids := d.ids(f, texts, name, wrong)
		if f.Type == kind.Links {
			return ids
		}
		if len(ids) == 0 {
			return nil
		}
		return ids[0]
	default:
		return text
	}
}

// ids turns what was chosen or typed into ids.
func (d *desk) ids(f *kind.Field, texts []string, name string, wrong fault.Fields) []string {
	var list []string
	for _, text := range texts {
		for part := range strings.SplitSeq(text, ",") {
			part = strings.TrimSpace(part)
			if _, err := counterfoil.ParseID(part); err == nil || part == "" {
				if part != "" {
					list = append(list, part)
				}
				continue
			}
			prefix, serial, _ := strings.Cut(part, "-")
			k, ok := d.console.kinds.Numbered(strings.ToUpper(prefix))
			n, err := parseSerial(serial)
			if !ok || err != nil || !f.Allows(k.ID) {
				wrong[name] = "“" + clip(part) + "” is no number of a record that fits here."
				continue
			}
			r, err := d.Numbered(d.ctx, k.ID, n)
			if err != nil {
				wrong[name] = "There is no record " + clip(part) + "."
				continue
			}
			list = append(list, r.ID.String())
		}
	}
	return list
}

// aboutForm are the questions every save asks.
func aboutForm(p *recordFormPage, r *http.Request, wrong fault.Fields, reasonNeeded bool) {
	p.Why = field{Name: "reason", Label: "What changed, for the history?", Hint: "Written into the ledger with your name.", Type: "text", Value: r.PostFormValue("reason"), Error: wrong["reason"], Required: reasonNeeded}
	if reasonNeeded {
		p.Why.Label = "Why?"
	}
	p.Fact = field{Name: "fact", Label: "On which day did it happen?", Hint: "Only when it was not today.", Type: "date", Width: "w-s", Value: r.PostFormValue("fact"), Error: wrong["fact"]}
	p.Late = field{Name: "late", Label: "Why is it recorded late?", Hint: "Only for a fact more than five working days ago. The record stays marked as a late entry.", Type: "text", Value: r.PostFormValue("late"), Error: wrong["late"]}
}

// input is a form as the register takes it.
func (d *desk) input(k *kind.Kind, only []string, r *http.Request) (register.Input, fault.Fields, error) {
	if err := r.ParseForm(); err != nil {
		return register.Input{}, nil, invalid("The form cannot be read.")
	}
	values, wrong := d.entered(k, only, r.PostForm)
	in := register.Input{Values: values, Reason: r.PostFormValue("reason"), Fact: r.PostFormValue("fact"), Late: r.PostFormValue("late")}
	if v := r.PostFormValue("version"); v != "" {
		n, err := strconv.ParseUint(v, 10, 32)
		if err != nil {
			return in, nil, invalid("The form does not say which version it changes.")
		}
		in.Version = n
	}
	return in, wrong, nil
}

// rejected shows a form again, with everything that was entered. It returns err
// when that is nothing a form can show.
func (c *Console) rejected(w http.ResponseWriter, r *http.Request, d *desk, p *recordFormPage, sections []kind.Section, only []string, err error) error {
	var wrong fault.Fields
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid && f.Fields != nil {
		wrong = f.Fields
	}
	lost, isLost := errors.AsType[*register.Lost](err)
	if wrong == nil && !isLost {
		return err
	}
	var buildErr error
	if p.Sections, buildErr = d.formOf(p.kind, sections, only, nil, r.PostForm, wrong); buildErr != nil {
		return buildErr
	}
	aboutForm(p, r, wrong, p.Why.Required)
	status := http.StatusUnprocessableEntity
	if isLost {
		status = http.StatusConflict
		p.Conflict = d.conflictOf(lost)
		p.Version = strconv.FormatUint(lost.Stands.Version, 10)
		p.Failed, p.Kept = "Not saved: "+p.Conflict.Who+" saved this record after you opened it", "Everything you wrote is still here. Compare below, change what you wrote, and save again."
	} else {
		p.formState = formState{Kept: "Everything you wrote is still here."}
		for _, name := range faultsInOrder(p.kind, wrong) {
			p.Errors = append(p.Errors, formError{name, labelOf(p.kind, name) + ": " + wrong[name]})
		}
		p.Failed = "Not saved: " + counted(uint64(len(p.Errors)), "answer needs", "answers need") + " a change"
	}
	return c.render(w, status, "record_form", p)
}

// faultsInOrder puts faults into the order of the form.
func faultsInOrder(k *kind.Kind, wrong fault.Fields) []string {
	var names []string
	for name := range wrong {
		names = append(names, name)
	}
	place := func(name string) int {
		id, _, _ := strings.Cut(name, ".")
		return slices.IndexFunc(k.Fields, func(f kind.Field) bool { return f.ID == id })
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := place(a) - place(b); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return names
}

func labelOf(k *kind.Kind, name string) string {
	id, _, _ := strings.Cut(name, ".")
	if f, ok := k.Field(id); ok {
		return strings.TrimSuffix(f.Label, "?")
	}
	return map[string]string{"reason": "Why", "fact": "Day of the fact", "late": "Why it is late"}[name]
}

// conflictOf compares what stands with what was entered.
func (d *desk) conflictOf(l *register.Lost) *conflict {
	shown := &conflict{Who: d.person(l.Stands.Actor)}
	for i := range l.Stands.Kind.Fields {
		f := &l.Stands.Kind.Fields[i]
		yours, asked := l.Entered.Values[f.ID]
		theirs := d.brief(f, l.Stands.Values[f.ID])
		if !asked || d.brief(f, yours) == theirs {
			continue
		}
		shown.Rows = append(shown.Rows, conflictRow{Field: f.ID, Label: f.Label, Theirs: theirs, Yours: d.brief(f, yours)})
	}
	return shown
}
