// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gap

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// Config is what a Counter needs. All fields but Disk must be set.
type Config struct {
	Path   string // of the file of counts
	Ledger *ledger.Ledger
	Clock  clock.Clock
	Log    *slog.Logger
	Disk   durable.Disk // default durable.OS
}

// Counter counts what leaves unrecorded. It is safe for concurrent use.
type Counter struct {
	ledger *ledger.Ledger
	clock  clock.Clock
	log    *slog.Logger
	slots  *slots // nil when the file could not be made

	settling sync.Mutex // one Settle at a time

	writing sync.Mutex // held while a slot is written; taken before mu

	mu     sync.Mutex
	failed error // why nothing is counted any more
	quotas map[string]*quota
	held   [slotCount]*stretch // by slot
}

// stretch is what one gap entry states. Its counts are guarded by the Counter's mu
// and final once it has ended, kept by writing.
type stretch struct {
	slot  int
	id    counterfoil.ID // of the entry
	size  uint64         // of the ledger when it began: the entry cannot lie before
	began int64          // microseconds
	gap   counterfoil.Gap
	ended bool   // no request is added
	kept  uint64 // requests that are durable, in the slot or in the ledger

	window window
	quota  *quota // it counts in
	stated bool   // its entry stands in the ledger; its slot keeps the window
}

// entry is the stretch as it stands, as an entry of its own.
func (s *stretch) entry() *counterfoil.Entry {
	g := s.gap
	return &counterfoil.Entry{Kind: counterfoil.KindGap, ID: s.id, Time: s.began, Gap: &g}
}

// Open opens the file of counts and takes up what a former process left in it: the
// next Settle states it, and what was used of bounds stays used. It fails if a count does not read. If the file cannot be
// made nothing passes, and the log says so: a full disk is no reason not to start.
func Open(ctx context.Context, cfg Config) (*Counter, error) {
	c := &Counter{ledger: cfg.Ledger, clock: cfg.Clock, log: cfg.Log, quotas: map[string]*quota{}}
	if cfg.Disk == nil {
		cfg.Disk = durable.OS{}
	}
	var err error
	if c.slots, err = openSlots(cfg.Disk, cfg.Path); err != nil {
		c.failed = err
		c.log.Warn("requests that leave unrecorded cannot be counted, so none does", "err", err)
		return c, nil
	}
	if err := c.takeUp(ctx); err != nil {
		return nil, errors.Join(err, c.slots.file.Close())
	}
	return c, nil
}

// takeUp reads the slots and finds out which entries are in the ledger already.
func (c *Counter) takeUp(ctx context.Context) error {
	list, err := c.slots.load()
	if err != nil {
		return err
	}
	now := c.clock.Now()
	for i, s := range list {
		if s == nil {
			continue
		}
		s.slot, c.held[i] = i, s
		s.quota = resume(c.quotas[s.gap.Provider], s, now)
		c.quotas[s.gap.Provider] = s.quota
		if s.stated {
			continue
		}
		if s.stated, err = c.stated(ctx, s); err != nil {
			return err
		}
		if s.stated {
			if err := c.slots.write(i, s); err != nil {
				return err
			}
		}
	}
	return nil
}

var errFound = errors.New("found")

// stated looks for the entry of a stretch in the ledger.
func (c *Counter) stated(ctx context.Context, s *stretch) (bool, error) {
	err := c.ledger.Scan(ctx, counterfoil.Index(min(s.size, c.ledger.Size())), func(at ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(at.Raw)
		if err != nil {
			return fmt.Errorf("decode entry %d: %w", at.Index, err)
		}
		if e.Kind == counterfoil.KindGap && e.ID == s.id {
			return errFound
		}
		return nil
	})
	if errors.Is(err, errFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a gap entry: %w", err)
	}
	return false, nil
}

// Pass counts one request that is about to leave unrecorded for a provider. reason
// is a code of a gap entry. Unless it returns nil the request must not leave; the
// error wraps ErrRequests, ErrTime or ErrUncounted. It waits for the disk.
func (c *Counter) Pass(provider string, b Bounds, reason string) error {
	if err := c.ledger.Health(); errors.Is(err, ledger.ErrPoisoned) {
		return fmt.Errorf("%w: %w", ErrUncounted, err) // it could not be stated
	}
	s, n, err := c.count(provider, b, reason)
	if err != nil {
		return err
	}
	return c.keep(s, n)
}

// count adds a request to the stretch of a provider, and returns which and how
// many it has with it.
func (c *Counter) count(provider string, b Bounds, reason string) (*stretch, uint64, error) {
	size := c.ledger.Size()
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	if c.failed != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrUncounted, c.failed)
	}
	q := c.quotas[provider]
	if q == nil {
		q = &quota{began: now, known: now, since: now}
	}
	if err := q.refusal(b, now); err != nil {
		return nil, 0, err
	}
	if q.open == nil {
		s := &stretch{id: counterfoil.NewID(), size: size, began: now.UnixMicro(), quota: q}
		s.window = window{began: q.began.UnixMicro(), before: q.used}
		s.gap = counterfoil.Gap{Provider: provider, From: uint64(s.began), Reason: reason}
		if !c.hold(s) {
			return nil, 0, fmt.Errorf("%w: all %d counts are in use", ErrUncounted, slotCount)
		}
		q.open = s
	}
	c.quotas[provider] = q
	q.bounds = b
	q.used++
	q.open.window.within = b.Within
	g := &q.open.gap
	g.Requests++
	g.To, g.Limit = max(g.To, g.From, uint64(now.UnixMicro())), b.Requests
	return q.open, g.Requests, nil
}

