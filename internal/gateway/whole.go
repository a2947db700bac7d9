// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/gateway/body"
	"github.com/counterfoil/counterfoil/internal/policy"
	"github.com/counterfoil/counterfoil/internal/redact"
)

// decoded is the answer's body without gzip, which a provider may send unasked.
func decoded(resp *http.Response) (io.Reader, error) {
	switch strings.ToLower(resp.Header.Get("Content-Encoding")) {
	case "", "identity":
		return resp.Body, nil
	case "gzip":
		return gzip.NewReader(resp.Body)
	default:
		return nil, errors.New("unsupported Content-Encoding")
	}
}

// whole watches an answer that comes in one piece. Its outcome is durable
// before its first byte is delivered, and so before its last.
func (x *exchange) whole(resp *http.Response, src io.Reader) *refusal {
	raw, err := readAll(x.came[:0], src, x.state.Limits.AnswerBytes)
	x.came = raw
	x.outcome.AnswerBytes = uint64(len(raw))
	x.keepAnswer(err)
	if err != nil {
		return x.brokenAnswer(err)
	}
	if no := x.inspect(resp.StatusCode, raw); no != nil {
		return no
	}
	x.delivered = redact.Splice(x.delivered[:0], raw, x.edits)
	x.closing(resp.StatusCode)
	if err := x.recordOutcome(); err != nil {
		x.g.log.Error("outcome not recorded", "interaction", x.id, "err", err)
		x.reply(unanswered)
		return silent
	}
	h := x.answerHeader(resp)
	h.Set("Content-Length", strconv.Itoa(len(x.delivered)))
	x.w.WriteHeader(resp.StatusCode)
	_ = x.deliver(x.delivered) // whether the client took it is not ours to know
	return nil
}

// keepAnswer takes what came into the record, also of an answer that broke off;
// of one above the limit the first part.
func (x *exchange) keepAnswer(err error) {
	const part = 1 << 20
	x.answer.Body = x.came
	if errors.Is(err, errLimit) {
		x.answer.Body, x.outcome.Truncated = x.came[:min(len(x.came), part)], true
	}
}

// unanswered is the refusal when the outcome cannot be recorded: the provider
// has answered, the client must not be.
var unanswered = &refusal{
	status: http.StatusServiceUnavailable, reason: "ledger_unavailable",
	message: "The answer is withheld: its record cannot be written, and nothing is answered that is not recorded. Tell whoever runs this gateway.",
}

// closing records how an answer that is delivered ended.
func (x *exchange) closing(status int) {
	x.outcome.Status = uint64(status)
	x.outcome.Result = counterfoil.ResultAnswered
	if status >= http.StatusBadRequest {
		x.outcome.Result, x.outcome.Reason = counterfoil.ResultFailed, "provider_status"
	}
}

// brokenAnswer tells why the provider's answer did not come to its end.
func (x *exchange) brokenAnswer(err error) *refusal {
	no := &refusal{status: http.StatusBadGateway, result: counterfoil.ResultFailed}
	switch {
	case x.r.Context().Err() != nil:
		return clientLeft
	case errors.Is(err, errLimit):
		no.reason = "answer_too_large"
		no.message = fmt.Sprintf("The answer of %s is larger than %d MiB, the limit of this gateway (limits.answer_bytes).", x.provider.Name, x.state.Limits.AnswerBytes>>20)
	case errors.Is(err, errIdle), errors.Is(err, errTotal):
		no.status, no.reason = http.StatusGatewayTimeout, "provider_timeout"
		no.message = fmt.Sprintf("The provider %s fell silent in the middle of its answer.", x.provider.Name)
	default:
		no.reason = "provider_cut"
		no.message = fmt.Sprintf("The provider %s broke off in the middle of its answer.", x.provider.Name)
	}
	return no
}

