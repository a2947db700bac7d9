// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/gateway/body"
	"github.com/counterfoil/counterfoil/internal/policy"
	"github.com/counterfoil/counterfoil/internal/redact"
)

// found is one finding in a walked body.
type found struct {
	detect.Finding     // offsets in the leaf's text
	leaf           int // index in Leaves
	class          string
}

// shortestKey is the length from which an object's key could hold something.
const shortestKey = 6

// detect scans every text of the request.
func (x *exchange) detect() *refusal {
	start := time.Now()
	if !x.op.Body {
		guard(&x.intent.Guards, "detect", counterfoil.GuardSkipped, x.state.Scanner.Version(), "no_body", start)
		return nil
	}
	x.found = x.scan(x.found[:0], &x.doc)
	x.facts.Findings = make([]policy.Finding, 0, len(x.found))
	for _, f := range x.found {
		x.facts.Findings = append(x.facts.Findings, f.fact(&x.doc))
	}
	x.intent.Findings = count(x.found)
	guard(&x.intent.Guards, "detect", counterfoil.GuardRan, x.state.Scanner.Version(), "", start)
	return nil
}

// scan appends the findings of a body in the order of its texts.
func (x *exchange) scan(dst []found, d *body.Doc) []found {
	for i := range d.Leaves {
		l := &d.Leaves[i]
		if l.Key && (len(l.Text) < shortestKey || x.provider.Dialect.Vocabulary(l.Text)) || !l.Key && x.provider.Dialect.Opaque(d, *l) {
			continue
		}
		x.hits = x.state.Scanner.Scan(x.hits[:0], l.Text)
		if strings.IndexByte(l.Text, '\\') >= 0 {
			x.hits = x.scanNested(x.hits, l.Text)
		}
		for _, h := range x.hits {
			dst = append(dst, found{Finding: h, leaf: i, class: x.state.Types[h.Type].Class})
		}
	}
	return dst
}

// scanNested looks into a text that is itself JSON, such as the arguments of a
// tool call, where escapes could hide a value from the scan of the text.
func (x *exchange) scanNested(hits []detect.Finding, text string) []detect.Finding {
	outer := len(hits)
	for _, leaf := range redact.Leaves(text) {
		for _, h := range x.state.Scanner.Scan(nil, leaf.Text) {
			h.Start, h.End = leaf.Range(h.Start, h.End)
			if !slices.ContainsFunc(hits[:outer], func(o detect.Finding) bool { return o.Start <= h.Start && h.End <= o.End }) {
				hits = append(hits, h)
			}
		}
	}
	if len(hits) == outer {
		return hits
	}
	return apart(hits)
}

// apart sorts findings and gives up those that overlap a longer one.
func apart(hits []detect.Finding) []detect.Finding {
	slices.SortFunc(hits, func(a, b detect.Finding) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	kept := hits[:1]
	for _, h := range hits[1:] {
		last := &kept[len(kept)-1]
		if h.Start >= last.End {
			kept = append(kept, h)
			continue
		}
		last.End = max(last.End, h.End) // both are sensitive: cover both
	}
	return kept
}

// fact is what rules see of a finding.
func (f *found) fact(d *body.Doc) policy.Finding {
	return policy.Finding{Type: f.Type, Class: f.class, Score: f.Score, Where: d.Path(d.Leaves[f.leaf])}
}

// count totals findings by type, in the order of types.
func count(all []found) []counterfoil.FindingCount {
	var counts []counterfoil.FindingCount
	for i := range all {
		counts = tally(counts, all[i].Type)
	}
	slices.SortFunc(counts, func(a, b counterfoil.FindingCount) int { return strings.Compare(a.Type, b.Type) })
	return counts
}

func tally(counts []counterfoil.FindingCount, name string) []counterfoil.FindingCount {
	for i := range counts {
		if counts[i].Type == name {
			counts[i].Count++
			return counts
		}
	}
	return append(counts, counterfoil.FindingCount{Type: name, Count: 1})
}
