// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// newEraser joins the parts an erasure works on.
func (a *App) newEraser() *erasure.Eraser {
	return erasure.New(erasure.Config{
		Log: writtenLog{a.ledger, a}, Keys: a.vault, Records: storedRecords{records{a}}, Index: currentIndex{a}, People: people{&a.roll, a.accounts},
		Program: forgetter{a}, Clock: a.clock, Reached: a.options.reached,
	})
}

// writtenLog is the node's log, whose first entry of this process is its start.
type writtenLog struct {
	*ledger.Ledger
	app *App
}

// Append implements erasure.Log.
func (l writtenLog) Append(ctx context.Context, e *counterfoil.Entry, sealed []byte) (ledger.Receipt, error) {
	return l.app.write(ctx, e, sealed)
}

// consoleEraser is what the console may ask for.
type consoleEraser struct {
	*erasure.Eraser
	app *App
}

// ApproveAndErase implements erasures.Eraser.
func (c consoleEraser) ApproveAndErase(ctx context.Context, by identity.PersonID, id counterfoil.ID, progress erasure.Progress) (*erasure.Case, error) {
	return c.app.ApproveAndErase(ctx, by, id, progress)
}

// people is the register of people, to read and to end keys.
type people struct {
	*accounts.Roll
	accounts *accounts.Accounts
}

// RevokeKey implements erasure.People.
func (p people) RevokeKey(ctx context.Context, actor identity.PersonID, key string) (identity.Key, error) {
	return p.accounts.RevokeKey(ctx, actor, key)
}

// currentIndex is the index once it shows everything durable.
type currentIndex struct{ *App }

// Erasures implements erasure.Index.
func (a currentIndex) Erasures(ctx context.Context, from counterfoil.Index) ([]index.Erasure, error) {
	if err := a.awaitAll(ctx); err != nil {
		return nil, err
	}
	return a.index.Erasures(ctx, from)
}

// Locate implements erasure.Index.
func (a currentIndex) Locate(ctx context.Context, id counterfoil.ID) (intent, outcome counterfoil.Index, closed bool, err error) {
	if err := a.awaitAll(ctx); err != nil {
		return 0, 0, false, err
	}
	return a.index.Locate(ctx, id)
}

// storedRecords reads records with their bodies.
type storedRecords struct{ records }

