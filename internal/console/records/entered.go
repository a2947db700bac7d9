// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// entered reads the values of a form. Fields the form does not have are left out.
func (d *desk) entered(k *kind.Kind, only []string, form url.Values) (kind.Values, fault.Fields) {
	values, wrong := kind.Values{}, make(fault.Fields)
	for i := range k.Fields {
		f := &k.Fields[i]
		if f.Fixed && only == nil || only != nil && !slices.Contains(only, f.ID) {
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
		return shell.Lines(texts[0])
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
		for piece := range strings.SplitSeq(text, ",") {
			piece = strings.TrimSpace(piece)
			if _, err := counterfoil.ParseID(piece); err == nil || piece == "" {
				if piece != "" {
					list = append(list, piece)
				}
				continue
			}
			k, n, ok := d.section.Kinds.ParseNumber(strings.ToUpper(piece))
			if !ok || !f.Allows(k.ID) {
				wrong[name] = "“" + words.Clip(piece) + "” is no number of a record that fits here."
				continue
			}
			r, err := d.Numbered(d.Ctx, k.ID, n)
			if err != nil {
				wrong[name] = "There is no record " + words.Clip(piece) + "."
				continue
			}
			list = append(list, r.ID.String())
		}
	}
	return list
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
