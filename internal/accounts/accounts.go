// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

// Entry is one version of a record, to be saved.
type Entry struct {
	Actor   counterfoil.ID // who saves; zero for the operator at the command line or the program itself
	ID      counterfoil.ID // of the record
	Subject counterfoil.ID // the person whose erasure erases the body; zero for nobody
	Record  counterfoil.Record
	Body    []byte // JSON
}

// Journal writes entries.
type Journal interface {
	// Save returns when the entry is sealed, durable in the ledger and visible
	// in the Directory. After an error the entry may or may not be durable.
	Save(ctx context.Context, e Entry) (counterfoil.Index, error)
}

// Register keeps the records of people, appointments, systems and models;
// *register.Register implements it.
type Register interface {
	Create(ctx context.Context, actor register.Actor, kindID string, in register.Input) (*register.Record, error)
	Change(ctx context.Context, actor register.Actor, id counterfoil.ID, in register.Input) (*register.Record, error)
	SetUp(ctx context.Context, actor register.Actor, kindID, state string, in register.Input) (*register.Record, error)
}

// Directory is what accounts read. It must be safe for concurrent use.
type Directory interface {
	// Snapshot contains every save that has returned, of the register's too.
	Snapshot() *identity.Snapshot
	// Model finds the record of the model that has a name in requests.
	Model(name string) (counterfoil.ID, bool)
	// Credential returns what a person signs in with, if anything.
	Credential(identity.PersonID) (identity.Credential, bool)
	// Invited finds the credential with the hash of an invitation's token.
	Invited(counterfoil.Hash) (identity.Credential, bool)
}

// Config says what Accounts stand on.
type Config struct {
	Journal   Journal
	Register  Register
	Directory Directory
	Clock     clock.Clock
}

// Accounts changes systems, people, keys and passwords. It is safe for
// concurrent use.
type Accounts struct {
	journal   Journal
	register  Register
	directory Directory
	clock     clock.Clock

	saving  sync.Mutex    // held from reading what stands until the save is visible
	hashing chan struct{} // a place for each password hashed at once, 19 MiB each
}

const hashedAtOnce = 2

// New returns Accounts.
func New(cfg Config) *Accounts {
	return &Accounts{
		journal:   cfg.Journal,
		register:  cfg.Register,
		directory: cfg.Directory,
		clock:     cfg.Clock,
		hashing:   make(chan struct{}, hashedAtOnce),
	}
}

// Types of records, as they stand in the ledger.
const (
	typeKey        = "key"
	typeCredential = "credential"
)

// Transitions of records, as they stand in the ledger.
const (
	created = "created"
	changed = "changed"
	revoked = "revoked"
	invited = "invited"
)

func (a *Accounts) saveKey(ctx context.Context, actor identity.PersonID, k *identity.Key, transition string) error {
	return a.save(ctx, Entry{
		Actor:   counterfoil.ID(actor),
		ID:      counterfoil.ID(k.ID),
		Subject: counterfoil.ID(k.Person),
		Record:  counterfoil.Record{Type: typeKey, Version: k.Version, Transition: transition},
	}, k)
}

func (a *Accounts) saveCredential(ctx context.Context, actor identity.PersonID, c *identity.Credential, transition string) error {
	return a.save(ctx, Entry{
		Actor:   counterfoil.ID(actor),
		ID:      c.ID,
		Subject: counterfoil.ID(c.Person),
		Record:  counterfoil.Record{Type: typeCredential, Version: c.Version, Transition: transition},
	}, c)
}

// save writes a record. a.saving must be held.
func (a *Accounts) save(ctx context.Context, e Entry, record any) error {
	body, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("encode %s: %w", e.Record.Type, err)
	}
	e.Body = body
	if _, err := a.journal.Save(ctx, e); err != nil {
		return fmt.Errorf("save %s: %w", e.Record.Type, err)
	}
	return nil
}
