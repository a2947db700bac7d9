// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"net/url"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/detect"
)

func (s *Section) mend(q url.Values) (url.Values, []string) {
	m := shell.Mending{From: q, Clean: url.Values{}}
	snapshot := s.Directory.Snapshot()
	m.Keep("system", func(slug string) bool { _, ok := snapshot.SystemBySlug(slug); return ok }, "the AI system")
	m.Keep("provider", isSomething, "the provider")
	m.Keep("model", isSomething, "the model")
	m.Keep("who", func(text string) bool {
		_, err := counterfoil.ParseID(text)
		return err == nil || text == filter.People || text == filter.Programs
	}, "who asked")
	m.Keep("decision", func(text string) bool {
		e, err := counterfoil.ParseEffect(text)
		return err == nil && e != counterfoil.EffectNone
	}, "the decision")
	m.Keep("finding", func(text string) bool {
		return slices.ContainsFunc(s.findingTypes, func(t detect.TypeInfo) bool { return t.Type == text })
	}, "the finding type")
	m.Keep("result", func(text string) bool {
		_, err := counterfoil.ParseResult(text)
		return text == filter.Open || text == filter.Left || err == nil
	}, "the result")
	for _, name := range []string{"from", "to"} {
		m.Keep(name, isDay, "the day")
	}
	return m.Clean, m.Gone
}

func isSomething(s string) bool { return s != "" }

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
