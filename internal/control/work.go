// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"
)

// Publisher is the part of Service that gives the log to others.
type Publisher interface {
	// ExportLog writes or continues a folder of tiles.
	ExportLog(ctx context.Context, q ExportLog, progress func(done, total uint64)) (Exported, error)
	// CreatePack writes an evidence pack.
	CreatePack(ctx context.Context, q NewPack, progress func(done, total uint64)) (Pack, error)
}

// ExportLog asks for a folder of C2SP tlog-tiles.
type ExportLog struct {
	Dir      string `json:"dir"` // absolute
	Registry bool   `json:"registry,omitempty"`
	Quick    bool   `json:"quick,omitempty"` // trust what was published before by its size
}

// Exported says what an export did, in files.
type Exported struct {
	Origin  string `json:"origin"`
	Before  uint64 `json:"before"` // entries under the head the folder had
	Size    uint64 `json:"size"`   // entries under the head it has now
	Written uint64 `json:"written"`
	Removed uint64 `json:"removed"`
}

// NewPack asks for an evidence pack.
type NewPack struct {
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until"`
	System   string    `json:"system,omitempty"` // slug; empty for everything
	Disclose string    `json:"disclose"`         // "none", "interactions", "records", "all"
	File     string    `json:"file"`             // absolute
	SignWith string    `json:"sign_with,omitempty"`
}

// Pack says what a pack holds.
type Pack struct {
	File      string `json:"file"`
	SHA256    string `json:"sha256"`
	Bytes     int64  `json:"bytes"`
	Origin    string `json:"origin"`
	From      uint64 `json:"from"` // indexes
	To        uint64 `json:"to"`
	Size      uint64 `json:"size"` // of the head it lies under
	Entries   uint64 `json:"entries"`
	Intents   uint64 `json:"intents"`
	Open      uint64 `json:"open"`
	Disclosed uint64 `json:"disclosed"`
	Withheld  uint64 `json:"withheld"`
	Erased    uint64 `json:"erased"`

	Absent []string `json:"absent"` // codes of docs/pack-format.md
}

// publish adds the routes of a Publisher.
func publish(mux *http.ServeMux, p Publisher, log *slog.Logger) {
	mux.Handle("POST /v1/ledger/export", work(p.ExportLog, log))
	mux.Handle("POST /v1/packs", work(p.CreatePack, log))
}

// work answers a long piece of work: lines with progress, then one with the result.
func work[Q, A any](do func(context.Context, Q, func(done, total uint64)) (A, error), log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, err := read[Q](r)
		if err != nil {
			fail(w, r, err, log)
			return
		}
		out := begin(w)
		a, err := do(r.Context(), q, func(done, total uint64) {
			_ = out.Encode(Line{Progress: &Progress{Done: done, Total: total}}) // progress is a courtesy
			_ = http.NewResponseController(w).Flush()
		})
		if err == nil {
			var raw json.RawMessage
			if raw, err = json.Marshal(a); err == nil {
				err = out.Encode(Line{Result: raw})
			}
		}
		finish(out, r, err, log)
	})
}
