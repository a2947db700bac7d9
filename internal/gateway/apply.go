// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/gateway/body"
	"github.com/counterfoil/counterfoil/internal/interaction"
	"github.com/counterfoil/counterfoil/internal/redact"
)

// What became of a finding.
const (
	actionMasked   = "masked"
	actionBlocked  = "blocked"
	actionRecorded = "recorded"
)

// maxListed bounds the findings listed one by one; all are counted.
const maxListed = 10_000

// maxValues bounds the values of one request that are replaced, so that their
// list fits beside the body into one payload.
const maxValues = 50_000

// apply turns the decision into the bytes that may leave. It is the only place
// that changes a request, and it changes nothing but what is masked.
func (x *exchange) apply() *refusal {
	start := time.Now()
	blocked := x.decision.Effect == counterfoil.EffectBlock
	x.values = redact.NewMap(x.literal())
	x.edits = x.edits[:0]
	for i := 0; i < len(x.found); {
		n := i + 1
		for n < len(x.found) && x.found[n].leaf == x.found[i].leaf {
			n++
		}
		x.mask(x.found[i:n], blocked)
		if x.values.Len() > maxValues {
			return x.tooMany(start)
		}
		i = n
	}
	x.outgoing = x.raw
	if len(x.edits) > 0 {
		x.outgoing = redact.Splice(make([]byte, 0, len(x.raw)), x.raw, x.edits)
	}
	x.intent.Redactions = uint64(len(x.edits))
	x.request.Body = x.outgoing
	if blocked {
		x.intent.Redactions = 0
		guard(&x.intent.Guards, "redact", counterfoil.GuardSkipped, "", "blocked", start)
		return &refusal{status: http.StatusForbidden, reason: "rule", result: counterfoil.ResultBlocked, message: told(&x.decision)}
	}
	x.request.Redactions = x.redactions()
	x.intent.RedactionRoot = interaction.RedactionRoot(x.request.Redactions)
	x.intent.ForwardedBytes = uint64(len(x.outgoing))
	guard(&x.intent.Guards, "redact", counterfoil.GuardRan, "", "", start)
	return nil
}

func (x *exchange) tooMany(start time.Time) *refusal {
	guard(&x.intent.Guards, "redact", counterfoil.GuardFailed, "", "too_large", start)
	return &refusal{
		status: http.StatusRequestEntityTooLarge, reason: "too_large",
		message: fmt.Sprintf("The request was not forwarded: more than %d different values in it would have to be masked. Send it in parts.", maxValues),
	}
}

// mask adds the edits of one text's findings. In a request that is blocked
// everything found is masked: it does not leave, and the record does not keep it.
func (x *exchange) mask(all []found, blocked bool) {
	l := &x.doc.Leaves[all[0].leaf]
	literal := x.raw[l.Start:l.End]
	cursor := redact.NewCursor(literal)
	for i := range all {
		f := &all[i]
		masked := x.decision.Masks(f.Type, f.class)
		action := actionRecorded
		switch {
		case blocked:
			action = actionBlocked
		case masked:
			action = actionMasked
		}
		x.list(f, action)
		if !masked && !blocked {
			continue
		}
		if l.Number {
			x.edits = append(x.edits, redact.Edit{Start: l.Start, End: l.End, New: []byte(`"` + x.placeholder(f, l.Text) + `"`)})
			return
		}
		start, end := cursor.Range(f.Start, f.End)
		x.edits = append(x.edits, redact.Edit{Start: l.Start + start, End: l.Start + end, New: []byte(x.placeholder(f, l.Text[f.Start:f.End]))})
	}
}

// placeholder returns the placeholder of a value and remembers its type. The
// value is copied: it lives longer than the body.
func (x *exchange) placeholder(f *found, value string) string {
	p := x.values.Placeholder(x.state.Types[f.Type].Placeholder, strings.Clone(value))
	if x.values.Len() > len(x.types) {
		x.types = append(x.types, f.Type)
	}
	return p
}

func (x *exchange) list(f *found, action string) {
	if len(x.request.Findings) >= maxListed {
		return
	}
	x.request.Findings = append(x.request.Findings, listed(f, &x.doc, action))
}

func listed(f *found, d *body.Doc, action string) interaction.Finding {
	return interaction.Finding{
		Type: f.Type, Where: d.Path(d.Leaves[f.leaf]), Start: f.Start, End: f.End,
		Score: f.Score, Detector: f.Detector, Action: action,
	}
}

// redactions lists the values replaced, each with a key of its own, so that one
// can be disclosed without the others.
func (x *exchange) redactions() []interaction.Redaction {
	entries := x.values.Entries()
	if len(entries) == 0 {
		return nil
	}
	out := make([]interaction.Redaction, len(entries))
	keys := make([]byte, 32*len(entries))
	rand.Read(keys) // never fails: crypto/rand ends the program instead
	for i, e := range entries {
		out[i] = interaction.Redaction{Placeholder: e.Placeholder, Type: x.types[i], Value: e.Value, Key: keys[32*i : 32*i+32 : 32*i+32], Count: e.Count}
	}
	return out
}

// literal tells which placeholders the request's own text already contains, so
// that none of them is given to a value. The texts are searched once, when the
// first placeholder is needed.
func (x *exchange) literal() func(string) bool {
	var seen []string
	searched := false
	return func(placeholder string) bool {
		if !searched {
			for i := range x.doc.Leaves {
				seen = bracketed(seen, x.doc.Leaves[i].Text)
			}
			slices.Sort(seen)
			searched = true
		}
		_, ok := slices.BinarySearch(seen, placeholder)
		return ok
	}
}

// bracketed appends everything in text that could be read as a placeholder.
func bracketed(dst []string, text string) []string {
	for {
		open := strings.IndexByte(text, '[')
		if open < 0 {
			return dst
		}
		text = text[open:]
		end := strings.IndexByte(text[:min(len(text), 64)], ']')
		if end > 0 {
			dst = append(dst, text[:end+1])
		}
		text = text[1:]
	}
}
