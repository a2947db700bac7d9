// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
)

// Publisher is the part of Service that gives the log to others.
type Publisher interface {
	// ExportLog writes or continues a folder of tiles.
	ExportLog(ctx context.Context, q ExportLog, progress func(done, total uint64)) (Exported, error)
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

// publish adds the routes of a Publisher.
func publish(mux *http.ServeMux, p Publisher, log *slog.Logger) {
	mux.Handle("POST /v1/ledger/export", work(p.ExportLog, log))
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
