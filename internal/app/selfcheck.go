// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/verify"
)

// The self-check verifies the whole ledger once a night and leaves its result in
// the ledger, so that its history cannot be tidied up.
const (
	selfCheck     = "ledger_self_check" // name of the signal
	selfCheckHour = 2                   // UTC
	selfCheckFile = "self-check.json"   // the last full report, in the data directory
)

// checkSelfWhenDue runs the self-check if a night has begun since the last one.
func (a *App) checkSelfWhenDue(ctx context.Context) error {
	last, err := a.lastSelfCheck(ctx)
	if err != nil {
		return err
	}
	since := a.started
	if last != nil {
		since = time.UnixMicro(last.Time)
	}
	if a.clock.Now().Before(nightAfter(since)) {
		return nil
	}
	_, err = a.CheckSelf(ctx)
	return err
}

// nightAfter is the next hour of the self-check after t.
func nightAfter(t time.Time) time.Time {
	t = t.UTC()
	night := time.Date(t.Year(), t.Month(), t.Day(), selfCheckHour, 0, 0, 0, time.UTC)
	if !night.After(t) {
		night = night.AddDate(0, 0, 1)
	}
	return night
}

// lastSelfCheck is the newest result, or nil.
func (a *App) lastSelfCheck(ctx context.Context) (*index.Event, error) {
	events, err := a.index.Events(ctx, index.EventFilter{Kinds: []counterfoil.Kind{counterfoil.KindSignal}, Code: selfCheck, Limit: 1})
	if err != nil || len(events) == 0 {
		return nil, err
	}
	return &events[0], nil
}

// CheckSelf verifies the ledger beside the live path, at no more than half of one
// processor, and records the result. One check runs at a time.
func (a *App) CheckSelf(ctx context.Context) (verify.Report, error) {
	a.checking.Lock()
	defer a.checking.Unlock()
	report, err := a.checkSelf(ctx)
	if ctx.Err() == nil {
		a.mu.Lock()
		a.unrecorded = err
		a.mu.Unlock()
	}
	return report, err
}

// whyUnrecorded is why the last self-check of this process left no verdict; nil when
// it did, or none was made.
func (a *App) whyUnrecorded() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unrecorded
}

func (a *App) checkSelf(ctx context.Context) (verify.Report, error) {
	began := time.Now()
	report, err := Verify(ctx, a.options.Data, Check{Progress: politely(ctx), Workers: 1})
	if err != nil {
		return report, fmt.Errorf("check the ledger: %w", err)
	}
	a.reportSelfCheck(report) // whether or not it can be recorded
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return report, fmt.Errorf("write the report of the self-check: %w", err)
	}
	if err := durable.WriteFile(filepath.Join(a.options.Data, selfCheckFile), text, 0o600); err != nil {
		return report, fmt.Errorf("keep the report of the self-check: %w", err)
	}
	s := &counterfoil.Signal{
		Name: selfCheck, Verdict: counterfoil.VerdictPassed, Count: report.Entries, Faults: uint64(len(report.Problems)),
		Micros: uint64(time.Since(began).Microseconds()), Digest: sha256.Sum256(text),
	}
	if report.Integrity != verify.IntegrityOK {
		s.Verdict = counterfoil.VerdictFailed
	}
	e := &counterfoil.Entry{Kind: counterfoil.KindSignal, ID: counterfoil.NewID(), Time: a.clock.Now().UnixMicro(), Signal: s}
	if _, err := a.ledger.Append(ctx, e, nil); err != nil {
		return report, fmt.Errorf("record the self-check: %w", err)
	}
	return report, nil
}

func (a *App) reportSelfCheck(r verify.Report) {
	if r.Integrity == verify.IntegrityOK {
		a.log.Info("self-check passed", "entries", r.Entries)
		return
	}
	a.log.Error("self-check failed: the ledger does not verify; keep a copy of the data directory and see "+selfCheckFile, "problems", len(r.Problems))
	for _, p := range r.Problems {
		a.log.Error("self-check", "problem", p.String())
	}
}

// politely rests as long as it worked, at least every tenth of a second. It holds back
// a check with one worker, which does nothing meanwhile.
func politely(ctx context.Context) func(uint64) {
	began := time.Now()
	return func(uint64) {
		worked := time.Since(began)
		if worked < 100*time.Millisecond {
			return
		}
		select {
		case <-time.After(worked):
		case <-ctx.Done():
		}
		began = time.Now()
	}
}
