// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"context"
	"sync"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// Log is the node's log; *ledger.Ledger implements it.
type Log interface {
	// Append returns when the entry is durable.
	Append(context.Context, *counterfoil.Entry, []byte) (ledger.Receipt, error)
	Size() uint64
	Read(counterfoil.Index) (ledger.Stored, error)
	Scan(ctx context.Context, from counterfoil.Index, fn func(ledger.Stored) error) error
	// Payload returns sealed bytes, or ledger.ErrNotFound when their segment is gone.
	Payload(ledger.PayloadRef) ([]byte, error)
	// Overwrite and DeletePayloads are durable when they return, and may be repeated.
	Overwrite(context.Context, []ledger.PayloadRef) error
	DeletePayloads(context.Context, []uint32) error
	WrittenPayloads() uint32
}

// Keys is the store of wrapping keys; *vault.Vault implements it.
type Keys interface {
	Keys(context.Context, vault.Selection) ([]vault.WrappingKey, error)
	Bar(subject counterfoil.ID)
	Delete(context.Context, []counterfoil.ID) error
	Applied(context.Context) (counterfoil.Index, error)
	SetApplied(context.Context, counterfoil.Index) error
}

// Stored is a record as it stands, with its body; nil once that was erased.
type Stored struct {
	index.Record
	Body []byte
}

// Records are the management records. Reading shows every save that has returned.
type Records interface {
	accounts.Journal
	Records(ctx context.Context, typ string) ([]Stored, error)
	Record(ctx context.Context, id counterfoil.ID) (Stored, error) // index.ErrNotFound
	History(ctx context.Context, id counterfoil.ID) ([]index.Version, error)
	// InUse are the wrapping keys under which a record lies that is in force.
	InUse(context.Context) (map[counterfoil.ID]bool, error)
}

// Index finds entries; *index.Index implements it. It shows every entry that was
// durable when it is asked.
type Index interface {
	Erasures(ctx context.Context, from counterfoil.Index) ([]index.Erasure, error)
	// Locate returns index.ErrNotFound for an unknown interaction.
	Locate(ctx context.Context, id counterfoil.ID) (intent, outcome counterfoil.Index, closed bool, err error)
}

// People is the register of people; *accounts.Roll and *accounts.Register
// implement it together.
type People interface {
	accounts.Directory
	RevokeKey(ctx context.Context, actor identity.PersonID, key string) (identity.Key, error)
}

// Program is the running program around the stores.
type Program interface {
	// Settle returns when everything sealed before the call lies in the log.
	Settle(context.Context) error
	// Forget drops what the program and the index hold of what the deleted keys
	// sealed, and the sessions of people. Repeating it changes nothing.
	Forget(ctx context.Context, keys, people []counterfoil.ID) error
}

// Config says what an Eraser works on. All fields but Reached must be set.
type Config struct {
	Log     Log
	Keys    Keys
	Records Records
	Index   Index
	People  People
	Program Program
	Clock   clock.Clock

	// Reached is told which step was reached. Tests end the process there.
	Reached func(Step)
}

// Eraser erases. It is safe for concurrent use; one act follows the other.
type Eraser struct {
	Config
	acting sync.Mutex
}

// New returns an Eraser.
func New(c Config) *Eraser {
	if c.Reached == nil {
		c.Reached = func(Step) {}
	}
	return &Eraser{Config: c}
}

// Alone runs fn while nobody asks, decides or erases. Whoever holds still a view of
// the index does it here: an erasure could not empty the file's write-ahead log.
func (e *Eraser) Alone(fn func() error) error {
	e.acting.Lock()
	defer e.acting.Unlock()
	return fn()
}

// Progress is told how far a long piece of work is, in entries. It may be nil.
type Progress func(done, total uint64)
