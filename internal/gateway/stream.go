// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/gateway/body"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
	"github.com/counterfoil/counterfoil/internal/gateway/sse"
	"github.com/counterfoil/counterfoil/internal/interaction"
	"github.com/counterfoil/counterfoil/internal/policy"
	"github.com/counterfoil/counterfoil/internal/redact"
)

// follower watches one streamed answer: events come in whole, are inspected,
// restored and passed on; the event that ends the answer waits for the record.
type follower struct {
	x        *exchange
	events   sse.Splitter
	dialect  dialect.Stream
	texts    *redact.Stream
	paths    map[redact.Key]string // of the texts seen, as they stand in findings
	segments []redact.Segment
	complete []redact.Key          // of the event at hand, texts that end with it
	growing  map[string]redact.Key // by choice or block, the text that grew last
	path     []byte
	chunk    []byte // what one read brought
	template template
	last     []byte // the event that ends the answer
	failed   bool   // the provider reported an error inside the stream
	decision policy.Decision
	masks    *redact.Map
	busy     time.Duration // spent watching
}

// stream delivers a streamed answer.
func (x *exchange) stream(resp *http.Response, src *watchdog) *refusal {
	f := &x.follower
	f.begin(x)
	x.facts.Answer.Status = resp.StatusCode
	h := x.answerHeader(resp)
	h.Del("Content-Length")
	x.w.WriteHeader(resp.StatusCode)
	err := f.pump(src)
	if errors.Is(err, errEnded) {
		if blocked := f.judge(); blocked != nil {
			err = blocked // facts that only the end shows, such as its size
		}
	}
	x.closing(resp.StatusCode)
	f.note()
	if no := f.close(err); no != nil {
		return no
	}
	src.drain()
	return nil
}

// begin readies the follower; buffers of an earlier answer are used again.
func (f *follower) begin(x *exchange) {
	*f = follower{
		x: x, dialect: x.provider.Dialect.Stream(), masks: redact.NewMap(nil),
		paths: map[redact.Key]string{}, growing: map[string]redact.Key{},
		chunk: f.chunk, events: f.events, segments: f.segments[:0], complete: f.complete[:0], path: f.path[:0],
		template: template{raw: f.template.raw[:0]},
	}
	if f.chunk == nil {
		f.chunk = make([]byte, 16<<10)
	}
	f.events.Reset()
	f.texts = redact.NewStream(x.values, f)
	x.came, x.delivered = x.came[:0], x.delivered[:0]
}

// errGarbage is a stream that cannot be watched.
var errGarbage = errors.New("the stream cannot be read")

// errBlocked is a rule that stops the answer for something else than a finding.
var errBlocked = errors.New("a rule stops the answer")

// errEnded ends the pump at the event that ends the answer.
var errEnded = errors.New("the answer has ended")

// pump passes the answer on until it ends, one write for what one read brought.
func (f *follower) pump(src io.Reader) error {
	for {
		n, err := src.Read(f.chunk)
		if n > 0 {
			if err := f.take(f.chunk[:n]); err != nil {
				return err
			}
			if err := f.write(); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return f.ended()
		}
		if err != nil {
			return err
		}
	}
}

// take inspects the events that became whole.
func (f *follower) take(p []byte) error {
	x := f.x
	start := time.Now()
	defer func() { f.busy += time.Since(start) }()
	x.outcome.AnswerBytes += uint64(len(p))
	x.came = append(x.came, p...)
	if int64(x.outcome.AnswerBytes) > x.state.Limits.AnswerBytes {
		return errLimit
	}
	x.facts.Answer.Bytes = len(x.came)
	f.events.Write(p)
	for {
		e, ok, err := f.events.Next()
		if err != nil {
			return fmt.Errorf("%w: %w", errGarbage, err)
		}
		if !ok {
			return nil
		}
		if err := f.event(e); err != nil {
			return err
		}
	}
}

// event inspects one event.
func (f *follower) event(e sse.Event) error {
	if e.Data == nil {
		return f.texts.Push(e.Raw, nil, f.emit)
	}
	if s, ok := f.template.match(e.Raw); ok {
		f.segments = append(f.segments[:0], s)
		return f.texts.Push(e.Raw, f.segments, f.emit)
	}
	if f.dialect.Done(e.Data) {
		f.segments, f.complete = f.segments[:0], f.complete[:0]
		return f.terminal(e.Raw)
	}
	doc := &f.x.doc
	if err := doc.Walk(e.Data); err != nil {
		return fmt.Errorf("%w: %w", errGarbage, err)
	}
	info := f.dialect.Event(string(e.Name), doc)
	counts, err := f.facts(doc)
	if err != nil {
		return err
	}
	f.failed = f.failed || info.Error
	if err := f.collect(doc, e.At); err != nil {
		return err
	}
	if info.Terminal {
		return f.terminal(e.Raw)
	}
	f.template.learn(e.Raw, f.segments, f.complete, info, counts)
	if err := f.texts.Push(e.Raw, f.segments, f.emit); err != nil {
		return err
	}
	for _, key := range f.complete {
		if err := f.texts.End(key, f.emit); err != nil {
			return err
		}
	}
	if info.Ends == "" {
		return nil
	}
	return f.end(info.Ends)
}

