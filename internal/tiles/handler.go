// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package tiles

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// atOnce is how many bundles may be in memory at one time, slow readers included. One
// usually has some 64 KiB and never more than 4 MiB; everything else has at most 8 KiB.
const atOnce = 64

// The headers of what can be kept forever, and of what cannot be kept.
const (
	immutable = "public, max-age=31536000, immutable"
	fresh     = "no-cache"
	never     = "no-store"
)

// handler serves one log.
type handler struct {
	log   Log
	slots chan struct{}
	warn  *slog.Logger
}

// Handler serves a log read-only below the path it is mounted at, which the
// caller strips: /checkpoint, /tile/L/N, /tile/entries/N. Nothing else is there.
func Handler(l Log, warn *slog.Logger) http.Handler {
	return &handler{log: l, slots: make(chan struct{}, atOnce), warn: warn}
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	path, below := strings.CutPrefix(r.URL.Path, "/")
	isTile := strings.HasPrefix(path, "tile/")
	switch {
	case !below || path != "checkpoint" && !isTile:
		refuse(w, http.StatusNotFound, "Here are checkpoint, tile/L/N and tile/entries/N of a log, as C2SP tlog-tiles has them, and nothing else.")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "A log is only read here.")
	case isTile:
		h.tile(w, r, path)
	default:
		h.head(w)
	}
}

func (h *handler) head(w http.ResponseWriter) {
	signed, _, err := h.log.checkpoint()
	if err != nil {
		h.fail(w, err)
		return
	}
	answer(w, signed, "text/plain; charset=utf-8", fresh)
}

func (h *handler) tile(w http.ResponseWriter, r *http.Request, path string) {
	t, err := counterfoil.ParseTilePath(path)
	if err != nil {
		refuse(w, http.StatusBadRequest, "This names no tile. A path looks like tile/0/x001/067, tile/1/000.p/5 or tile/entries/000.")
		return
	}
	_, head, err := h.log.checkpoint()
	if err != nil {
		h.fail(w, err)
		return
	}
	if !t.Within(head.Size) {
		refuse(w, http.StatusNotFound, "The log's checkpoint does not reach this tile.")
		return
	}
	if t.Level == counterfoil.EntriesLevel {
		select {
		case h.slots <- struct{}{}:
			defer func() { <-h.slots }()
		case <-r.Context().Done():
			return
		}
	}
	content, err := h.log.read(r.Context(), t)
	if err != nil {
		h.fail(w, err)
		return
	}
	answer(w, content, "application/octet-stream", immutable)
}

// fail answers what is not the client's fault; the cause stays in the log.
func (h *handler) fail(w http.ResponseWriter, err error) {
	if errors.Is(err, ledger.ErrNotFound) {
		refuse(w, http.StatusNotFound, "This is not there yet.")
		return
	}
	h.warn.Error("published log not readable", "err", err)
	refuse(w, http.StatusServiceUnavailable, "This cannot be read at the moment.")
}

func answer(w http.ResponseWriter, content []byte, media, cache string) {
	header := w.Header()
	header.Set("Content-Type", media)
	header.Set("Content-Length", strconv.Itoa(len(content)))
	header.Set("Cache-Control", cache)
	_, _ = w.Write(content) // a client that has left is owed nothing; for HEAD net/http drops the body
}

// refuse answers an error. It must not be kept: a tile may be there a second later.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", never)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}
