// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// Ledger is where entries, payloads and proofs come from; *ledger.Ledger
// implements it.
type Ledger interface {
	// Read returns a durable entry, or ledger.ErrNotFound.
	Read(counterfoil.Index) (ledger.Stored, error)
	// Payload returns sealed bytes.
	Payload(ledger.PayloadRef) ([]byte, error)
	// Checkpoint signs the present head.
	Checkpoint(context.Context) ([]byte, error)
	// Prove proves an entry under the newest checkpoint.
	Prove(context.Context, counterfoil.Index) (counterfoil.Proof, error)
	// VerifierKey checks checkpoints.
	VerifierKey() string
}

// Vault opens payloads; *vault.Vault implements it.
type Vault interface {
	// Open fails with vault.ErrErased, vault.ErrTampered or vault.ErrTooLarge;
	// any other error says nothing about the payload.
	Open(counterfoil.ID, counterfoil.Kind, []byte) (vault.Opened, error)
}

// Index finds the entries of an interaction; *index.Index implements it.
type Index interface {
	// Locate returns index.ErrNotFound for an unknown id. outcome counts only
	// when closed, and equals intent when one entry holds both.
	Locate(ctx context.Context, id counterfoil.ID) (intent, outcome counterfoil.Index, closed bool, err error)
}

// Erasures knows what entries of the ledger say was overwritten or deleted;
// *index.Index implements it.
type Erasures interface {
	Erased(ctx context.Context, interaction counterfoil.ID, segment uint32) (bool, error)
}

// Rows holds what lists show against the entries it was made from; *index.Index
// implements it.
type Rows interface {
	// Check names the columns that differ.
	Check(ctx context.Context, item index.Item, later *index.Item) ([]string, error)
}

// Names tells what systems are called now.
type Names interface {
	Snapshot() *identity.Snapshot
}

// Reader shows interactions. All fields but Erasures and Rows must be set; without
// Erasures what was overwritten looks damaged, without Rows the index is not held
// against the ledger. It is safe for concurrent use if they are.
type Reader struct {
	Ledger   Ledger
	Vault    Vault
	Index    Index
	Names    Names
	Erasures Erasures
	Rows     Rows
}

// Interaction returns one interaction with everything recomputed. What does not
// hold is told in Proof.Problems and in the payloads' states; an error means that
// the interaction does not exist (a fault of kind not found) or cannot be read.
func (r *Reader) Interaction(ctx context.Context, id counterfoil.ID) (*View, error) {
	rec, err := r.load(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read interaction %s: %w", id, err)
	}
	v := rec.view()
	if s, ok := r.Names.Snapshot().System(identity.SystemID(v.System.ID)); ok {
		v.System.Slug, v.System.Name = s.Slug, s.Name
	}
	v.Proof, err = r.prove(ctx, rec)
	if err != nil {
		return nil, fmt.Errorf("read interaction %s: %w", id, err)
	}
	return v, nil
}

// Text is what left and what came back.
type Text struct {
	Request Body `json:"request"`
	Answer  Body `json:"answer"`
}

// Body is the text of one phase. Values that were masked are placeholders here:
// their originals are not part of it.
type Body struct {
	State     State  `json:"state"`
	MediaType string `json:"media_type,omitzero"` // empty means application/json
	Body      []byte `json:"body,omitzero"`
}

// Text returns the masked text of an interaction, or a fault of kind not found.
func (r *Reader) Text(ctx context.Context, id counterfoil.ID) (*Text, error) {
	rec, err := r.load(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read text of interaction %s: %w", id, err)
	}
	t := &Text{Request: Body{State: rec.requestState}, Answer: Body{State: rec.answerState}}
	if rec.request != nil {
		t.Request.Body = rec.request.Body
	}
	if rec.answer != nil {
		t.Answer.MediaType, t.Answer.Body = rec.answer.MediaType, rec.answer.Body
	}
	return t, nil
}

// Raw returns an encoded entry, byte for byte as its leaf hash covers it, or a
// fault of kind not found.
func (r *Reader) Raw(_ context.Context, i counterfoil.Index) ([]byte, error) {
	stored, err := r.Ledger.Read(i)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, fault.NotFound("The ledger has no such entry.", err)
	}
	if err != nil {
		return nil, fmt.Errorf("read entry: %w", err)
	}
	return stored.Raw, nil
}

// locate asks the index where the entries are.
func (r *Reader) locate(ctx context.Context, id counterfoil.ID) (intent, outcome counterfoil.Index, closed bool, err error) {
	intent, outcome, closed, err = r.Index.Locate(ctx, id)
	if errors.Is(err, index.ErrNotFound) {
		return 0, 0, false, fault.NotFound("No interaction has this id.", err)
	}
	return intent, outcome, closed, err
}
