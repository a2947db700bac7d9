// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/counterfoil/counterfoil"
)

// stretchBytes is how much of a log an examiner is given at once. A larger batch is
// read by itself.
const stretchBytes = 512 << 10

// stretch is a piece of the log under examination: whole batches, back to back in one
// segment, by the heads of their frames.
type stretch struct {
	counterfoil.Stretch
	buf     []byte
	pos     int               // of the batch that is next, in Data
	at      counterfoil.Index // of its first entry
	batches []batchFacts      // as many as were examined
	broken  bool              // the batch that is next does not read
}

// begin fills s with other batches.
func (s *stretch) begin(from counterfoil.Stretch) {
	s.Stretch, s.pos, s.at, s.batches, s.broken = from, 0, from.First, s.batches[:0], false
}

// examineNext examines the next batch of s; false at its end or where one does not read.
func (x *examiner) examineNext(s *stretch) bool {
	if s.pos == len(s.Data) || s.broken {
		return false
	}
	start := counterfoil.Position{Segment: s.At.Segment, Offset: s.At.Offset + int64(s.pos)}
	n, err := x.batch.Parse(s.Data[s.pos:], start, s.at)
	if err != nil {
		s.broken = true
		return false
	}
	f := s.facts()
	x.payloads.stale = true
	x.examine(f, &x.batch, s.Data[s.pos:])
	s.pos += n
	s.at += counterfoil.Index(len(x.batch.Entries))
	return true
}

// facts makes room for what is found in another batch.
func (s *stretch) facts() *batchFacts {
	if len(s.batches) < cap(s.batches) {
		s.batches = s.batches[:len(s.batches)+1]
	} else {
		s.batches = append(s.batches, batchFacts{})
	}
	return &s.batches[len(s.batches)-1]
}

// newExaminer looks at entries by the options of v.
func (v *verification) newExaminer() *examiner {
	return &examiner{options: &v.Options, payloads: payloadFiles{dir: v.PayloadDir}}
}

// walk goes through all whole batches. A Reader judges every border and everything
// that does not read; between, examiners work through stretches it only skimmed.
func (v *verification) walk(ctx context.Context) error {
	v.bornOf()
	w := walk{v: v, own: v.newExaminer(), queue: newQueue(v.workers(), v.newExaminer, func(x *examiner, s *stretch) {
		for x.examineNext(s) {
		}
	})}
	defer w.own.payloads.close()
	defer w.queue.close()
	w.begin(counterfoil.Position{}, 0)
	defer func() { w.reader.Close() }()
	v.checkHeads()
	err := w.run(ctx)
	if errors.Is(err, errOvertaken) {
		v.report.unchecked("Entries recorded after the check began were left out.")
		return nil
	}
	return err
}

// errOvertaken ends a walk: see verification.overtaken.
var errOvertaken = errors.New("the walk has passed where the log ended when it began")

// walk is one way through a log.
type walk struct {
	v      *verification
	own    *examiner // for what the walk reads by itself
	facts  batchFacts
	reader *counterfoil.Reader
	queue  *queue[*stretch]
	spares []*stretch
}

// spare is a stretch to fill.
func (w *walk) spare() *stretch {
	n := len(w.spares) - 1
	if n < 0 {
		return &stretch{buf: make([]byte, cmp.Or(w.v.stretch, stretchBytes))}
	}
	s := w.spares[n]
	w.spares = w.spares[:n]
	return s
}

// begin reads on at a batch border.
func (w *walk) begin(at counterfoil.Position, next counterfoil.Index) {
	if w.reader != nil {
		w.reader.Close()
	}
	w.reader = counterfoil.NewReader(w.v.LedgerDir, w.v.digest(), at, next)
}

func (w *walk) run(ctx context.Context) error {
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		b, err := w.reader.Next()
		if err != nil {
			return w.v.end(err)
		}
		w.own.payloads.stale = true
		w.own.examine(&w.facts, b, nil)
		if err := w.take(&w.facts); err != nil {
			return err
		}
		if err := w.stretches(ctx); err != nil {
			return err
		}
	}
}

// stretches works through what can be skimmed from here on.
func (w *walk) stretches(ctx context.Context) error {
	for dry := false; ; {
		for !dry && w.queue.room() {
			s := w.spare()
			if s.begin(w.reader.Skim(s.buf)); len(s.Data) == 0 {
				dry = true
				w.spares = append(w.spares, s)
				continue
			}
			w.queue.put(s)
		}
		s, found := w.queue.next()
		if !found {
			return nil
		}
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := w.takeStretch(s); err != nil {
			return err
		}
		if s.broken { // a reader that begins there says what is wrong
			w.queue.drop()
			w.begin(counterfoil.Position{Segment: s.At.Segment, Offset: s.At.Offset + int64(s.pos)}, s.at)
			return nil
		}
		w.spares = append(w.spares, s)
	}
}

// takeStretch takes in what was found in the batches of a stretch. Where nobody else
// examines them, each is examined just before.
func (w *walk) takeStretch(s *stretch) error {
	for k := range s.batches {
		if err := w.take(&s.batches[k]); err != nil {
			return err
		}
	}
	for w.queue.alone() && w.own.examineNext(s) {
		if err := w.take(&s.batches[0]); err != nil {
			return err
		}
		s.batches = s.batches[:0]
	}
	return nil
}

func (w *walk) take(f *batchFacts) error {
	if err := w.v.batch(f); err != nil {
		return err
	}
	if w.v.overtaken() {
		return errOvertaken
	}
	return nil
}

// end judges how the log ends.
func (v *verification) end(err error) error {
	var tail *counterfoil.TailError
	var damage *counterfoil.DamageError
	switch {
	case errors.Is(err, io.EOF):
	case errors.As(err, &tail) && v.running:
		v.report.unchecked("A batch is being written at %s; it was left out.", tail.At)
	case errors.As(err, &tail) && tail.Torn:
		v.report.unchecked("An unfinished batch lies at %s. Nobody was told that it is durable; the next start cuts it off.", tail.At)
	case errors.As(err, &tail):
		v.stopped = true
		v.report.problem(ProblemSegment, tail.At.String(), "%s", tail.Text)
	case errors.As(err, &damage):
		v.stopped = true
		v.report.problem(ProblemSegment, damage.At.String(), "%s", damage.Text)
	default:
		return err
	}
	return nil
}
