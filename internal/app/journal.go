// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/gateway"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// Retention classes of payloads.
const (
	classInteraction = "interaction"
	classRecord      = "record"
)

// sealing are buffers for sealed payloads; the ledger has written one when
// Append returns.
var sealing = sync.Pool{New: func() any { return new([]byte) }}

// keepSealed bounds each buffer that is kept.
const keepSealed = 256 << 10

// append seals a payload and appends it with its entry, durably. It fails with
// vault.ErrBarred for a person who was erased.
func (a *App) append(ctx context.Context, e *counterfoil.Entry, scope vault.Scope, payload []byte) (counterfoil.Index, error) {
	a.underway.RLock()
	defer a.underway.RUnlock()
	buf := sealing.Get().(*[]byte)
	sealed, err := a.vault.SealInto(*buf, scope, e.ID, e.Kind, payload)
	if err != nil {
		return 0, fmt.Errorf("seal payload: %w", err)
	}
	defer func() {
		if *buf = sealed.Bytes; cap(*buf) <= keepSealed {
			sealing.Put(buf)
		}
	}()
	e.Commitment = sealed.Commitment[:]
	receipt, err := a.write(ctx, e, sealed.Bytes)
	if err != nil {
		return 0, fmt.Errorf("append %s: %w", e.Kind, err)
	}
	return receipt.Index, nil
}

// interactions is the gateway's journal.
type interactions struct{ *App }

// Record implements gateway.Journal. Of a person who was erased while their
// interaction was under way, what happened is recorded and no text.
func (a interactions) Record(ctx context.Context, e *counterfoil.Entry, subject counterfoil.ID, payload []byte) (counterfoil.Index, error) {
	at, err := a.append(ctx, e, vault.Scope{Subject: subject, Class: classInteraction}, payload)
	if errors.Is(err, vault.ErrBarred) {
		var r ledger.Receipt
		r, err = a.write(ctx, e, nil)
		at = r.Index
	}
	switch {
	case errors.Is(err, ledger.ErrFull), storeFull(err):
		return 0, fmt.Errorf("%w: %w", gateway.ErrFull, err)
	case errors.Is(err, ledger.ErrBusy):
		return 0, fmt.Errorf("%w: %w", gateway.ErrBusy, err)
	}
	return at, err
}

// storeFull tells that the store of keys found no space, as for the first text of a
// person in a month.
func storeFull(err error) bool {
	result, ok := errors.AsType[*sqlite.Error](err)
	return ok && result.Code()&0xff == sqlite3.SQLITE_FULL
}

// Receipt implements gateway.Receipts.
func (a interactions) Receipt(e *counterfoil.Entry, at counterfoil.Index) ([]byte, error) {
	raw, err := counterfoil.AppendEntry(nil, e)
	if err != nil {
		return nil, fmt.Errorf("encode entry again: %w", err)
	}
	return a.ledger.SignReceipt(e, ledger.Receipt{Index: at, Leaf: counterfoil.LeafHash(raw)})
}

// records is the register's journal.
type records struct{ *App }

// Save implements accounts.Journal: it returns when the record is durable and
// can be read back.
func (a records) Save(ctx context.Context, s accounts.Entry) (counterfoil.Index, error) {
	e := &counterfoil.Entry{Kind: counterfoil.KindRecord, ID: s.ID, Actor: s.Actor, Time: a.clock.Now().UnixMicro(), Record: &s.Record}
	at, err := a.append(ctx, e, vault.Scope{Subject: s.Subject, Class: classRecord}, s.Body)
	if err != nil {
		return 0, unavailable(err)
	}
	return at, a.awaitProjection(ctx, at)
}

// projectionPatience is how long a save waits to be readable.
const projectionPatience = 15 * time.Second

func (a *App) awaitProjection(ctx context.Context, at counterfoil.Index) error {
	ctx, cancel := context.WithTimeout(ctx, projectionPatience)
	defer cancel()
	if err := a.projected.wait(ctx, at+1); err != nil {
		return fault.Unavailable("This is saved in the ledger, but lists do not show it yet: the index lags behind. Look again in a minute.", err)
	}
	return nil
}

func unavailable(err error) error {
	if errors.Is(err, vault.ErrBarred) {
		return fault.Conflict("Not saved: this person was erased.", err)
	}
	if errors.Is(err, ledger.ErrFull) {
		return fault.Unavailable("Not saved: the record cannot be written because the disk is full.", err)
	}
	return fault.Unavailable("Not saved: the record cannot be written. The server's log has the cause.", err)
}

// Access records that somebody used a right that leaves a trace.
func (a *App) Access(ctx context.Context, actor counterfoil.ID, action string, target counterfoil.ID) error {
	now := a.clock.Now()
	e := &counterfoil.Entry{
		Kind: counterfoil.KindAccess, ID: counterfoil.NewTimeID(now), Actor: actor, Time: now.UnixMicro(),
		Access: &counterfoil.Access{Action: action, Target: target},
	}
	if _, err := a.write(ctx, e, nil); err != nil {
		return unavailable(err)
	}
	return nil
}
