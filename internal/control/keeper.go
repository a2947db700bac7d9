// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/registry"
)

// Keeper is the part of Service that looks after the logs and their keys.
type Keeper interface {
	LedgerStatus(ctx context.Context) (LedgerStatus, error)
	// RotateKey puts a new signing key in force beside the present one.
	RotateKey(ctx context.Context, q WhichLog) (KeyChange, error)
	// RetireKey ends the former one.
	RetireKey(ctx context.Context, q WhichLog) (KeyChange, error)
	// Compromised records that nothing a former key signed above a size counts.
	Compromised(ctx context.Context, q Compromise) (Compromised, error)
}

// LedgerStatus says how the node's log and its registry stand.
type LedgerStatus struct {
	Origin       string           `json:"origin"`
	VerifierKeys []string         `json:"verifier_keys"` // in force, the newest first
	Size         uint64           `json:"size"`          // entries
	Head         uint64           `json:"head"`          // entries under the newest signed head
	Root         counterfoil.Hash `json:"root"`          // of that head
	Healthy      bool             `json:"healthy"`
	Problem      string           `json:"problem,omitempty"`
	Overdue      bool             `json:"overdue"` // something about the registry needs a person
	Registry     registry.Status  `json:"registry"`
}

// WhichLog names the node's log, or the registry's.
type WhichLog struct {
	Registry bool `json:"registry,omitempty"`
}

// KeyChange says which keys of a log are in force.
type KeyChange struct {
	Origin       string   `json:"origin"`
	VerifierKeys []string `json:"verifier_keys"`     // in force now, the newest first
	Retired      string   `json:"retired,omitempty"` // the key that was ended
}

// Compromise names a former key that somebody else may have used.
type Compromise struct {
	WhichLog
	Key            string `json:"key,omitempty"` // verifier key; empty takes the one ended last
	Size           uint64 `json:"size,omitempty"`
	AtLastCosigned bool   `json:"at_last_cosigned,omitempty"` // instead of Size: what witnesses have seen
}

// Compromised is what was recorded.
type Compromised struct {
	Origin string `json:"origin"` // of the log now
	Key    string `json:"key"`
	Size   uint64 `json:"size"` // of the largest head that counts under the key
}

// keeper adds the routes of a Keeper.
func keeper(mux *http.ServeMux, k Keeper, log *slog.Logger) {
	mux.Handle("GET /v1/ledger", answer(func(r *http.Request) (any, error) { return k.LedgerStatus(r.Context()) }, log))
	change := func(do func(context.Context, WhichLog) (KeyChange, error)) http.Handler {
		return answer(func(r *http.Request) (any, error) {
			q, err := read[WhichLog](r)
			if err != nil {
				return nil, err
			}
			return do(r.Context(), q)
		}, log)
	}
	mux.Handle("POST /v1/ledger/rotate-key", change(k.RotateKey))
	mux.Handle("POST /v1/ledger/retire-key", change(k.RetireKey))
	mux.Handle("POST /v1/ledger/compromised", answer(func(r *http.Request) (any, error) {
		q, err := read[Compromise](r)
		if err != nil {
			return nil, err
		}
		return k.Compromised(r.Context(), q)
	}, log))
}
