// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
	"github.com/counterfoil/counterfoil/internal/strictyaml"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// openRegister reads the kinds of records and makes the engine that keeps them.
func (a *App) openRegister() error {
	functions := register.BuiltinFunctions()
	catalogue := standard.ISO42001()
	kinds, faults := LoadKinds(a.rules.config.KindsPath())
	if err := faults.Err(); err != nil {
		return fmt.Errorf("the kinds of records have faults:\n%w", err)
	}
	for _, f := range faults {
		a.log.Warn(f.String())
	}
	rights, faults := register.LoadRights(kinds, catalogue.RoleIDs())
	if err := faults.Err(); err != nil {
		return fmt.Errorf("the table of rights has faults:\n%w", err)
	}
	if a.frameworks, faults = standard.LoadFrameworks(a.rules.config.FrameworksPath()); faults.Err() != nil {
		return fmt.Errorf("the frameworks of your own have faults:\n%w", faults.Err())
	}
	a.kinds = kinds
	a.register = register.New(register.Config{
		Kinds: kinds, Rights: rights, Functions: functions, Store: a.index, Journal: keptRecords{a}, Files: keptFiles{a}, Clock: a.clock, Admit: a.admit, Observed: a.index,
		Log: a.ledger.Origin(),
	})
	return nil
}

// LoadKinds reads the built-in kinds and those in a folder of the organisation's own
// ("" for none) as a start does. The set is nil exactly when the faults' Err is not.
func LoadKinds(dir string) (*kind.Set, strictyaml.Faults) {
	return kind.Load(dir, register.Known(register.BuiltinFunctions(), standard.ISO42001()))
}

// admit refuses an address that somebody else signs in with. It is asked while saves
// wait for each other, so what the roll says holds.
func (a *App) admit(r *register.Record) fault.Fields {
	if r.Kind.ID != "person" {
		return nil
	}
	if p, ok := a.roll.Snapshot().PersonByEmail(r.Values.Text("email")); ok && counterfoil.ID(p.ID) != r.ID {
		return fault.Fields{"email": "Somebody else has this address: " + p.Number + "."}
	}
	return nil
}

// keptRecords is the register's journal.
type keptRecords struct{ *App }

// Keep implements register.Journal.
func (a keptRecords) Keep(ctx context.Context, s register.Entry) (counterfoil.Index, error) {
	e := &counterfoil.Entry{Kind: counterfoil.KindRecord, ID: s.ID, Actor: s.Actor, Time: a.clock.Now().UnixMicro(), Record: &s.Record}
	at, err := a.append(ctx, e, vault.Scope{Class: classRecord}, s.Body)
	if err != nil {
		return 0, unavailable(err)
	}
	return at, a.awaitProjection(ctx, at)
}

// Seal implements register.Journal.
func (a keptRecords) Seal(subject, record counterfoil.ID, text []byte) ([]byte, error) {
	sealed, err := a.vault.Seal(vault.Scope{Subject: subject, Class: classRecord}, record, counterfoil.KindRecord, text)
	if err != nil {
		return nil, unavailable(err)
	}
	return sealed.Bytes, nil
}

// Unseal implements register.Journal.
func (a keptRecords) Unseal(record counterfoil.ID, sealed []byte) ([]byte, error) {
	opened, err := a.vault.Open(record, counterfoil.KindRecord, sealed)
	if errors.Is(err, vault.ErrErased) {
		return nil, fmt.Errorf("%w: %w", register.ErrErased, err)
	}
	return opened.Plaintext, err
}