// hold gives a stretch the slot of a stated one of its provider, whose window it
// carries on, or a free slot, if there is one. The caller holds mu.
func (c *Counter) hold(s *stretch) bool {
	free := -1
	for i, h := range c.held {
		switch {
		case h == nil && free < 0:
			free = i
		case h != nil && h.stated && h.quota == s.quota:
			c.held[i], s.slot = s, i
			return true
		}
	}
	if free >= 0 {
		c.held[free], s.slot = s, free
	}
	return free >= 0
}

// keep makes the first n requests of a stretch durable. Those that come together
// share one write.
func (c *Counter) keep(s *stretch, n uint64) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if s.kept >= n {
		return nil
	}
	c.mu.Lock()
	now, failed := *s, c.failed
	c.mu.Unlock()
	if failed != nil {
		return fmt.Errorf("%w: %w", ErrUncounted, failed)
	}
	if err := c.slots.write(s.slot, &now); err != nil {
		c.fail(err)
		return fmt.Errorf("%w: %w", ErrUncounted, err)
	}
	s.kept = now.gap.Requests
	return nil
}

// fail ends all counting in this process: what the file holds is not known.
func (c *Counter) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = err
	c.log.Error("requests that leave unrecorded cannot be counted any more, so none does until the next start", "err", err)
}

// settleEvery is how often it is looked whether something can be stated.
const settleEvery = time.Second

// Run settles until ctx ends.
func (c *Counter) Run(ctx context.Context) {
	ticker := time.NewTicker(settleEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := c.Settle(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("requests that left unrecorded are not stated in the ledger yet; it is tried again", "err", err)
		}
	}
}

// Settle states every stretch that is over: when the ledger takes all kinds of
// entries again, or when the bounds let nothing more pass. Where the bounds allow
// it, a provider begins anew.
func (c *Counter) Settle(ctx context.Context) error { return c.settle(ctx, false) }

func (c *Counter) settle(ctx context.Context, all bool) error {
	c.settling.Lock()
	defer c.settling.Unlock()
	var errs []error
	for _, s := range c.end(all) {
		errs = append(errs, c.state(ctx, s))
	}
	c.release()
	return errors.Join(errs...)
}

// end ends the stretches that are over and lists all that are to be stated. Quotas
// that are over begin anew.
func (c *Counter) end(all bool) []*stretch {
	admits, now := c.ledger.Admits(), c.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for provider, q := range c.quotas {
		if q.open != nil && (all || admits || q.refusal(q.bounds, now) != nil) {
			q.open.ended = true
			q.open = nil
		}
		if admits && q.over(now) {
			delete(c.quotas, provider)
		}
	}
	var list []*stretch
	for _, s := range c.held {
		if s != nil && s.ended && !s.stated {
			list = append(list, s)
		}
	}
	return list
}

// state writes the gap entry of a stretch that has ended. Its slot goes on to keep
// the window. One that cannot be written is, at the next start, found to be stated.
func (c *Counter) state(ctx context.Context, s *stretch) error {
	e := s.entry()
	e.Time = c.clock.Now().UnixMicro()
	if _, err := c.ledger.Append(ctx, e, nil); err != nil {
		return fmt.Errorf("state that %d requests to %s left unrecorded: %w", s.gap.Requests, s.gap.Provider, err)
	}
	c.log.Warn("requests left unrecorded, as configured; the ledger states it", "provider", s.gap.Provider, "requests", s.gap.Requests, "reason", s.gap.Reason)
	c.writing.Lock()
	defer c.writing.Unlock()
	s.kept = s.gap.Requests
	stated := *s
	stated.stated = true
	if err := c.slots.write(s.slot, &stated); err != nil {
		c.fail(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.stated = true
	return nil
}

// release frees the slots of stated stretches whose quota is over.
func (c *Counter) release() {
	c.writing.Lock()
	defer c.writing.Unlock()
	for i := range c.held {
		c.mu.Lock()
		s := c.held[i]
		over := c.failed == nil && s != nil && s.stated && c.quotas[s.gap.Provider] != s.quota
		c.mu.Unlock()
		if !over {
			continue
		}
		if err := c.slots.write(i, nil); err != nil {
			c.fail(err)
			return
		}
		c.mu.Lock()
		c.held[i] = nil
		c.mu.Unlock()
	}
}

// Unstated lists what left unrecorded and does not stand in the ledger yet.
func (c *Counter) Unstated() []counterfoil.Gap {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []counterfoil.Gap
	for _, s := range c.held {
		if s != nil && !s.stated {
			list = append(list, s.gap)
		}
	}
	return list
}

var errClosed = errors.New("the count is closed")

// Close states everything and closes the file. Nothing may pass any more when it
// is called. What cannot be stated stays in the file for the next start.
func (c *Counter) Close(ctx context.Context) error {
	if c.slots == nil {
		return nil // nothing has ever passed
	}
	c.mu.Lock()
	closed := errors.Is(c.failed, errClosed)
	c.mu.Unlock()
	if closed {
		return nil
	}
	err := c.settle(ctx, true)
	c.writing.Lock()
	defer c.writing.Unlock()
	c.mu.Lock()
	c.failed = errClosed
	c.mu.Unlock()
	return errors.Join(err, c.slots.file.Close())
}
