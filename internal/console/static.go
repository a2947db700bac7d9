// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"path"

	"github.com/counterfoil/counterfoil/internal/identity"
)

var mediaTypes = map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}

// static serves the stylesheet, the mark and the keys. They are part of the program, so
// browsers may keep them for a while.
func (c *Console) static(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	content, err := fs.ReadFile(staticFiles, "static/"+name)
	if err != nil {
		return notFound("There is no such file.")
	}
	w.Header().Set("Content-Type", mediaTypes[path.Ext(name)])
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(content) // the client may have left
	return nil
}

// health is for machines: 200 while interactions can be recorded.
func (c *Console) health(w http.ResponseWriter, r *http.Request) error {
	status, word := http.StatusOK, "ok"
	if err := c.ledger.Health(); err != nil {
		status, word = http.StatusServiceUnavailable, "ledger unavailable"
		c.log.WarnContext(r.Context(), "not healthy", "error", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(map[string]any{"status": word, "entries": c.ledger.Size(), "projected": uint64(c.index.Position().Next)})
}

// page is the frame of every page.
func (c *Console) page(r *http.Request, title, place string) page {
	p := page{Title: title, Organisation: c.organisation, Invented: c.invented, Place: place, Foot: c.foot()}
	if known, ok := c.directory.Snapshot().Person(identity.PersonID(person(r))); ok {
		p.Me = &account{Name: known.Name}
		if p.Me.Name == "" {
			p.Me.Name = known.Email
		}
		waiting, err := c.needsOf(r.Context(), c.actorOf(r))
		if err != nil {
			c.log.WarnContext(r.Context(), "what waits for a person cannot be read", "error", err)
		} else {
			p.Needs = waiting.count()
		}
	}
	return p
}

func (c *Console) foot() *foot {
	f := &foot{Version: c.version, Node: c.ledger.Origin(), Ledger: "Ledger is empty"}
	if size := c.ledger.Size(); size > 0 {
		f.Ledger = "Ledger at entry " + number(size-1)
	}
	f.Lag = "Lists are complete"
	if lag := c.lag(); lag > 0 {
		f.Lag = "Lists are " + counted(lag, "entry", "entries") + " behind"
	}
	return f
}

// lag is how many entries the lists have not read yet.
func (c *Console) lag() uint64 {
	size, next := c.ledger.Size(), uint64(c.index.Position().Next)
	return size - min(size, next)
}
