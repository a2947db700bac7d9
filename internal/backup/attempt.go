// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// settled copies until everything is of one moment.
func (j *job) settled(ctx context.Context) (*Manifest, error) {
	for began := time.Now(); ; {
		m, err := j.attempt(ctx)
		if err == nil || !errors.Is(err, errUnsettled) {
			return m, err
		}
		if time.Since(began) > j.Patience {
			return nil, fmt.Errorf("%w: %w", ErrUnsettled, err)
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// attempt copies what is of one moment, in the order of the package comment, and fails
// with errUnsettled when it was not.
func (j *job) attempt(ctx context.Context) (*Manifest, error) {
	j.record.gone = map[string]bool{}
	applied, err := j.Keys.Applied(ctx)
	if err != nil {
		return nil, err
	}
	if err := j.source.takeCounts(j.record); err != nil {
		return nil, fmt.Errorf("read the counts of unrecorded requests: %w", err)
	}
	m := &Manifest{Program: j.Program, Time: time.Now().UTC().Truncate(time.Microsecond)}
	if m.Registry, err = j.source.take(ctx, registryLog, j.record); err != nil {
		return nil, fmt.Errorf("read the registry: %w", err)
	}
	if m.Log, err = j.source.take(ctx, nodeLog, j.record); err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	if err := j.mark(m); err != nil {
		return nil, err
	}
	former := Manifest{Log: Head{Origin: m.Log.Origin}}
	if j.record.manifest != nil {
		former = *j.record.manifest
	}
	if err := j.follows(former, m); err != nil {
		return nil, err
	}
	changed, err := j.source.changesSince(ctx, former.Log, m.Log)
	if err != nil {
		return nil, err
	}
	if err := changed.under(applied, m.Log); err != nil {
		return nil, err
	}
	if err := j.copySegments(ctx, m, changed); err != nil {
		return nil, err
	}
	if j.keys != nil {
		if err := j.stageKeys(ctx); err != nil {
			return nil, err
		}
	}
	return m, j.still(ctx, m)
}

// mark stages the marks with which no ledger opens: a backup has everything a data
// directory has, and one that was copied by hand must not sign.
func (j *job) mark(m *Manifest) error {
	for name, head := range map[string]Head{nodeLog.name: m.Log, registryLog.name: m.Registry} {
		text, err := ledger.Restored{Finished: true, Backup: m.Time, Size: head.Size}.Text()
		if err == nil {
			err = j.record.put(name+"/"+ledger.RestoredName, text)
		}
		if err != nil {
			return fmt.Errorf("mark the backup: %w", err)
		}
	}
	return nil
}

// follows refuses to mix two logs, or two histories of one.
func (j *job) follows(former Manifest, m *Manifest) error {
	if j.keys != nil && j.keys.manifest != nil && j.keys.manifest.Log.Origin != m.Log.Origin {
		return fmt.Errorf("%w: %s holds the keys of the log %s, and the data directory the log %s", ErrOther, j.KeysTo, j.keys.manifest.Log.Origin, m.Log.Origin)
	}
	for _, one := range []struct {
		log        log
		before, is Head
	}{{nodeLog, former.Log, m.Log}, {registryLog, former.Registry, m.Registry}} {
		switch {
		case j.record.manifest == nil:
		case one.before.Origin != one.is.Origin:
			return fmt.Errorf("%w: %s holds the log %s, and the data directory the log %s", ErrOther, j.To, one.before.Origin, one.is.Origin)
		case one.before.Size > one.is.Size:
			return fmt.Errorf("%w: %s holds %d entries of %s, and the data directory %d: it was set back", ErrOther, j.To, one.before.Size, one.is.Origin, one.is.Size)
		default:
			if err := j.source.bearsOut(one.log, one.before); err != nil {
				return err
			}
		}
	}
	return nil
}

// under tells whether every erasure the log knows of lay under the head, and was carried
// out before anything was copied.
func (c *changes) under(applied counterfoil.Index, head Head) error {
	for _, i := range c.erasures {
		if i >= applied || uint64(i) >= head.Size {
			return fmt.Errorf("%w: the erasure of entry %d", errUnsettled, i)
		}
	}
	if c.keys {
		return fmt.Errorf("%w: a signing key was changed", errUnsettled)
	}
	return nil
}

// still tells whether nothing happened behind the heads that reaches back before them.
func (j *job) still(ctx context.Context, m *Manifest) error {
	late, err := j.source.changesSince(ctx, m.Log, m.Log)
	if err != nil {
		return err
	}
	if len(late.erasures) > 0 || late.keys {
		return fmt.Errorf("%w: an erasure or a change of keys was recorded meanwhile", errUnsettled)
	}
	rotated := false
	err = j.source.scan(ctx, registryLog, m.Registry, func(_ counterfoil.Index, e *counterfoil.Entry, _ counterfoil.PayloadRef) {
		rotated = rotated || e.Key != nil && e.Key.Origin == m.Registry.Origin
	})
	if err == nil && rotated {
		err = fmt.Errorf("%w: the registry's key was changed meanwhile", errUnsettled)
	}
	return err
}
