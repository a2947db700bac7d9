// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// Succession says which logs go on under another name.
type Succession struct {
	Node, Registry bool
	Origin         string // of the node's log, or of the registry if that goes on alone; empty makes one
	FormerKey      string // file of the key of that log, if it does not lie where it belongs
}

// Continued is one log that went on.
type Continued struct {
	Log      string `json:"log"` // node or registry
	Former   string `json:"former_origin"`
	Origin   string `json:"origin"`
	Verifier string `json:"verifier"`
	Entry    uint64 `json:"entry"`  // that says so
	Linked   bool   `json:"linked"` // the former key signed it too
	Lost     uint64 `json:"lost"`   // entries the former log had signed, as far as its store of heads tells
}

// Succeed makes logs of a data directory that nobody has open go on under another name
// and key. Both marks are made before either log is changed, so a crash between them
// leaves what a next call finishes.
func Succeed(ctx context.Context, o Options, q Succession) ([]Continued, error) {
	cfg, err := loadConfig(o)
	if err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	r := o.registryConfig()
	s := succeeding{node: o.nodeConfig(cfg), registry: r.LedgerConfig(), keys: filepath.Join(o.Data, "keys"), q: q}
	done, err := s.run(ctx)
	return done, successionFault(err)
}

// succeeding is one call of Succeed.
type succeeding struct {
	node, registry ledger.Config
	keys           string
	q              Succession
	begun          []*ledger.Succession
	names          []string
}

func (s *succeeding) run(ctx context.Context) ([]Continued, error) {
	if s.q.Node && s.q.Registry && !ledger.SuccessionBegun(s.node) && ledger.SuccessionBegun(s.registry) {
		s.q = Succession{Registry: true} // of an earlier call the node's log is done
	}
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	var all []Continued
	for n, one := range s.begun {
		done, err := one.Finish(ctx)
		if err != nil {
			return all, err
		}
		all = append(all, Continued{
			Log: s.names[n], Former: done.Former, Origin: done.Event.Origin, Verifier: done.Event.Key,
			Entry: done.Event.Size, Linked: len(done.Event.FormerSignature) > 0, Lost: done.Lost,
		})
	}
	return all, nil
}

func (s *succeeding) begin(ctx context.Context) error {
	of := ledger.SuccessionOptions{Origin: s.q.Origin, FormerKey: s.q.FormerKey}
	if s.q.Node {
		options := of
		options.Founding = s.keepFounding
		one, err := ledger.BeginSuccession(ctx, s.node, options)
		if err != nil {
			return err
		}
		s.add("node", one)
		of = ledger.SuccessionOptions{Origin: one.Origin() + "/registry"}
	}
	if !s.q.Registry {
		return nil
	}
	if ledger.SuccessionBegun(s.registry) {
		of.Origin = ""
	} else if of.Origin == "" {
		of.Origin = s.registryOrigin()
	}
	one, err := ledger.BeginSuccession(ctx, s.registry, of)
	switch {
	case err == nil:
	case s.q.Node && errors.Is(err, ledger.ErrEmpty):
		return nil // it has signed nothing
	case s.q.Node:
		return fmt.Errorf("%w: %w", errHalfBegun, err)
	default:
		return err
	}
	s.add("registry", one)
	return nil
}

func (s *succeeding) add(name string, one *ledger.Succession) {
	s.names, s.begun = append(s.names, name), append(s.begun, one)
}

// registryOrigin names a registry that goes on while the node's log keeps its name.
func (s *succeeding) registryOrigin() string {
	var b [4]byte
	rand.Read(b[:])
	raw, err := os.ReadFile(filepath.Join(s.node.Dir, "verifier"))
	name, _, found := strings.Cut(string(raw), "+")
	if err != nil || !found {
		name = "counterfoil"
	}
	return name + "/registry/" + hex.EncodeToString(b[:])
}

// errHalfBegun: the node's log is marked already, and the registry cannot go on.
var errHalfBegun = errors.New("the registry cannot go on under another name")

// foundingName is the file in keys/ with the origin the log began under, once it has
// another. What is sealed stays bound to it.
const foundingName = "origin"

// foundingOrigin is the origin the payloads of a log are bound to.
func foundingOrigin(keys, present string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(keys, foundingName))
	if errors.Is(err, fs.ErrNotExist) {
		return present, nil
	}
	if err != nil {
		return "", fmt.Errorf("read the name the log began under: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// keepFounding writes it down before a log gets another name.
func (s *succeeding) keepFounding(origin string) error {
	origin, err := foundingOrigin(s.keys, origin)
	if err != nil {
		return err
	}
	if err := durable.MkdirAll(s.keys, 0o700); err != nil {
		return fmt.Errorf("keep the name the log began under: %w", err)
	}
	if err := durable.WriteFile(filepath.Join(s.keys, foundingName), []byte(origin+"\n"), 0o600); err != nil {
		return fmt.Errorf("keep the name the log began under: %w", err)
	}
	return nil
}

// successionFault says what the person who asked can do.
func successionFault(err error) error {
	for _, a := range []struct {
		err    error
		public string
	}{
		{errHalfBegun, "No log was changed, and the directory does not start before this is finished. Put the registry right and run the same again, or let the ledger go on alone: --log node."},
		{ledger.ErrLocked, "Stop the server first; a log gets another name while nobody uses it."},
		{ledger.ErrConflict, "Nothing was changed."},
		{ledger.ErrDamaged, "Nothing was changed."},
		{ledger.ErrRestored, "Nothing was changed."},
		{ledger.ErrEmpty, "Nothing was changed. A directory without a log needs no other name: start it."},
		{fs.ErrNotExist, "A file that is needed is not there."},
	} {
		if errors.Is(err, a.err) {
			return fault.Conflict(fmt.Sprintf("%v. %s", err, a.public), err)
		}
	}
	return err
}