// facts notes what the event says of the answer as a whole, and tells whether
// it states token counts. The rules are asked when the model is first named.
func (f *follower) facts(doc *body.Doc) (counts bool, err error) {
	x := f.x
	if in, out := x.provider.Dialect.Usage(doc); in+out > 0 {
		counts = true
		x.outcome.InputTokens, x.outcome.OutputTokens = max(in, x.outcome.InputTokens), max(out, x.outcome.OutputTokens)
	}
	if x.answer.ID == "" && x.answer.Model == "" {
		x.answer.ID, x.answer.Model = strings.Clone(cut(doc.Any("id"), 256)), strings.Clone(cut(doc.Any("model"), 256))
		x.facts.Answer.Model = x.answer.Model
		err = f.judge()
	}
	return counts, err
}

var seed = maphash.MakeSeed()

// collect lists the texts of the event with the logical text each belongs to.
func (f *follower) collect(doc *body.Doc, at int) error {
	f.segments, f.complete = f.segments[:0], f.complete[:0]
	d := f.x.provider.Dialect
	for i := range doc.Leaves {
		l := &doc.Leaves[i]
		if l.Key || l.Number || l.Text == "" || d.Opaque(doc, *l) {
			continue
		}
		f.path = doc.AppendPath(f.path[:0], *l, true)
		key := redact.Key(maphash.Bytes(seed, f.path))
		if _, ok := f.paths[key]; !ok {
			f.paths[key] = string(f.path)
		}
		if !d.Grows(doc, *l) {
			f.complete = append(f.complete, key)
		} else if err := f.grow(key); err != nil {
			return err
		}
		depth := 1
		if d.Arguments(doc, *l) {
			depth = 2
		}
		// The text is cloned: it may wait, and the event's bytes will not.
		f.segments = append(f.segments, redact.Segment{Key: key, Text: strings.Clone(l.Text), RawStart: at + l.Start, RawEnd: at + l.End, Depth: depth})
	}
	return nil
}

// grow completes the text that grew before in the same choice or block: a model
// writes one thing after the other, and nothing shall wait for a text that is
// over.
func (f *follower) grow(key redact.Key) error {
	n := bytes.Index(f.path, []byte("delta"))
	if n < 0 {
		return nil
	}
	last, ok := f.growing[string(f.path[:n])]
	if ok && last == key {
		return nil
	}
	f.growing[string(f.path[:n])] = key
	if !ok {
		return nil
	}
	return f.texts.End(last, f.emit)
}

// end completes the texts whose path begins with prefix.
func (f *follower) end(prefix string) error {
	for key, path := range f.paths {
		if strings.HasPrefix(path, prefix) {
			if err := f.texts.End(key, f.emit); err != nil {
				return err
			}
		}
	}
	return nil
}

// terminal keeps the event that ends the answer back, inspected like every
// other; all before it is decided.
func (f *follower) terminal(raw []byte) error {
	if err := f.texts.Flush(f.emit); err != nil {
		return err
	}
	keep := func(event []byte) error {
		f.last = append(f.last, event...)
		return nil
	}
	if err := f.texts.Push(raw, f.segments, keep); err != nil {
		return err
	}
	if err := f.texts.Flush(keep); err != nil {
		return err
	}
	return errEnded
}

// ended judges the proper end of the provider's bytes without an ending event.
func (f *follower) ended() error {
	if len(f.events.Rest()) > 0 || !f.dialect.Complete() {
		return io.ErrUnexpectedEOF
	}
	if err := f.texts.Flush(f.emit); err != nil {
		return err
	}
	return errEnded
}

func (f *follower) emit(event []byte) error {
	f.x.delivered = append(f.x.delivered, event...)
	return nil
}

// write delivers what is decided. Nothing is written with the ending event
// still to come, so that both go in one piece once the record is durable.
func (f *follower) write() error {
	x := f.x
	if len(x.delivered) == 0 {
		return nil
	}
	if err := x.deliver(x.delivered); err != nil {
		return err
	}
	x.delivered = x.delivered[:0]
	return http.NewResponseController(x.w).Flush()
}

// judge asks the rules about what is known of the answer by now.
func (f *follower) judge() error {
	f.decision = f.x.state.Policy.Response(&f.x.facts)
	if f.decision.Effect == counterfoil.EffectBlock {
		return errBlocked
	}
	return nil
}

