// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/demo"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// reasonDemonstration is the code of the configuration entry that says: what follows is
// invented, and its times are those of a set clock.
const reasonDemonstration = "demonstration"

// demonstrated is the organisation of the demonstration.
const demonstrated = "Northgate Mutual"

// Demonstrate fills an empty data directory with the demonstration: invented people and
// systems and nine months of history that end on the Sunday before until. The same seed
// and until give the same records. It fails with a fault of kind conflict when
// the directory holds something already. A directory that could not be filled to the
// end is not left behind.
func Demonstrate(ctx context.Context, o Options, until time.Time, seed uint64) (demo.Report, error) {
	switch entries, err := os.ReadDir(o.Data); {
	case err == nil && len(entries) > 0:
		return demo.Report{}, fault.Conflict("Not filled: "+o.Data+" is not empty. A demonstration needs a directory of its own; name another with --data.", nil)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return demo.Report{}, err
	}
	script, err := demo.Load()
	if err != nil {
		return demo.Report{}, err
	}
	target, err := filepath.Abs(o.Data) // also of "." and of a name that ends in a slash
	if err != nil {
		return demo.Report{}, err
	}
	o.Data = target + ".unfinished"
	if err := os.RemoveAll(o.Data); err != nil { // of a run that was interrupted
		return demo.Report{}, err
	}
	report, err := demonstrate(ctx, o, script, until, seed)
	if err != nil {
		return report, errors.Join(err, os.RemoveAll(o.Data))
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return report, err
	}
	return report, os.Rename(o.Data, target)
}

func demonstrate(ctx context.Context, o Options, script *demo.Script, until time.Time, seed uint64) (demo.Report, error) {
	set := clock.NewSet(demo.Begin(until))
	o.Clock = set
	a, err := Open(ctx, o)
	if err != nil {
		return demo.Report{}, err
	}
	report, err := a.demonstrate(ctx, script, set, until, seed, nil)
	return report, errors.Join(err, a.Close())
}

func (a *App) demonstrate(ctx context.Context, script *demo.Script, set *clock.Set, until time.Time, seed uint64, each func() error) (demo.Report, error) {
	if err := a.recordConfig(ctx, a.inForce(), reasonDemonstration); err != nil {
		return demo.Report{}, err
	}
	for _, p := range a.inForce().providers {
		p.Transport = takingTime{p.Transport, set}
	}
	return demo.Play(ctx, script, demo.World{
		Register: a.register, Kinds: a.kinds, Accounts: a.accounts, People: a.roll.Snapshot, Gateway: a.livePath(), Clock: set, Erase: a.eraseFor, Each: each,
	}, until, seed)
}

// eraseFor asks for the erasure of a person and approves it.
func (a *App) eraseFor(ctx context.Context, by, approver, person identity.PersonID, basis, reason string) error {
	c, _, err := a.erasure.Request(ctx, by, erasure.NewRequest{Target: erasure.Target{Person: counterfoil.ID(person)}, Basis: basis, Reason: reason}, nil)
	if err != nil {
		return fmt.Errorf("request the erasure: %w", err)
	}
	_, err = a.ApproveAndErase(ctx, approver, c.ID, nil)
	return err
}

// takingTime lets the set clock go on while a provider answers, as time does.
type takingTime struct {
	http.RoundTripper
	clock *clock.Set
}

// RoundTrip implements http.RoundTripper.
func (t takingTime) RoundTrip(r *http.Request) (*http.Response, error) {
	t.clock.Advance(700*time.Millisecond + time.Duration(r.ContentLength%97)*23*time.Millisecond)
	return t.RoundTripper.RoundTrip(r)
}

// isDemonstration tells whether the ledger says that what it holds is invented.
func (a *App) isDemonstration(ctx context.Context) (bool, error) {
	list, err := a.index.Events(ctx, index.EventFilter{Kinds: []counterfoil.Kind{counterfoil.KindConfig}, Code: reasonDemonstration, Limit: 1})
	return len(list) > 0, err
}
