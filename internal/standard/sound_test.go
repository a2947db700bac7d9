// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package standard

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every reference inside the catalogue leads somewhere.
func TestCatalogueIsSound(t *testing.T) {
	c := ISO42001()
	var owners []string
	for _, r := range c.Roles {
		owners = append(owners, r.Name)
	}
	template := regexp.MustCompile(`^D(0[1-9]|[12][0-9]|3[0-8])$`)
	seen := map[string]bool{} // ids of questions and evidence
	for i := range c.Requirements {
		r := &c.Requirements[i]
		if g, ok := c.Groups[r.Group]; !ok || g.Kind != r.Kind {
			t.Errorf("%s stands in group %q", r.ID, r.Group)
		}
		if !slices.Contains(owners, r.DefaultOwner) {
			t.Errorf("%s is owned by %q", r.ID, r.DefaultOwner)
		}
		if !slices.Contains([]string{"plan", "do", "check", "act"}, r.PDCA) || r.Title == "" || r.Summary == "" || len(r.CommonFindings) == 0 {
			t.Errorf("%s: pdca %q, title %q, %d findings", r.ID, r.PDCA, r.Title, len(r.CommonFindings))
		}
		for _, id := range r.Related {
			if _, ok := c.Requirement(id); !ok || id == r.ID {
				t.Errorf("%s is related to %q", r.ID, id)
			}
		}
		for _, d := range r.Templates {
			if !template.MatchString(d) {
				t.Errorf("%s names template %q", r.ID, d)
			}
		}
		for _, q := range r.Questions {
			if _, ok := c.Signals[q.Auto]; q.Auto != "" && !ok || seen[q.ID] || !strings.HasPrefix(q.ID, r.ID+"-q") || !slices.Contains([]string{"major", "minor", "ofi"}, q.IfNo) {
				t.Errorf("%s asks %+v", r.ID, q)
			}
			seen[q.ID] = true
		}
		for _, e := range r.Evidence {
			if seen[e.ID] || !strings.HasPrefix(e.ID, r.ID+"-e") || e.FreshnessDays < 1 || !slices.Contains([]string{"document", "record", "runtime"}, e.Kind) {
				t.Errorf("%s wants %+v", r.ID, e)
			}
			seen[e.ID] = true
		}
		for _, s := range r.Signals {
			if _, ok := c.Signals[s.Signal]; !ok || s.Pass == "" || s.Shows == "" {
				t.Errorf("%s reads %+v", r.ID, s)
			}
		}
		checkApplicability(t, r)
	}
}

func checkApplicability(t *testing.T, r *Requirement) {
	t.Helper()
	if r.Kind == "clause" {
		if r.Applicability != nil || r.Exclusion != "" {
			t.Errorf("clause %s could be excluded", r.ID)
		}
		return
	}
	for _, role := range []string{"develops", "provides", "uses"} {
		if !slices.Contains([]string{"always", "usually", "sometimes", "rarely"}, r.Applicability[role]) {
			t.Errorf("%s applies %q to who %s", r.ID, r.Applicability[role], role)
		}
	}
	if r.Exclusion == "" || len(r.Applicability) != 3 {
		t.Errorf("%s: no guidance on exclusion, or %d roles", r.ID, len(r.Applicability))
	}
}

// Every signal is defined in full and read by a requirement.
func TestSignalsAreSound(t *testing.T) {
	c := ISO42001()
	read := map[string]bool{}
	for _, r := range c.Requirements {
		for _, s := range r.Signals {
			read[s.Signal] = true
		}
	}
	threshold := regexp.MustCompile(`^(==|>=|<=|>|<) (true|false|[0-9.]+)$`)
	for id, s := range c.Signals {
		if !read[id] {
			t.Errorf("nothing reads %s", id)
		}
		if s.Name == "" || s.Measure == "" || s.WindowDays < 1 || len(s.Source) == 0 || !threshold.MatchString(s.Pass) || !threshold.MatchString(s.Warn) ||
			!slices.Contains([]string{"no_data", "pass", "fail"}, s.Empty) || !slices.Contains([]string{"higher", "lower"}, s.Better) {
			t.Errorf("%s: %+v", id, s)
		}
	}
	if len(c.Signals) != 136 {
		t.Errorf("%d signals", len(c.Signals))
	}
}

