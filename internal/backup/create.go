// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/verify"
)

// What a backup may fail with, beside errors of the disk.
var (
	// ErrOther: the folder holds the backup of another log, or of another history.
	ErrOther = errors.New("the backup is of another log")
	// ErrUnsettled: something kept changing what belongs together.
	ErrUnsettled = errors.New("an erasure or a change of keys is under way, or was recorded and not carried out")

	errUnsettled = errors.New("unsettled") // tried again
)

// Keys are the keys of the payloads in the data directory.
type Keys interface {
	// Applied is the index below which every erasure of the log is carried out.
	Applied(ctx context.Context) (counterfoil.Index, error)
	// CopyKeys copies the database of wrapping keys to a new file, as it is at one moment.
	CopyKeys(ctx context.Context, to string) error
}

// Opener opens payloads with the keys in a folder, for the log whose folder is given.
// Close ends that. It fails with fs.ErrNotExist when there are no keys.
type Opener func(keys, ledger string) (open OpenPayload, close func() error, err error)

// OpenPayload opens a sealed payload; see verify.Options.
type OpenPayload func(e *counterfoil.Entry, sealed []byte) (plaintext []byte, key [32]byte, err error)

// Progress reports: bytes while files are copied or compared, entries while the ledger
// is verified, for which the total is 0 until the end. Fields may be nil.
type Progress struct {
	Bytes   func(done, total uint64)
	Entries func(done, total uint64)
}

// Config says what to back up and where to. KeysTo may be empty, and then the keys are
// not backed up.
type Config struct {
	Data, To, KeysTo string

	Keys     Keys
	Open     Opener        // verifies payloads with the keys that were copied
	Program  string        // version, for the manifest
	Patience time.Duration // how long to wait for an erasure under way; default 30 seconds
	Progress Progress
}

// Result is what a backup did.
type Result struct {
	Manifest *Manifest
	Copied   uint64        // bytes
	Removed  int           // payload segments that were erased
	Keys     bool          // they were backed up
	Report   verify.Report // on the copy
}

// How long a run waits for what is under way by default, and between two attempts.
const (
	patience = 30 * time.Second
	pause    = 250 * time.Millisecond
)

// job is one run.
type job struct {
	Config
	source source
	record *folder
	keys   *folder // nil when they are not backed up
	count  counter
}

// Create makes or continues a backup, and verifies it. A report with problems is no
// error: the backup is in place, and the report says what it is worth.
func Create(ctx context.Context, c Config) (Result, error) {
	if err := apart(c.Data, c.To, c.KeysTo); err != nil {
		return Result{}, err
	}
	if c.Patience == 0 {
		c.Patience = patience
	}
	j := &job{Config: c, source: source{c.Data}, count: counter{show: c.Progress.Bytes}}
	r, err := j.run(ctx)
	for _, f := range []*folder{j.record, j.keys} {
		if f != nil {
			err = errors.Join(err, f.close())
		}
	}
	return r, err
}

func (j *job) run(ctx context.Context) (r Result, err error) {
	if j.record, err = openFolder(j.To, formatRecord); err != nil {
		return r, err
	}
	if j.KeysTo != "" {
		if j.keys, err = openFolder(j.KeysTo, formatKeys); err != nil {
			return r, err
		}
	}
	m, err := j.settled(ctx)
	if err != nil {
		return r, err
	}
	r = Result{Manifest: m, Copied: j.count.done, Removed: len(j.record.gone), Keys: j.keys != nil}
	// The keys come first: ones that are newer than the record miss nothing it needs.
	if j.keys != nil {
		of := *m
		if err := j.keys.commit(&of); err != nil {
			return r, err
		}
	}
	if err := j.record.commit(m); err != nil {
		return r, err
	}
	r.Report, err = check(ctx, j.To, j.KeysTo, j.Open, j.Progress)
	return r, err
}

// settled copies until everything is of one moment.
func (j *job) settled(ctx context.Context) (*Manifest, error) {
	for began := time.Now(); ; {
		m, err := j.attempt(ctx)
		// A segment or key that went away while it was copied was erased or rotated.
		if err == nil || !errors.Is(err, errUnsettled) && !errors.Is(err, fs.ErrNotExist) {
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
	m := &Manifest{Program: j.Program, Time: time.Now().UTC().Truncate(time.Second)}
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

// step is a file to be brought to a size.
type step struct {
	name, source string
	size         int64
	whole        bool // it changed where it was copied before
}

// copySegments copies what lies behind the former heads, and what an erasure changed
// before them.
func (j *job) copySegments(ctx context.Context, m *Manifest, changed *changes) error {
	touched, err := j.source.touched(ctx, m.Log.Origin, changed.targets)
	if err != nil {
		return err
	}
	var steps []step
	for dir, end := range map[string]Place{registryLog.name: m.Registry.End, nodeLog.name: m.Log.End, nodeLog.payloads: m.Log.Payloads} {
		sizes, err := j.source.segments(dir, end)
		if err != nil {
			return err
		}
		for _, n := range sortedSegments(sizes) {
			name := counterfoil.SegmentName(n)
			steps = append(steps, step{dir + "/" + name, j.source.path(dir, name), sizes[n], dir == nodeLog.payloads && touched[n]})
		}
	}
	for n := range changed.segments {
		name := nodeLog.payloads + "/" + counterfoil.SegmentName(n)
		if _, _, copied := j.record.current(name); copied {
			j.record.gone[name] = true
		}
	}
	j.count.total = j.count.done + j.missing(steps)
	for _, s := range steps {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		do := j.record.grow
		if s.whole {
			do = j.record.replace
		}
		if err := do(s.name, s.source, s.size, &j.count); err != nil {
			return err
		}
	}
	return nil
}

// missing is how many bytes steps will copy.
func (j *job) missing(steps []step) (n uint64) {
	for _, s := range steps {
		have, _, ok := j.record.current(s.name)
		if !ok || s.whole || have.Size > s.size {
			have.Size = 0
		}
		n += uint64(s.size - have.Size)
	}
	return n
}

// apart refuses folders that lie in each other: one would end up in the backup of the
// other, or the keys beside what they open.
func apart(dirs ...string) error {
	for i, a := range dirs {
		for k, b := range dirs {
			if i == k || a == "" || b == "" {
				continue
			}
			rel, err := filepath.Rel(resolved(b), resolved(a))
			if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
				return fmt.Errorf("%w: %s lies in %s, and they must be apart", ErrForeign, a, b)
			}
		}
	}
	return nil
}

// resolved is a path without links, as far as it exists.
func resolved(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if out, err := filepath.EvalSymlinks(path); err == nil {
		return out
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(resolved(parent), filepath.Base(path))
	}
	return path
}
