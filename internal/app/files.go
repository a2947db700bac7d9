// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// keptFiles keeps the bytes of attachments as payloads of entries.
type keptFiles struct{ *App }

// Store implements register.Files.
func (a keptFiles) Store(ctx context.Context, c register.Content) (counterfoil.Index, error) {
	e := &counterfoil.Entry{Kind: counterfoil.KindRecord, ID: c.ID, Actor: c.Actor, Time: a.clock.Now().UnixMicro(), Record: &c.Record}
	at, err := a.append(ctx, e, vault.Scope{Subject: c.Subject, Class: classRecord}, c.Bytes)
	if err != nil {
		return 0, unavailable(err)
	}
	return at, nil
}

// Fetch implements register.Files.
func (a keptFiles) Fetch(_ context.Context, at counterfoil.Index) ([]byte, error) {
	s, err := a.ledger.Read(at)
	if err != nil {
		return nil, err
	}
	e, err := counterfoil.DecodeEntry(s.Raw)
	if err != nil {
		return nil, fmt.Errorf("decode entry %d: %w", at, err)
	}
	if e.Kind != counterfoil.KindRecord || e.Record.Type != register.TypeContent {
		return nil, fmt.Errorf("entry %d holds no content", at)
	}
	_, raw, err := a.readBody(e, s)
	if err == nil && raw == nil {
		err = register.ErrErased
	}
	return raw, err
}

// wrapOf names the wrapping key of a payload from its head: contents are large, and
// the index needs nothing else of them.
func (a *App) wrapOf(s ledger.Stored) (wrap counterfoil.ID, err error) {
	ref := s.Payload
	ref.Length = min(ref.Length, uint32(vault.HeadBytes))
	head, err := a.ledger.Payload(ref)
	if errors.Is(err, ledger.ErrNotFound) { // its segment was deleted whole
		return wrap, nil
	}
	if err != nil {
		return wrap, fmt.Errorf("read payload of entry %d: %w", s.Index, err)
	}
	wrap, _ = vault.KeyOf(head)
	return wrap, nil
}
