// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// ImpactState is how complete an impact assessment is: which dimensions have a
// conclusion, and where each condition went.
type ImpactState struct {
	Concluded  string // "7 of 10"
	Dimensions []dimensionLine
	Conditions []conditionLine
}

type dimensionLine struct {
	Name  string
	State part.Mark
	Whom  string
}

type conditionLine struct {
	Text  string
	State part.Mark
	Went  part.Fact // the record or the rule it became
}

// ImpactStateOf reads an impact assessment; nil for records of other kinds.
func ImpactStateOf(d *shell.Desk, r *register.Record) *ImpactState {
	dimensions, ok := columnOf(r.Kind, "dimensions", "dimension")
	conclusion, ok2 := columnOf(r.Kind, "dimensions", "conclusion")
	if r.Kind.ID != "impact" || !ok || !ok2 {
		return nil
	}
	rows := map[string]map[string]any{}
	for _, row := range r.Values.Rows("dimensions") {
		id, _ := row["dimension"].(string)
		rows[id] = row
	}
	s := &ImpactState{Concluded: words.Number(len(rows)) + " of " + words.Number(len(dimensions.Options))}
	for _, o := range dimensions.Options {
		line := dimensionLine{Name: o.Label, State: part.NotBegun("No conclusion yet")}
		if row := rows[o.ID]; row != nil {
			id, _ := row["conclusion"].(string)
			line.State = conclusionMark(id, shell.OptionLabel(conclusion, id))
			line.Whom, _ = row["who"].(string)
		}
		s.Dimensions = append(s.Dimensions, line)
	}
	for _, row := range r.Values.Rows("conditions") {
		s.Conditions = append(s.Conditions, conditionLineOf(d, r.Kind, row))
	}
	return s
}

func conclusionMark(id, word string) part.Mark {
	switch id {
	case "not_acceptable":
		return part.Bad(word)
	case "with_measures":
		return part.Warn(word)
	}
	return part.OK(word)
}

// conditionLineOf follows a condition to what it became.
func conditionLineOf(d *shell.Desk, k *kind.Kind, row map[string]any) conditionLine {
	text, _ := row["condition"].(string)
	became, _ := row["became"].(string)
	record, _ := row["record"].(string)
	rule, _ := row["rule"].(string)
	line := conditionLine{Text: text, State: part.Warn("Became nothing yet")}
	switch {
	case record != "":
		line.Went = d.Linked(record)
	case rule != "":
		line.Went = part.Fact{Value: "Rule " + rule}
	}
	if f, ok := columnOf(k, "conditions", "became"); ok && became != "" {
		line.State = part.Current(shell.OptionLabel(f, became))
		if line.Went.Value == "" {
			line.State = part.Warn(shell.OptionLabel(f, became) + ", but none is named")
		}
	}
	return line
}

// columnOf is a column of a field of rows.
func columnOf(k *kind.Kind, field, column string) (*kind.Field, bool) {
	f, ok := k.Field(field)
	if !ok {
		return nil, false
	}
	for i := range f.Fields {
		if f.Fields[i].ID == column {
			return &f.Fields[i], true
		}
	}
	return nil, false
}
