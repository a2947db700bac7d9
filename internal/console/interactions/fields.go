// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// filterFields are the questions above the list. Offered are the systems and what had
// been used at the moment shown.
func (s *Section) filterFields(q filter.Query, snapshot *identity.Snapshot, lanes []index.Lane) []part.Field {
	system := part.Field{Name: "system", Label: "AI system", Options: []part.Option{{Label: "All " + words.Number(len(snapshot.Systems()))}}}
	for _, known := range snapshot.Systems() {
		system.Options = append(system.Options, part.Option{Value: known.Slug, Label: known.Number + " " + known.Name, Selected: known.Slug == q.System})
	}
	decision := part.Field{Name: "decision", Label: "Decision", Options: []part.Option{{Label: "Any"}}}
	for _, e := range effectWords {
		decision.Options = append(decision.Options, part.Option{Value: e.effect.String(), Label: e.word, Selected: e.effect.String() == q.Decision})
	}
	finding := part.Field{Name: "finding", Label: "Finding type", Options: []part.Option{{Label: "Any"}}}
	for _, t := range s.findingTypes {
		finding.Options = append(finding.Options, part.Option{Value: t.Type, Label: t.Label, Selected: t.Type == q.Finding})
	}
	result := part.Field{Name: "result", Label: "Result", Options: []part.Option{
		{Label: "Any"}, {Value: filter.Open, Label: "In progress", Selected: q.Result == filter.Open}, {Value: filter.Left, Label: "Left the gateway", Selected: q.Result == filter.Left},
	}}
	for _, w := range resultWords {
		result.Options = append(result.Options, part.Option{Value: w.result.String(), Label: w.word, Selected: w.result.String() == q.Result})
	}
	provider := namesField("provider", "Provider", q.Provider, lanes, func(l *index.Lane) string { return l.Provider })
	model := namesField("model", "Model", q.Model, lanes, func(l *index.Lane) string { return l.Model })
	model.Options = append(model.Options, part.Option{Value: filter.Unlisted, Label: "Not listed", Selected: q.Model == filter.Unlisted})
	return []part.Field{system, model, provider, whoField(q.Who), decision, finding, result}
}

// namesField offers the names that were used, and the one asked for.
func namesField(name, label, asked string, lanes []index.Lane, of func(*index.Lane) string) part.Field {
	field := part.Field{Name: name, Label: label, Options: []part.Option{{Label: "Any"}}}
	var names []string
	for i := range lanes {
		names = append(names, of(&lanes[i]))
	}
	if asked != filter.Unlisted {
		names = append(names, asked)
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		if n != "" {
			field.Options = append(field.Options, part.Option{Value: n, Label: words.Clip(n), Selected: n == asked})
		}
	}
	return field
}

// whoField offers people and programs, and the person asked for. Nobody is listed by
// name: a person is chosen from a row.
func whoField(asked string) part.Field {
	field := part.Field{Name: "who", Label: "Who", Options: []part.Option{
		{Label: "Anyone"}, {Value: filter.People, Label: "People", Selected: asked == filter.People}, {Value: filter.Programs, Label: "Programs", Selected: asked == filter.Programs},
	}}
	if person, err := counterfoil.ParseID(asked); err == nil {
		field.Options = append(field.Options, part.Option{Value: asked, Label: words.PersonLabel(person), Selected: true})
	}
	return field
}