// inspect scans a whole answer, asks the rules and collects the edits: values
// restored, findings masked.
func (x *exchange) inspect(status int, raw []byte) *refusal {
	start := time.Now()
	x.edits = x.edits[:0]
	if len(raw) == 0 {
		guard(&x.outcome.Guards, "watch", counterfoil.GuardSkipped, "", "no_body", start)
		return nil
	}
	if err := x.doc.Walk(raw); err != nil {
		guard(&x.outcome.Guards, "watch", counterfoil.GuardFailed, "", "provider_garbage", start)
		no := x.garbage(fmt.Sprintf("The provider %s answered %d with something that is not JSON, so it cannot be watched.", x.provider.Name, status))
		if status >= http.StatusBadRequest {
			no.status = status
		}
		return no
	}
	x.answer.Model, x.answer.ID = strings.Clone(cut(x.doc.Top("model"), 256)), strings.Clone(cut(x.doc.Top("id"), 256))
	x.outcome.InputTokens, x.outcome.OutputTokens = x.provider.Dialect.Usage(&x.doc)
	x.found = x.scan(x.found[:0], &x.doc)
	x.facts.Answer = policy.Answer{Model: x.answer.Model, Status: status, Bytes: len(raw)}
	for i := range x.found {
		x.facts.Answer.Findings = append(x.facts.Answer.Findings, x.found[i].fact(&x.doc))
	}
	x.outcome.Findings = count(x.found)
	d := x.state.Policy.Response(&x.facts)
	x.outcome.Decision = d.Decision
	guard(&x.outcome.Guards, "watch", ranUnless(d.Err), x.state.Scanner.Version(), "", start)
	if d.Effect == counterfoil.EffectBlock {
		x.listAnswer(func(*found) string { return actionBlocked })
		return &refusal{status: http.StatusForbidden, reason: "rule", result: counterfoil.ResultStopped, message: told(&d)}
	}
	x.editAnswer(&d)
	return nil
}

func ranUnless(err error) counterfoil.GuardStatus {
	if err != nil {
		return counterfoil.GuardFailed
	}
	return counterfoil.GuardRan
}

func (x *exchange) listAnswer(action func(*found) string) {
	for i := range x.found {
		if len(x.answer.Findings) < maxListed {
			x.answer.Findings = append(x.answer.Findings, listed(&x.found[i], &x.doc, action(&x.found[i])))
		}
	}
}

// editAnswer collects the edits of an answer in the order of its bytes.
func (x *exchange) editAnswer(d *policy.Decision) {
	start := time.Now()
	masks := redact.NewMap(nil)
	x.listAnswer(func(f *found) string {
		if d.Masks(f.Type, f.class) {
			return actionMasked
		}
		return actionRecorded
	})
	next := 0
	for i := range x.doc.Leaves {
		first := next
		for next < len(x.found) && x.found[next].leaf == i {
			next++
		}
		x.editText(i, x.found[first:next], d, masks)
	}
	guard(&x.outcome.Guards, "restore", counterfoil.GuardRan, "", "", start)
}

// editText merges the findings to mask and the placeholders to restore of one
// text; a finding that touches a placeholder wins.
func (x *exchange) editText(leaf int, all []found, d *policy.Decision, masks *redact.Map) {
	l := &x.doc.Leaves[leaf]
	live := x.values.Restore(l.Text)
	if len(live) == 0 && len(all) == 0 {
		return
	}
	if x.provider.Dialect.Arguments(&x.doc, *l) && !slices.ContainsFunc(all, func(f found) bool { return d.Masks(f.Type, f.class) }) {
		x.restoreArguments(l)
		return
	}
	cursor := redact.NewCursor(x.doc.Raw[l.Start:l.End])
	depth := 1
	if x.provider.Dialect.Arguments(&x.doc, *l) {
		depth = 2
	}
	put := func(from, to int, text []byte) {
		s, e := cursor.Range(from, to)
		x.edits = append(x.edits, redact.Edit{Start: l.Start + s, End: l.Start + e, New: text})
	}
	for i := range all {
		f := &all[i]
		if l.Number || !d.Masks(f.Type, f.class) {
			continue
		}
		for len(live) > 0 && live[0].End <= f.Start {
			put(live[0].Start, live[0].End, redact.AppendEscaped(nil, live[0].Value, depth))
			live = live[1:]
		}
		for len(live) > 0 && live[0].Start < f.End {
			live = live[1:]
		}
		put(f.Start, f.End, []byte(masks.Placeholder(x.state.Types[f.Type].Placeholder, l.Text[f.Start:f.End])))
	}
	for _, r := range live {
		put(r.Start, r.End, redact.AppendEscaped(nil, r.Value, depth))
	}
}

// restoreArguments puts values back into a text that is JSON itself, however
// deep the JSON in it lies: what a stream does with the same text in one piece.
func (x *exchange) restoreArguments(l *body.Leaf) {
	literal := x.doc.Raw[l.Start:l.End]
	var out []byte
	emit := func(event []byte) error {
		out = append(out, event...)
		return nil
	}
	s := redact.NewStream(x.values, nil)
	whole := []redact.Segment{{Text: l.Text, RawStart: 0, RawEnd: len(literal), Depth: 2}}
	if s.Push(literal, whole, emit) != nil || s.Flush(emit) != nil {
		return // without a guard only emit could fail
	}
	x.edits = append(x.edits, redact.Edit{Start: l.Start, End: l.End, New: out})
}
