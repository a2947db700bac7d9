// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Entry is one version of a record, to be appended.
type Entry struct {
	Actor  counterfoil.ID
	ID     counterfoil.ID
	Record counterfoil.Record
	Body   []byte
}

// Journal writes entries and seals personal text.
type Journal interface {
	// Keep returns when the entry is durable in the ledger and visible in the
	// Store. After an error the entry may or may not be durable.
	Keep(ctx context.Context, e Entry) (counterfoil.Index, error)
	// Seal encrypts personal text of a record for the person it is about.
	Seal(subject, record counterfoil.ID, text []byte) ([]byte, error)
	// Unseal opens what Seal made; ErrErased once the subject was erased.
	Unseal(record counterfoil.ID, sealed []byte) ([]byte, error)
}

// ErrErased says that personal text was erased.
var ErrErased = errors.New("erased")

// Store answers from the projection; *index.Index implements it.
type Store interface {
	KeptRecord(ctx context.Context, record counterfoil.ID, m index.Moment) (*index.Kept, error) // index.ErrNotFound
	KeptByNumber(ctx context.Context, kind string, serial uint64, m index.Moment) (*index.Kept, error)
	KeptVersion(ctx context.Context, record counterfoil.ID, version uint64) (*index.Kept, error)
	KeptHistory(ctx context.Context, record counterfoil.ID, m index.Moment) ([]index.Kept, error)
	KeptLate(ctx context.Context, m index.Moment, below counterfoil.Index, limit int) ([]index.Kept, error)
	KeptLinksTo(ctx context.Context, record counterfoil.ID, kind string, m index.Moment) ([]index.Linked, error)
	KeptList(ctx context.Context, f index.KeptFilter) (index.KeptPage, error)
	KeptCount(ctx context.Context, f index.KeptFilter) (uint64, error)
	KeptCounts(ctx context.Context, kind string, m index.Moment) ([]index.StateCount, error)
	KeptTally(ctx context.Context, kind string, fields []string, m index.Moment) ([]index.KeptTally, error)
	KeptNaming(ctx context.Context, kind, field string, m index.Moment) ([]index.KeptNamed, error)
	KeptParts(ctx context.Context, kind string, fields []string, m index.Moment) ([]index.KeptParts, error)
	KeptNames(ctx context.Context, kind string, m index.Moment) ([]index.KeptName, error)
	KeptSlugged(ctx context.Context, kind, slug string) (*index.Kept, error) // index.ErrNotFound
	KeptSpans(ctx context.Context, kind string, fields []string, m index.Moment) ([]index.KeptSpan, error)
	KeptAt(ctx context.Context, entry counterfoil.Index) (*index.Kept, error)
	KeptDue(ctx context.Context, owner counterfoil.ID, due int64, limit int, m index.Moment) ([]index.KeptPlace, error)
	KeptWaiting(ctx context.Context, w index.KeptWait, limit int) ([]index.KeptPlace, error)
	KeptOffered(ctx context.Context, to counterfoil.ID, limit int) ([]index.KeptPlace, error)
	KeptNext(ctx context.Context) (counterfoil.Index, error)
	KeptSince(ctx context.Context, from counterfoil.Index, limit int) ([]index.Kept, error)
	KeptRewritten() uint64
	KeptTitled(ctx context.Context, kind, text string, limit int) ([]index.Kept, error)
	KeptRecent(ctx context.Context, limit int, m index.Moment) ([]index.Kept, error)
	HighestSerial(ctx context.Context, kind string) (uint64, error)
	MomentAt(ctx context.Context, time int64) (index.Moment, error)
}

// Actor is who asks, as the session says it.
type Actor struct {
	Person  counterfoil.ID // zero for the program itself
	Roles   []string
	program bool
}

// Program is the actor of automatic moves and of what the program sets up. It has
// every right, sets fixed fields, and no duty is kept apart from it.
var Program = Actor{program: true}

// For is the program acting for somebody: a surface has checked what they may do,
// and the entry names them.
func For(person counterfoil.ID) Actor { return Actor{Person: person, program: true} }

// Config says what a Register stands on.
type Config struct {
	Kinds     *kind.Set
	Rights    *Rights
	Functions Functions
	Store     Store
	Journal   Journal
	Files     Files // of attachments
	Clock     clock.Clock

	// Log is the name of the ledger this program writes, which tells it from every other
	// gateway; "" when it has none, as in tests.
	Log string

	// Observed tells what passed the gateway; nil: nothing is known of it.
	Observed Observed

	// Admit says what is wrong with a version about to be saved beside what its kind
	// asks, such as an address that somebody else has; nil admits everything.
	Admit func(*Record) fault.Fields
}

// Register changes records. It is safe for concurrent use: saves are serialised,
// from reading what stands to seeing the new version.
type Register struct {
	Config
	saving sync.Mutex
	desks  desks
}

// New returns a Register.
func New(c Config) *Register { return &Register{Config: c} }

// present loads what stands, with its personal fields.
func (r *Register) present(ctx context.Context, id counterfoil.ID) (*Record, error) {
	row, err := r.Store.KeptRecord(ctx, id, index.Moment{})
	if errors.Is(err, index.ErrNotFound) {
		return nil, fault.NotFound("There is no such record.", err)
	}
	if err != nil {
		return nil, err
	}
	return r.load(row)
}

// Load decodes a row of the index and opens what is sealed in it.
func (r *Register) Load(row *index.Kept) (*Record, error) { return r.load(row) }

// load decodes a row and opens what is sealed in it.
func (r *Register) load(row *index.Kept) (*Record, error) {
	k, err := r.Kinds.Kind(row.Kind)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", row.Number, err)
	}
	record, err := fromKept(k, row)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", row.Number, err)
	}
	return record, r.unseal(record)
}

func (r *Register) unseal(record *Record) error {
	if len(record.sealed) == 0 {
		return nil
	}
	raw, err := r.Journal.Unseal(record.ID, record.sealed)
	if errors.Is(err, ErrErased) {
		record.Erased = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("open personal fields of %s: %w", record.Number(), err)
	}
	personal, err := record.Kind.DecodeValues(raw)
	if err != nil {
		return err
	}
	for id, value := range personal {
		record.Values[id] = value
	}
	return nil
}

// keep appends the next version. r.saving must be held; record.Version is that of
// the version it follows.
func (r *Register) keep(ctx context.Context, actor Actor, record *Record, move string) error {
	record.Version++
	record.Move, record.Actor = move, actor.Person
	record.ownerInForce()
	shared, personal := kind.Values{}, kind.Values{}
	for id, value := range record.Values {
		if f, ok := record.Kind.Field(id); ok && f.Personal {
			personal[id] = value
		} else {
			shared[id] = value
		}
	}
	sealed := record.sealed // kept as it is when the person was erased
	if len(personal) > 0 {
		raw, err := marshal(personal)
		if err == nil {
			sealed, err = r.Journal.Seal(record.Subject(), record.ID, raw)
		}
		if err != nil {
			return fmt.Errorf("seal personal fields of %s: %w", record.Number(), err)
		}
	} else if !record.Erased {
		sealed = nil
	}
	raw, err := record.encode(shared, sealed)
	if err != nil {
		return fmt.Errorf("encode %s: %w", record.Number(), err)
	}
	record.Entry, err = r.Journal.Keep(ctx, Entry{
		Actor: actor.Person, ID: record.ID, Body: raw,
		Record: counterfoil.Record{Type: record.Kind.ID, Version: record.Version, Transition: move},
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", record.Number(), err)
	}
	return nil
}
