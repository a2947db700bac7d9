// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/counterfoil/counterfoil/internal/config"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/tiles"
)

// slowestReader is how long somebody who fetches a tile of at most 4 MiB may take.
const slowestReader = time.Minute

// publication makes the listener that serves the logs to anybody.
func (a *App) publication(ctx context.Context, cfg *config.Config) (*listener, error) {
	l := &listener{name: "publish", tls: config.TLS{Cert: cfg.Path(cfg.Publish.TLS.Cert), Key: cfg.Path(cfg.Publish.TLS.Key)}}
	var err error
	if l.net, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Publish.Listen); err != nil {
		return nil, fmt.Errorf("the published log cannot listen: %w", err)
	}
	mux := http.NewServeMux()
	for path, log := range a.published() {
		mux.Handle(path+"/", http.StripPrefix(path, tiles.Handler(log, a.log)))
	}
	l.server = a.server(l, mux)
	l.server.WriteTimeout = slowestReader
	return l, nil
}

// The paths under which logs are published.
const (
	publishedLog      = "/log"
	publishedRegistry = "/registry"
)

// published are the logs of this node that can be published, by path.
func (a *App) published() map[string]tiles.Log {
	return map[string]tiles.Log{
		publishedLog:      {Source: a.ledger},
		publishedRegistry: {Source: a.registry, Checkpoint: cosigned(a.registryDir(), a.registry)},
	}
}

// registryDir is where the registry's log lies.
func (a *App) registryDir() string { return filepath.Join(a.options.Data, "registry") }

// cosigned returns the head of a log with the cosignatures of witnesses, which
// lies in its folder; until there is one, the newest head without.
func cosigned(dir string, l tiles.Source) func() ([]byte, error) {
	return func() ([]byte, error) {
		signed, err := os.ReadFile(filepath.Join(dir, "cosigned"))
		if errors.Is(err, fs.ErrNotExist) {
			return l.Published(), nil
		}
		return signed, err
	}
}

// ExportLog implements control.Publisher.
func (a service) ExportLog(ctx context.Context, q control.ExportLog, progress func(done, total uint64)) (control.Exported, error) {
	path := publishedLog
	if q.Registry {
		path = publishedRegistry
	}
	if !q.Registry { // everything recorded by now, not only what the last second signed
		if _, err := a.ledger.Checkpoint(ctx); err != nil {
			return control.Exported{}, unavailable(err)
		}
	}
	return export(ctx, a.published()[path], q, progress)
}

// Export writes or continues a folder of tiles from a data directory on which no
// server runs. It only reads the directory.
func Export(ctx context.Context, data string, q control.ExportLog, progress func(done, total uint64)) (control.Exported, error) {
	dir := filepath.Join(data, "ledger")
	if q.Registry {
		dir = filepath.Join(data, "registry")
	}
	view, err := ledger.OpenView(dir)
	if err != nil {
		return control.Exported{}, err
	}
	defer view.Close()
	log := tiles.Log{Source: view}
	if q.Registry {
		log.Checkpoint = cosigned(dir, view)
	}
	return export(ctx, log, q, progress)
}

func export(ctx context.Context, log tiles.Log, q control.ExportLog, progress func(done, total uint64)) (control.Exported, error) {
	if !filepath.IsAbs(q.Dir) {
		return control.Exported{}, &fault.Error{Kind: fault.KindInvalid, Public: "The folder to export to must be given as an absolute path."}
	}
	r, err := tiles.Export(ctx, log, q.Dir, tiles.Options{Quick: q.Quick, Progress: progress})
	switch {
	case errors.Is(err, tiles.ErrForeign):
		return control.Exported{}, &fault.Error{Kind: fault.KindConflict, Public: "Nothing was exported and nothing was changed: " + err.Error() + ".", Err: err}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrExist):
		return control.Exported{}, &fault.Error{Kind: fault.KindUnavailable, Public: "Not exported: the folder cannot be written by the server's user: " + err.Error() + ".", Err: err}
	}
	return control.Exported(r), err
}
