// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// Line is one line of a streamed answer: exactly one member is set. The last
// line has Done or Problem, so that a cut answer is told from a whole one.
type Line struct {
	Interaction *Interaction    `json:"interaction,omitempty"`
	Progress    *Progress       `json:"progress,omitempty"`
	Difference  *Difference     `json:"difference,omitempty"`
	Result      json.RawMessage `json:"result,omitempty"` // of a long piece of work
	Problem     *Problem        `json:"problem,omitempty"`
	Done        bool            `json:"done,omitempty"`
}

// Progress of a long piece of work, in entries or files.
type Progress struct {
	Done  uint64 `json:"done"`
	Total uint64 `json:"total"`
}

// Difference is a value in the index that is not what the ledger says.
type Difference struct {
	Table    string  `json:"table"`    // empty: the file itself is damaged, and key says how
	Key      string  `json:"key"`      // of the row, as SQL literals
	Column   string  `json:"column"`   // empty: the whole row
	Found    string  `json:"found"`    // in the index, as an SQL literal; empty when the row is missing
	Expected string  `json:"expected"` // by the ledger; empty when there should be no row
	Entry    *uint64 `json:"entry"`    // the entry it rests on; null for a sum
}

// lines streams interactions, so that no list is held in memory.
func lines(s Service, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit, since, err := listing(r)
		if err != nil {
			fail(w, r, err, log)
			return
		}
		out := begin(w)
		err = s.Interactions(r.Context(), limit, since, func(i Interaction) error { return out.Encode(Line{Interaction: &i}) })
		finish(out, r, err, log)
	})
}

func listing(r *http.Request) (limit int, since time.Time, err error) {
	q := r.URL.Query()
	if v := q.Get("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 0 {
			return 0, since, invalid("The limit must be a whole number.", "limit", v)
		}
	}
	if v := q.Get("since"); v != "" {
		if since, err = time.Parse(time.RFC3339Nano, v); err != nil {
			return 0, since, invalid("The time must be like 2026-11-24T09:00:00Z.", "since", v)
		}
	}
	return limit, since, nil
}

func reindex(s Service, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := begin(w)
		finish(out, r, s.Reindex(r.Context(), showProgress(w, out)), log)
	})
}

func compareIndex(s Service, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := begin(w)
		err := s.CompareIndex(r.Context(), showProgress(w, out), func(d Difference) error { return out.Encode(Line{Difference: &d}) })
		finish(out, r, err, log)
	})
}

func showProgress(w http.ResponseWriter, out *json.Encoder) func(done, total uint64) {
	return func(done, total uint64) {
		_ = out.Encode(Line{Progress: &Progress{Done: done, Total: total}}) // progress is a courtesy
		_ = http.NewResponseController(w).Flush()
	}
}

func begin(w http.ResponseWriter) *json.Encoder {
	w.Header().Set("Content-Type", "application/jsonl")
	return json.NewEncoder(w)
}

func finish(out *json.Encoder, r *http.Request, err error, log *slog.Logger) {
	if err == nil {
		_ = out.Encode(Line{Done: true}) // the client notices a missing last line
		return
	}
	p, _ := report(r, err, log)
	_ = out.Encode(Line{Problem: &p})
}
