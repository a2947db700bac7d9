// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// The projection trades a little lag for much less work: an interaction whose
// intent and outcome arrive in one batch costs one row instead of two.
const (
	gather      = 250 * time.Millisecond // wait for a batch to fill
	projectMost = 2048                   // entries in one transaction
	retryAfter  = time.Second            // after a failed batch
	keptPage    = 1000                   // records of a kind read at once
)

// follow keeps the index behind the ledger until ctx ends. A failure is logged
// and tried again: the index may lag, it never stops the live path.
func (a *App) follow(ctx context.Context) {
	for ctx.Err() == nil {
		if err := a.ledger.Wait(ctx, uint64(a.index.Position().Next)); err != nil {
			if ctx.Err() == nil && !errors.Is(err, ledger.ErrClosed) {
				a.log.Error("projection cannot follow the ledger", "err", err)
			}
			return
		}
		a.projected.pause(ctx, gather)
		if err := a.catchUp(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("projection failed; it is tried again", "err", err)
			a.projected.pause(ctx, retryAfter)
		}
	}
}

// catchUp projects everything that is durable now.
func (a *App) catchUp(ctx context.Context) error {
	a.projected.exclusive.Lock()
	defer a.projected.exclusive.Unlock()
	if err := a.sameLedger(ctx); err != nil {
		return err
	}
	for {
		from := a.index.Position().Next
		if uint64(from) >= a.ledger.Size() {
			break
		}
		if err := a.projectBatch(ctx, from); err != nil {
			return err
		}
	}
	return nil
}

// sameLedger empties an index that was made from another ledger.
func (a *App) sameLedger(ctx context.Context) error {
	same, err := a.isOurs(a.index.Position())
	if err != nil || same {
		return err
	}
	a.log.Warn("the index belongs to another ledger and is rebuilt")
	return a.emptyIndex(ctx)
}

// isOurs tells whether a projection that stands at a position was made from this ledger.
func (a *App) isOurs(at index.Position) (bool, error) {
	if at.Next == 0 {
		return true, nil
	}
	if uint64(at.Next) > a.ledger.Size() {
		return false, nil
	}
	last, err := a.ledger.Read(at.Next - 1)
	if err != nil {
		return false, fmt.Errorf("compare index with ledger: %w", err)
	}
	return last.Leaf == at.Leaf, nil
}

// emptyIndex makes everybody wait who asks for what the index had.
func (a *App) emptyIndex(ctx context.Context) error {
	a.projected.reached(0)
	return a.index.Reset(ctx)
}

var errBatchFull = errors.New("batch is full")

func (a *App) projectBatch(ctx context.Context, from counterfoil.Index) error {
	items, bodies := make([]index.Item, 0, 512), make(map[counterfoil.Index][]byte)
	err := a.ledger.Scan(ctx, from, func(s ledger.Stored) error {
		item, body, err := a.item(s)
		if err != nil {
			return err
		}
		if body != nil {
			bodies[s.Index] = body
		}
		if items = append(items, item); len(items) == projectMost {
			return errBatchFull
		}
		return nil
	})
	if err != nil && !errors.Is(err, errBatchFull) {
		return fmt.Errorf("read ledger: %w", err)
	}
	to := from + counterfoil.Index(len(items))
	if err := a.index.Apply(ctx, items, to); err != nil {
		return fmt.Errorf("project entries %d to %d: %w", from, to, err)
	}
	if err := a.enroll(ctx, items, bodies); err != nil {
		return err
	}
	a.projected.reached(to)
	return nil
}

// item reads an entry, and of a record the body: the index does not keep all of it.
func (a *App) item(s ledger.Stored) (item index.Item, body []byte, err error) {
	e, err := counterfoil.DecodeEntry(s.Raw)
	if err != nil {
		return item, nil, fmt.Errorf("decode entry %d: %w", s.Index, err)
	}
	item = index.Item{Index: s.Index, Entry: e, Leaf: s.Leaf}
	if e.Kind != counterfoil.KindRecord {
		return item, nil, nil
	}
	if e.Record.Type == register.TypeContent {
		item.Wrap, err = a.wrapOf(s)
		return item, nil, err
	}
	if item.Wrap, body, err = a.readBody(e, s); err != nil {
		return item, nil, err
	}
	if item.Kept, err = register.Project(a.kinds, s.Index, s.Leaf, item.Wrap, e, body); err != nil {
		return item, nil, fmt.Errorf("project entry %d: %w", s.Index, err)
	}
	return item, body, nil
}

// readBody opens the payload of a record and names its wrapping key. The body is
// nil once it was erased; whether an entry says so is for verify to judge.
func (a *App) readBody(e *counterfoil.Entry, s ledger.Stored) (wrap counterfoil.ID, body []byte, err error) {
	sealed, err := a.ledger.Payload(s.Payload)
	if errors.Is(err, ledger.ErrNotFound) { // its segment was deleted whole
		return wrap, nil, nil
	}
	if err != nil {
		return wrap, nil, fmt.Errorf("read payload of entry %d: %w", s.Index, err)
	}
	wrap, _ = vault.KeyOf(sealed)
	opened, err := a.vault.Open(e.ID, e.Kind, sealed)
	switch {
	case errors.Is(err, vault.ErrErased):
		return wrap, nil, nil
	case err != nil:
		return wrap, nil, fmt.Errorf("open payload of entry %d: %w", s.Index, err)
	}
	return wrap, opened.Plaintext, nil
}

