// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"time"

	"github.com/counterfoil/counterfoil"
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
// Done ends that. It fails with fs.ErrNotExist when there are no keys.
type Opener func(keys, ledger string) (open OpenPayload, done func() error, err error)

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
	if j.record, err = openFolder(j.To, formatRecord, always); err != nil {
		return r, err
	}
	if j.KeysTo != "" {
		if j.keys, err = openFolder(j.KeysTo, formatKeys, j.record.manifest.same); err != nil {
			return r, err
		}
	}
	m, err := j.settled(ctx)
	if err != nil {
		return r, err
	}
	r = Result{Manifest: m, Copied: j.count.done, Removed: len(j.record.gone), Keys: j.keys != nil}
	if err := j.commit(m); err != nil {
		return r, err
	}
	r.Report, err = check(ctx, j.To, j.KeysTo, j.Open, j.Progress, 1) // a server is at work beside it
	return r, err
}

// commit puts both folders in force. What counts is the next manifest of the record:
// keys whose next manifest is not of its moment are dropped again.
func (j *job) commit(m *Manifest) error {
	if j.keys == nil {
		if err := j.record.announce(m); err != nil {
			return err
		}
		return j.record.promote(m)
	}
	of := *m
	if err := j.keys.announce(&of); err != nil {
		return err
	}
	if err := j.record.announce(m); err != nil {
		return err
	}
	return errors.Join(j.record.promote(m), j.keys.promote(&of))
}
