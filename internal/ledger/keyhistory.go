// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// keyHistory says which key counts for which heads of one log: rule 6 of section
// 4 in docs/ledger-format.md. A value does not change; apply makes the next one.
type keyHistory struct {
	Spans  []keySpan           `json:"spans"`            // newest key first
	Events []counterfoil.Index `json:"events,omitempty"` // the key entries it comes from, rising
}

// keySpan is a key with the sizes of the heads it counts for.
type keySpan struct {
	Key   string `json:"key"` // verifier key
	From  uint64 `json:"from"`
	Until uint64 `json:"until"` // the largest; forever while the key is in force
}

const forever = uint64(math.MaxInt64)

// firstKey is the history of a log that never changed its key.
func firstKey(key string) keyHistory {
	return keyHistory{Spans: []keySpan{{Key: key, Until: forever}}}
}

// parseKeyHistory reads what text wrote; empty is the zero history.
func parseKeyHistory(text []byte) (keyHistory, error) {
	var h keyHistory
	if len(text) == 0 {
		return h, nil
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return h, fmt.Errorf("history of the signing keys: %w", err)
	}
	return h, nil
}

func (h keyHistory) text() string {
	raw, err := json.Marshal(h)
	if err != nil {
		panic("ledger: encode key history: " + err.Error()) // plain values only
	}
	return string(raw)
}

// at returns the verifier keys that count for a head of a size, newest first.
func (h keyHistory) at(size uint64) []string {
	var list []string
	for _, s := range h.Spans {
		if s.From <= size && size <= s.Until {
			list = append(list, s.Key)
		}
	}
	return list
}

// inForce returns the keys no entry has ended, newest first.
func (h keyHistory) inForce() []string { return h.at(forever) }

// concerns tells whether an event is about the log of this history.
func (h keyHistory) concerns(e *counterfoil.KeyEvent) bool {
	if slices.ContainsFunc(h.Spans, func(s keySpan) bool { return s.Key == e.Key || s.Key == e.Former }) {
		return true
	}
	name, _, _ := strings.Cut(h.Spans[0].Key, "+")
	return e.Origin == name
}

// apply returns the history behind the entry at an index. The key of an event
// counts for heads that contain the event; a retired one up to those that do not.
func (h keyHistory) apply(e *counterfoil.KeyEvent, at counterfoil.Index) keyHistory {
	out := keyHistory{Spans: slices.Clone(h.Spans), Events: append(slices.Clone(h.Events), at)}
	switch e.Event {
	case counterfoil.KeyRotated:
		out.begin(e.Key, uint64(at)+1)
	case counterfoil.KeySucceeded:
		return out.awaiting(e.Key, uint64(at))
	case counterfoil.KeyRetired:
		out.end(e.Former, uint64(at))
	case counterfoil.KeyCompromised:
		out.end(e.Former, e.Size)
	}
	return out
}

// awaiting returns the history of a log of a size whose next entry says that it goes on
// under another origin: all keys before end there.
func (h keyHistory) awaiting(key string, size uint64) keyHistory {
	if h.Spans[0].Key == key {
		return h // the log was opened with the new key before it could say so
	}
	out := keyHistory{Spans: []keySpan{{Key: key, From: size + 1, Until: forever}}, Events: h.Events}
	for _, s := range h.Spans {
		s.Until = min(s.Until, size)
		out.Spans = append(out.Spans, s)
	}
	return out
}

func (h *keyHistory) begin(key string, from uint64) {
	if !slices.ContainsFunc(h.Spans, func(s keySpan) bool { return s.Key == key }) {
		h.Spans = slices.Insert(h.Spans, 0, keySpan{Key: key, From: from, Until: forever})
	}
}

func (h *keyHistory) end(key string, until uint64) {
	for i := range h.Spans {
		if h.Spans[i].Key == key {
			h.Spans[i].Until = min(h.Spans[i].Until, until)
		}
	}
}
