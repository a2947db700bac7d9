// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
)

var mediaTypes = map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}

// static serves the stylesheet, the mark and the keys. They are part of the program, so
// browsers may keep them for a while.
func (s *Shell) static(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	content, err := fs.ReadFile(staticFiles, "static/"+name)
	if err != nil {
		return NotFound("There is no such file.")
	}
	w.Header().Set("Content-Type", mediaTypes[path.Ext(name)])
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(content) // the client may have left
	return nil
}

// health is for machines: 200 while interactions can be recorded.
func (s *Shell) health(w http.ResponseWriter, r *http.Request) error {
	status, word := http.StatusOK, "ok"
	if err := s.ledger.Health(); err != nil {
		status, word = http.StatusServiceUnavailable, "ledger unavailable"
		s.Log.WarnContext(r.Context(), "not healthy", "error", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(map[string]any{"status": word, "entries": s.ledger.Size(), "projected": uint64(s.index.Position().Next)})
}
