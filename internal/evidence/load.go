// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/interaction"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// leaf is an entry read from the log, its hash recomputed.
type leaf struct {
	entry *counterfoil.Entry
	index counterfoil.Index
	hash  counterfoil.Hash
	bytes int
	ref   ledger.PayloadRef
}

// record is an interaction as loaded: its entries and what could be read of its
// payloads. problems collects what contradicts what.
type record struct {
	intent  *leaf
	outcome *leaf // nil while open; the same as intent when one entry holds both

	request      *interaction.Request // nil unless readable
	answer       *interaction.Answer
	requestState State
	answerState  State

	problems []string
}

func (rec *record) problem(format string, args ...any) {
	rec.problems = append(rec.problems, fmt.Sprintf(format, args...))
}

// combined reports that one entry holds intent and outcome.
func (rec *record) combined() bool { return rec.outcome == rec.intent }

func (r *Reader) load(ctx context.Context, id counterfoil.ID) (*record, error) {
	intent, outcome, closed, err := r.locate(ctx, id)
	if err != nil {
		return nil, err
	}
	rec := new(record)
	if rec.intent, err = r.leaf(id, counterfoil.KindIntent, intent); err != nil {
		return nil, err
	}
	switch {
	case rec.intent.entry.Outcome != nil:
		rec.outcome = rec.intent
	case closed:
		if rec.outcome, err = r.leaf(id, counterfoil.KindOutcome, outcome); err != nil {
			return nil, err
		}
		if named := rec.outcome.entry.Outcome.Intent; named != intent {
			rec.problem("outcome %d closes intent %d, not %d", outcome, named, intent)
		}
	}
	if err := r.checkRows(ctx, rec); err != nil {
		return nil, err
	}
	return rec, r.readPayloads(ctx, rec)
}

// checkRows holds the row of the lists against the entries.
func (r *Reader) checkRows(ctx context.Context, rec *record) error {
	if r.Rows == nil {
		return nil
	}
	var later *index.Item
	if rec.outcome != nil && !rec.combined() {
		later = new(rec.outcome.item())
	}
	columns, err := r.Rows.Check(ctx, rec.intent.item(), later)
	if err == nil && len(columns) > 0 {
		rec.problem("%s", rowsDiffer(columns))
	}
	return err
}

func rowsDiffer(columns []string) string {
	return "the row in the lists is not what the ledger says, in: " + strings.Join(columns, ", ") + "; this page is read from the ledger; build the index again with counterfoil reindex"
}

func (l *leaf) item() index.Item { return index.Item{Index: l.index, Entry: l.entry, Leaf: l.hash} }

// leaf reads the entry at i and refuses one that is not this interaction's: then
// the index is wrong, and nothing can be shown that would be true.
func (r *Reader) leaf(id counterfoil.ID, kind counterfoil.Kind, i counterfoil.Index) (*leaf, error) {
	stored, err := r.Ledger.Read(i)
	if err != nil {
		return nil, err
	}
	entry, err := counterfoil.DecodeEntry(stored.Raw)
	if err != nil {
		return nil, fmt.Errorf("entry %d: %w", i, err)
	}
	if entry.ID != id || entry.Kind != kind {
		return nil, fault.Unavailable("The index does not agree with the ledger. Build it again: counterfoil reindex.",
			fmt.Errorf("entry %d is %s %s, not %s of %s", i, entry.Kind, entry.ID, kind, id))
	}
	return &leaf{entry: entry, index: i, hash: counterfoil.LeafHash(stored.Raw), bytes: len(stored.Raw), ref: stored.Payload}, nil
}

// readPayloads opens what can be opened and checks it against the entries.
func (r *Reader) readPayloads(ctx context.Context, rec *record) error {
	plaintext, state, err := r.open(ctx, rec, rec.intent)
	if err != nil {
		return err
	}
	rec.requestState, rec.answerState = state, StateNone
	if state == StateReadable {
		rec.readRequest(plaintext)
	}
	if rec.outcome == nil || rec.combined() {
		return nil
	}
	if plaintext, rec.answerState, err = r.open(ctx, rec, rec.outcome); err != nil {
		return err
	}
	if rec.answerState == StateReadable {
		rec.readAnswer(plaintext)
	}
	return nil
}

// open returns the plaintext an entry commits to. What is wrong with a payload is
// its state; an error says that its state could not be found out.
func (r *Reader) open(ctx context.Context, rec *record, l *leaf) ([]byte, State, error) {
	damaged := func(format string, args ...any) ([]byte, State, error) {
		rec.problem("payload of entry %d: %s", l.index, fmt.Sprintf(format, args...))
		return nil, StateDamaged, nil
	}
	stored := l.ref != (ledger.PayloadRef{})
	if len(l.entry.Commitment) == 0 {
		if stored {
			return damaged("the entry commits to none")
		}
		return nil, StateNone, nil
	}
	if !stored {
		return damaged("missing")
	}
	sealed, err := r.Ledger.Payload(l.ref)
	if errors.Is(err, ledger.ErrClosed) {
		return nil, "", err
	}
	if errors.Is(err, ledger.ErrNotFound) { // as with a segment that was deleted
		if erased, err := r.erased(ctx, l); err != nil || erased {
			return nil, StateErased, err
		}
	}
	if err != nil {
		return damaged("%v", err)
	}
	opened, err := r.Vault.Open(l.entry.ID, l.entry.Kind, sealed)
	if errors.Is(err, vault.ErrTampered) { // as zeros are
		if erased, err := r.erased(ctx, l); err != nil || erased {
			return nil, StateErased, err
		}
	}
	switch {
	case errors.Is(err, vault.ErrErased):
		return nil, StateErased, nil
	case errors.Is(err, vault.ErrTampered), errors.Is(err, vault.ErrTooLarge):
		return damaged("%v", err)
	case err != nil:
		return nil, "", err
	}
	commitment := vault.Commit(&opened.Key, opened.Plaintext)
	if subtle.ConstantTimeCompare(commitment[:], l.entry.Commitment) != 1 {
		return damaged("not what the entry commits to")
	}
	return opened.Plaintext, StateReadable, nil
}

// erased tells whether an entry of the ledger says that a payload that is no more
// what it was, was erased by overwriting it or by deleting its segment.
func (r *Reader) erased(ctx context.Context, l *leaf) (bool, error) {
	if r.Erasures == nil {
		return false, nil
	}
	return r.Erasures.Erased(ctx, l.entry.ID, l.ref.Segment)
}

// readRequest decodes the intent's payload and recomputes the redaction root.
func (rec *record) readRequest(plaintext []byte) {
	request, err := interaction.DecodeRequest(plaintext)
	if err != nil {
		rec.requestState = StateDamaged
		rec.problem("payload of entry %d: %v", rec.intent.index, err)
		return
	}
	rec.request = request
	for i := range request.Redactions {
		if n := len(request.Redactions[i].Key); n != 32 {
			rec.problem("redaction %d has a key of %d bytes, which does not bind its value", i, n)
		}
	}
	if interaction.RedactionRoot(request.Redactions) != rec.intent.entry.Intent.RedactionRoot {
		rec.problem("the values replaced are not those the intent's redaction root binds")
	}
}

func (rec *record) readAnswer(plaintext []byte) {
	answer, err := interaction.DecodeAnswer(plaintext)
	if err != nil {
		rec.answerState = StateDamaged
		rec.problem("payload of entry %d: %v", rec.outcome.index, err)
		return
	}
	rec.answer = answer
}