// body reads the body of a record that stands in the index; nil once it was erased.
func (a *App) body(r *index.Record) ([]byte, error) {
	s, err := a.ledger.Read(r.Entry)
	if err != nil {
		return nil, err
	}
	e, err := counterfoil.DecodeEntry(s.Raw)
	if err != nil {
		return nil, fmt.Errorf("decode entry %d: %w", s.Index, err)
	}
	_, body, err := a.readBody(e, s)
	return body, err
}

// enroll takes the records of a batch into the roll and puts it in force.
func (a *App) enroll(ctx context.Context, items []index.Item, bodies map[counterfoil.Index][]byte) error {
	changed := false
	for _, i := range items {
		if i.Entry.Kind != counterfoil.KindRecord {
			continue
		}
		changed = true
		if i.Kept != nil {
			if err := a.enter(i.Kept); err != nil {
				return err
			}
			continue
		}
		if err := a.put(i.Entry.Record.Type, i.Entry.ID, bodies[i.Index]); err != nil {
			return err
		}
	}
	if changed {
		a.putInForce(ctx)
	}
	return nil
}

// enter takes in one record of a kind, when the live path is built from its kind.
func (a *App) enter(row *index.Kept) error {
	if !slices.Contains(accounts.Kinds, row.Kind) {
		return nil
	}
	record, err := a.register.Load(row)
	if err != nil {
		return fmt.Errorf("read %s: %w", row.Number, err)
	}
	a.roll.Enter(record)
	return nil
}

// put takes one key or credential in. One whose body was erased is passed over: a later
// version may stand, and what stands no more was taken out when it was erased.
func (a *App) put(typ string, id counterfoil.ID, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	err := a.roll.Put(typ, body)
	if errors.Is(err, accounts.ErrUnknownType) {
		return nil // nothing the live path knows
	}
	if err != nil {
		return fmt.Errorf("read %s %s: %w", typ, id, err)
	}
	return nil
}

// enrollAll reads everything the live path is built from as the index names it. It is
// put in force once the index has what is new.
func (a *App) enrollAll(ctx context.Context) error {
	a.roll.Reset()
	for _, id := range accounts.Kinds {
		if err := a.enterAll(ctx, id); err != nil {
			return fmt.Errorf("read register: %w", err)
		}
	}
	for _, list := range []func(context.Context) ([]index.Record, error){a.index.Keys, a.index.Credentials} {
		rows, err := list(ctx)
		if err != nil {
			return fmt.Errorf("read register: %w", err)
		}
		for i := range rows {
			body, err := a.body(&rows[i])
			if err != nil {
				return fmt.Errorf("read register: %w", err)
			}
			if err := a.put(rows[i].Type, rows[i].ID, body); err != nil {
				return err
			}
		}
	}
	return nil
}

// enterAll takes in the records of a kind as they stand.
func (a *App) enterAll(ctx context.Context, kindID string) error {
	f := index.KeptFilter{Kind: kindID, Limit: keptPage}
	for {
		page, err := a.index.KeptList(ctx, f)
		if err != nil {
			return err
		}
		for i := range page.Rows {
			if err := a.enter(&page.Rows[i]); err != nil {
				return err
			}
		}
		if f.After = page.Next; f.After.Zero() {
			return nil
		}
	}
}

// putInForce gives the live path the register as it is now.
func (a *App) putInForce(ctx context.Context) {
	snapshot := a.roll.Snapshot()
	if err := a.usage.begin(ctx, snapshot, a.index, a.clock.Now()); err != nil {
		a.log.Error("a system with bounds has no route until this passes", "err", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.state.Store(a.rules.state(snapshot))
}

// projected tells those who wait for a write how far the index is.
type projected struct {
	exclusive sync.Mutex // one projection at a time

	mu      sync.Mutex
	next    counterfoil.Index
	changed chan struct{} // closed when next changes
	urgent  chan struct{} // somebody waits: do not gather
}

func newProjected() *projected {
	return &projected{changed: make(chan struct{}), urgent: make(chan struct{}, 1)}
}

func (p *projected) reached(next counterfoil.Index) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = next
	close(p.changed)
	p.changed = make(chan struct{})
}

// wait returns when entries below next are projected.
func (p *projected) wait(ctx context.Context, next counterfoil.Index) error {
	for {
		p.mu.Lock()
		done, changed := p.next >= next, p.changed
		p.mu.Unlock()
		if done {
			return nil
		}
		select {
		case p.urgent <- struct{}{}:
		default:
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pause waits for d, or until somebody is in a hurry.
func (p *projected) pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-p.urgent:
	case <-ctx.Done():
	}
}