// note completes the record of what was watched.
func (f *follower) note() {
	x := f.x
	x.outcome.Decision = f.decision.Decision
	x.outcome.Guards = append(x.outcome.Guards,
		counterfoil.GuardRun{Name: "watch", Status: ranUnless(f.decision.Err), Version: x.state.Scanner.Version(), Micros: uint64(f.busy / time.Microsecond)},
		counterfoil.GuardRun{Name: "restore", Status: counterfoil.GuardRan})
}

// close records how the stream ended and delivers its end.
func (f *follower) close(err error) *refusal {
	x := f.x
	var end []byte
	var no *refusal
	switch {
	case errors.Is(err, errEnded):
		end = f.last
		if f.failed {
			x.outcome.Result, x.outcome.Reason = counterfoil.ResultFailed, "provider_status"
		}
	case errors.Is(err, redact.ErrStopped), errors.Is(err, errBlocked):
		end = f.dialect.Stop()
		x.outcome.Result, x.outcome.Reason = counterfoil.ResultStopped, "rule"
		x.answer.Message = told(&f.decision)
	default:
		no = f.fault(err)
		x.outcome.Result, x.outcome.Reason = no.ends(), no.reason
		x.answer.Message = no.message
		if no != clientLeft {
			_ = f.texts.Flush(f.emit) // what came is delivered; a guard may still stop it
			end = f.dialect.Fail(x.provider.Dialect.Error(no.status, x.withRecord(no.message), x.id.String()))
		}
	}
	x.keepAnswer(err)
	if err := x.recordOutcome(); err != nil {
		x.g.log.Error("outcome not recorded", "interaction", x.id, "err", err)
		panic(http.ErrAbortHandler) // without a record the answer must not look complete
	}
	x.delivered = append(x.delivered, end...)
	werr := f.write()
	if no != nil || werr != nil {
		panic(http.ErrAbortHandler) // a broken answer must look broken
	}
	return nil
}

// fault tells why the stream broke off.
func (f *follower) fault(err error) *refusal {
	if errors.Is(err, errGarbage) {
		f.x.g.log.Warn("stream not readable", "interaction", f.x.id, "provider", f.x.provider.Name, "err", err)
		return f.x.garbage(fmt.Sprintf("The provider %s sent a stream that cannot be read, so it cannot be watched.", f.x.provider.Name))
	}
	if errors.Is(err, errClient) {
		return clientLeft
	}
	if errors.Is(err, context.Canceled) {
		err = errIdle // the client has not left: brokenAnswer asks first
	}
	return f.x.brokenAnswer(err)
}

// Scan implements redact.Guard.
func (f *follower) Scan(dst []redact.Found, text string, from int) []redact.Found {
	x := f.x
	x.hits = x.state.Scanner.ScanFrom(x.hits[:0], text, from)
	for i, h := range x.hits {
		if h.End > from {
			dst = append(dst, redact.Found{Start: h.Start, End: h.End, Index: i})
		}
	}
	return dst
}

// Hold implements redact.Guard.
func (f *follower) Hold(text string, _ int) int { return f.x.state.Scanner.Hold(text) }

// maxFacts is how many findings of a stream the rules look at anew. The work is
// quadratic in them; beyond, the last decision stands.
const maxFacts = 1000

// Decide implements redact.Guard: the rules see every finding at once.
func (f *follower) Decide(key redact.Key, at redact.Found, value string) redact.Verdict {
	x := f.x
	h := x.hits[at.Index]
	info := x.state.Types[h.Type]
	where := f.paths[key]
	x.outcome.Findings = tally(x.outcome.Findings, h.Type)
	if len(x.facts.Answer.Findings) < maxFacts {
		x.facts.Answer.Findings = append(x.facts.Answer.Findings, policy.Finding{Type: h.Type, Class: info.Class, Score: h.Score, Where: where})
		f.decision = x.state.Policy.Response(&x.facts)
	}
	verdict, action := redact.Verdict{Action: redact.Keep}, actionRecorded
	switch {
	case f.decision.Effect == counterfoil.EffectBlock:
		verdict.Action, action = redact.Stop, actionBlocked
	case f.decision.Masks(h.Type, info.Class):
		verdict, action = redact.Verdict{Action: redact.Replace, With: f.masks.Placeholder(info.Placeholder, strings.Clone(value))}, actionMasked
	}
	f.list(h, where, at, action)
	return verdict
}

func (f *follower) list(h detect.Finding, where string, at redact.Found, action string) {
	if len(f.x.answer.Findings) >= maxListed {
		return
	}
	f.x.answer.Findings = append(f.x.answer.Findings, interaction.Finding{
		Type: h.Type, Where: where, Start: at.Start, End: at.End, Score: h.Score, Detector: h.Detector, Action: action,
	})
}