// Records implements erasure.Records.
func (a storedRecords) Records(ctx context.Context, typ string) ([]erasure.Stored, error) {
	if err := a.awaitAll(ctx); err != nil {
		return nil, err
	}
	rows, err := a.index.Records(ctx, typ)
	if err != nil {
		return nil, err
	}
	list := make([]erasure.Stored, len(rows))
	for i := range rows {
		if list[i], err = a.stored(&rows[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Record implements erasure.Records.
func (a storedRecords) Record(ctx context.Context, id counterfoil.ID) (erasure.Stored, error) {
	if err := a.awaitAll(ctx); err != nil {
		return erasure.Stored{}, err
	}
	row, err := a.index.Record(ctx, id)
	if err != nil {
		return erasure.Stored{}, err
	}
	return a.stored(row)
}

func (a storedRecords) stored(row *index.Record) (erasure.Stored, error) {
	body, err := a.body(row)
	if err != nil {
		return erasure.Stored{}, fmt.Errorf("read %s %s: %w", row.Type, row.ID, err)
	}
	return erasure.Stored{Record: *row, Body: body}, nil
}

// History implements erasure.Records.
func (a storedRecords) History(ctx context.Context, id counterfoil.ID) ([]index.Version, error) {
	return a.index.History(ctx, id)
}

// InUse implements erasure.Records: records of the register stand, with the version
// that is the present one; keys, holds and requests end by themselves.
func (a storedRecords) InUse(ctx context.Context) (map[counterfoil.ID]bool, error) {
	used := make(map[counterfoil.ID]bool)
	now := a.clock.Now()
	over := map[counterfoil.ID]bool{}
	for _, k := range a.roll.Snapshot().Keys() {
		over[counterfoil.ID(k.ID)] = k.Check(now) != nil
	}
	holds, err := a.erasure.Holds(ctx)
	if err != nil {
		return nil, err
	}
	for i := range holds {
		over[holds[i].ID] = !holds[i].InForce(now)
	}
	cases, err := a.erasure.Cases(ctx)
	if err != nil {
		return nil, err
	}
	for i := range cases {
		over[cases[i].ID] = cases[i].State != erasure.StateWaiting && cases[i].State != erasure.StateApproved
	}
	for _, typ := range []string{"credential", "key", erasure.TypeHold, erasure.TypeRequest, register.TypeContent} {
		rows, err := a.index.Records(ctx, typ)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if !over[r.ID] {
				used[r.Wrap] = true
			}
		}
	}
	for _, k := range a.kinds.Kinds() {
		if err := a.inUseOf(ctx, k.ID, used); err != nil {
			return nil, err
		}
	}
	return used, nil
}

// inUseOf adds the keys under which records of a kind lie as they stand, with those
// of the personal fields sealed inside.
func (a storedRecords) inUseOf(ctx context.Context, kindID string, used map[counterfoil.ID]bool) error {
	f := index.KeptFilter{Kind: kindID, Limit: keptPage}
	for {
		page, err := a.index.KeptList(ctx, f)
		if err != nil {
			return err
		}
		for i := range page.Rows {
			row := &page.Rows[i]
			used[row.Wrap] = true
			sealed, err := register.SealedIn(row)
			if err != nil {
				return err
			}
			if key, ok := vault.KeyOf(sealed); ok {
				used[key] = true
			}
		}
		if f.After = page.Next; f.After.Zero() {
			return nil
		}
	}
}

// forgetter is the running program as an erasure sees it.
type forgetter struct{ *App }

// Settle implements erasure.Program: whoever sealed something has appended it when
// the gate can be closed.
func (a forgetter) Settle(context.Context) error {
	a.underway.Lock()
	defer a.underway.Unlock()
	return nil
}

// Forget implements erasure.Program.
func (a forgetter) Forget(ctx context.Context, keys, gone []counterfoil.ID) error {
	a.projected.exclusive.Lock() // what was read before the keys were deleted is in the roll by now
	defer a.projected.exclusive.Unlock()
	ids, err := a.index.RecordsUnder(ctx, keys)
	if err != nil {
		return err
	}
	for _, id := range slices.Concat(ids, gone) { // of people the personal fields are gone, and the record stays
		a.roll.Forget(id)
	}
	a.putInForce(ctx)
	if a.building.TryLock() { // one under way learns of the erasure from its entry
		defer a.building.Unlock()
		if err := a.index.DropUnfinished(); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return a.index.Forget(ctx, gone)
}

// resumeErasures carries out what an earlier process stated and did not do.
func (a *App) resumeErasures(ctx context.Context) error {
	behind, err := a.erasure.Resume(ctx, !a.options.Offline)
	if err != nil {
		return fmt.Errorf("erasures that the ledger states are not carried out yet: %w", err)
	}
	if behind > 0 {
		a.log.Warn("erasures of an earlier process were carried out", "entries", behind)
	}
	back, err := a.erasure.Returned(ctx)
	if err != nil { // a payload that does not read keeps nobody from starting: verification names it
		a.log.Error("whether payloads that were erased had come back could not be found out of all; verify the ledger", "err", err)
	}
	if back > 0 {
		a.log.Warn("payloads that were erased had come back, as with an older copy of the folder payload, and are erased again", "payloads", back)
	}
	lost, err := a.erasure.LostHolds(ctx)
	if err != nil {
		return fmt.Errorf("read the holds: %w", err)
	}
	for i := range lost {
		a.log.Error("a hold cannot be read, and nothing is erased until it is: its key is missing, and no entry erased it; put back the newest copy of the folder keys", "hold", lost[i].ID)
	}
	return nil
}