// The starter library names controls, signals, sources and objectives that exist,
// and its ratings follow its own scales.
func TestLibraryIsSound(t *testing.T) {
	l, c := Risks(), ISO42001()
	sources, objectives := map[string]bool{}, map[string]bool{}
	for _, r := range l.Risks {
		for _, id := range r.Sources {
			if _, ok := l.Sources[id]; !ok {
				t.Errorf("%s comes from %q", r.ID, id)
			}
			sources[id] = true
		}
		for _, id := range r.Objectives {
			if _, ok := l.Objectives[id]; !ok {
				t.Errorf("%s touches %q", r.ID, id)
			}
			objectives[id] = true
		}
		for _, w := range r.Treatments {
			if _, ok := l.Options[w.Option]; !ok {
				t.Errorf("%s: option %q", r.ID, w.Option)
			}
			for _, id := range w.Controls {
				if control, ok := c.Requirement(id); !ok || control.Kind != "control" {
					t.Errorf("%s is treated by %q", r.ID, id)
				}
			}
			for _, id := range w.Indicators {
				if _, ok := c.Signals[id]; !ok {
					t.Errorf("%s is shown by %q", r.ID, id)
				}
			}
		}
		level := r.Rating.Likelihood * slices.Max(slices.Collect(maps.Values(r.Rating.Impact)))
		if band := bandOf(level, r.Rating.Impact["individuals"]); r.Rating.Level != level || r.Rating.Band != band {
			t.Errorf("%s is rated %d %s, its scales say %d %s", r.ID, r.Rating.Level, r.Rating.Band, level, band)
		}
	}
	if len(l.Risks) != 45 || len(sources) != len(l.Sources) || len(objectives) != len(l.Objectives) {
		t.Errorf("%d risks, %d of %d sources, %d of %d objectives", len(l.Risks), len(sources), len(l.Sources), len(objectives), len(l.Objectives))
	}
}

// bandOf is the scale the library's head describes.
func bandOf(level, individuals int64) string {
	switch {
	case level >= 15:
		return "very high"
	case level >= 10 || individuals == 5:
		return "high"
	case level >= 5:
		return "medium"
	}
	return "low"
}

// The crosswalk covers every requirement once, in order, and names only items it knows.
func TestCrosswalkIsSound(t *testing.T) {
	c := BuiltinCrosswalk()
	var ids []string
	ties := 0
	for _, m := range c.Mappings {
		ids = append(ids, m.ID)
		ties += len(m.NIST) + len(m.EU) + len(m.ISO27001)
		if r, ok := ISO42001().Requirement(m.ID); !ok || r.Label != m.Label {
			t.Errorf("%s is labelled %q", m.ID, m.Label)
		}
	}
	if !slices.Equal(ids, ISO42001().IDs()) {
		t.Errorf("the crosswalk has rows for %v", ids)
	}
	if len(c.NIST) != 72 || len(c.Articles) != 13 {
		t.Errorf("%d subcategories, %d articles", len(c.NIST), len(c.Articles))
	}
	found := 0
	for _, f := range c.Frameworks() {
		for _, item := range f.Items {
			found += len(item.Ties)
			if _, alone := c.NISTAlone[item.ID]; alone != (len(item.Ties) == 0) {
				t.Errorf("%s %s has %d ties", f.Title, item.ID, len(item.Ties))
			}
			for _, tie := range item.Ties {
				if _, graded := c.Meta.Relations[tie.Relation]; graded == (f.ID == NISTAIRMF) {
					t.Errorf("%s %s is tied as %q", f.Title, item.ID, tie.Relation)
				}
			}
		}
	}
	if found != ties {
		t.Errorf("%d ties are written, %d lead to an item", ties, found)
	}
}

func TestServingBothWays(t *testing.T) {
	frameworks := BuiltinCrosswalk().Frameworks()
	var got []string
	for _, r := range Serving(frameworks, "A.6.2.8") {
		item, ok := r.Framework.Item(r.Item.ID)
		if !ok || !slices.ContainsFunc(item.Ties, func(tie Tie) bool { return tie.Requirement == "A.6.2.8" }) {
			t.Errorf("%s %s does not lead back", r.Framework.Title, r.Item.ID)
		}
		got = append(got, r.Framework.ID+" "+r.Item.ID)
	}
	for _, want := range []string{EUAIAct + " 12", ISO27001 + " A.8.15"} {
		if !slices.Contains(got, want) {
			t.Errorf("A.6.2.8 serves %v, without %s", got, want)
		}
	}
	eu := frameworks[0]
	if eu.Items[0].ID != "9" || eu.Items[len(eu.Items)-1].ID != "73" {
		t.Errorf("articles run from %s to %s", eu.Items[0].ID, eu.Items[len(eu.Items)-1].ID)
	}
}
