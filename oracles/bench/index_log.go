// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// syntheticLog is a file of encoded entries in order, such as a busy quarter leaves
// behind: each with its length before it.
type syntheticLog struct {
	path    string
	entries uint64
	begin   time.Time
	length  time.Duration
	systems []counterfoil.ID
	people  []counterfoil.ID
}

// models are those that systems list, each with its provider.
var models = [...]struct{ provider, name string }{
	{"openai", "gpt-4o-mini"}, {"openai", "gpt-4o"}, {"anthropic", "claude-sonnet-5"}, {"mistral", "mistral-large-2411"}, {"openai", ""},
}

// writeLog writes the entries of so many interactions: 14 systems of very different
// size, each with one to three models, 400 people and some programs, one interaction in five with findings, one in eight masked, one in 25
// blocked, some that fail or never end. It takes as long as encoding them.
func (b *bench) writeLog(interactions int) (_ *syntheticLog, err error) {
	l := &syntheticLog{
		path: filepath.Join(b.root, "entries"), length: 90 * 24 * time.Hour,
		begin: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC),
	}
	for range 14 {
		l.systems = append(l.systems, counterfoil.NewID())
	}
	for range 400 {
		l.people = append(l.people, counterfoil.NewID())
	}
	f, err := os.Create(l.path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := entryWriter{out: bufio.NewWriterSize(f, 1<<20)}
	r := rand.New(rand.NewPCG(b.seed, 4))
	step := l.length / time.Duration(interactions)
	var open []*counterfoil.Entry // outcomes to come
	for i := range interactions {
		at := l.begin.Add(time.Duration(i) * step)
		in, out := l.interaction(r, at)
		w.write(in)
		if out != nil {
			open = append(open, out)
		}
		if len(open) > 20 { // about as many are under way at a time
			n := r.IntN(len(open))
			w.write(open[n])
			open[n] = open[len(open)-1]
			open = open[:len(open)-1]
		}
	}
	for _, out := range open {
		w.write(out)
	}
	l.entries = w.n
	return l, errors.Join(w.err, w.out.Flush())
}

// interaction is an intent, and the outcome that follows it, if one does.
func (l *syntheticLog) interaction(r *rand.Rand, at time.Time) (in, out *counterfoil.Entry) {
	in = intent(counterfoil.NewTimeID(at))
	in.Time = at.UnixMicro()
	n := int(float64(len(l.systems)) * r.Float64() * r.Float64())
	model := models[(n+r.IntN(1+n%3))%len(models)]
	in.Actor, in.Intent.Workload = l.people[int(float64(len(l.people))*r.Float64()*r.Float64())], r.IntN(8) == 0
	in.Intent.System, in.Intent.Provider, in.Intent.Model = l.systems[n], model.provider, model.name
	if r.IntN(5) > 0 {
		in.Intent.Findings, in.Intent.Redactions = nil, 0
	}
	in.Intent.Decision = counterfoil.Decision{Effect: counterfoil.EffectAllow}
	switch n := r.IntN(1000); {
	case n < 40:
		in.Intent.Decision = counterfoil.Decision{Effect: counterfoil.EffectBlock, Rule: "block-secrets"}
		in.Outcome = &counterfoil.Outcome{Result: counterfoil.ResultBlocked, Reason: "rule", Status: 403}
		return in, nil
	case n < 50:
		in.Intent.Decision = counterfoil.Decision{}
		in.Outcome = &counterfoil.Outcome{Result: counterfoil.ResultRefused, Reason: "unknown_key", Status: 401}
		return in, nil
	case n < 170:
		in.Intent.Decision = counterfoil.Decision{Effect: counterfoil.EffectRedact, Rule: "mask-personal-data"}
	case n < 200:
		in.Intent.Decision = counterfoil.Decision{Effect: counterfoil.EffectWarn, Rule: "warn"}
	}
	if r.IntN(20_000) == 0 {
		return in, nil // never closed
	}
	out = outcome(in.ID)
	out.Time = at.Add(3 * time.Second).UnixMicro()
	if r.IntN(10) > 0 {
		out.Outcome.Findings = nil
	}
	switch n := r.IntN(1000); {
	case n < 20:
		out.Outcome.Result = counterfoil.ResultFailed
	case n < 30:
		out.Outcome.Result = counterfoil.ResultCancelled
	case n < 32:
		out.Outcome.Result, out.Outcome.Decision = counterfoil.ResultStopped, counterfoil.Decision{Effect: counterfoil.EffectBlock, Rule: "no-secrets-back"}
	}
	return in, out
}

type entryWriter struct {
	out *bufio.Writer
	buf []byte
	n   uint64
	err error
}

func (w *entryWriter) write(e *counterfoil.Entry) {
	if w.err != nil {
		return
	}
	raw, err := counterfoil.AppendEntry(w.buf[:0], e)
	if err != nil {
		w.err = fmt.Errorf("encode an entry: %w", err)
		return
	}
	w.buf = raw
	_, err = w.out.Write(binary.AppendUvarint(nil, uint64(len(raw))))
	_, err2 := w.out.Write(raw)
	w.err = errors.Join(err, err2)
	w.n++
}

// source implements index.Source: it decodes and hashes what it reads.
func (l *syntheticLog) source(ctx context.Context, from counterfoil.Index, each func(index.Item) error) error {
	f, err := os.Open(l.path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for i := counterfoil.Index(0); uint64(i) < l.entries && ctx.Err() == nil; i++ {
		size, err := binary.ReadUvarint(in)
		if err != nil {
			return err
		}
		raw := make([]byte, size)
		if _, err := io.ReadFull(in, raw); err != nil {
			return err
		}
		if i < from {
			continue
		}
		e, err := counterfoil.DecodeEntry(raw)
		if err != nil {
			return err
		}
		if err := each(index.Item{Index: i, Entry: e, Leaf: counterfoil.LeafHash(raw)}); err != nil {
			return err
		}
	}
	return ctx.Err()
}
