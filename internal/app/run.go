// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/counterfoil/counterfoil/internal/config"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/gateway"
)

// drainFor is how long answers under way may take to end after a stop.
const drainFor = 30 * time.Second

// Run opens the data directory, serves until ctx ends or the ledger fails, and
// closes it again.
func Run(ctx context.Context, o Options) error {
	tuneMemory()
	a, err := Open(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(a.run(ctx), a.Close())
}

// tuneMemory trades memory that is there anyway for more than half of the collector's
// work: the live heap is some fifteen megabytes. Past half a gibibyte, as large
// bodies may need, memory counts more. GOGC and GOMEMLIMIT win.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(512 << 20)
	}
}

// listener is one served address.
type listener struct {
	name    string
	net     net.Listener
	server  *http.Server
	tls     config.TLS
	handler sync.WaitGroup // requests under way
}

func (a *App) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	listeners, err := a.listen(ctx)
	if err != nil {
		return err
	}
	socket, err := control.Listen(a.options.Data)
	if err != nil {
		return err
	}
	var serving sync.WaitGroup
	if a.options.Profile != "" {
		profiles, err := profileServer(a.options.Profile)
		if err != nil {
			return err
		}
		serving.Go(func() { stop(profiles(ctx)) })
	}
	for _, l := range listeners {
		serving.Go(func() { stop(l.serve()) })
	}
	serving.Go(func() { stop(control.Serve(ctx, socket, a.Control())) })
	serving.Go(func() { a.reloadOnHangup(ctx) })
	serving.Go(func() { a.keep(ctx) })
	serving.Go(func() { a.gaps.Run(ctx) })
	serving.Go(func() { stop(a.watchHealth(ctx)) })
	_ = a.rounds.Enter(ctx) // logged; a registry that fails is no reason not to serve
	serving.Go(func() { a.rounds.Run(ctx) })
	if err := a.welcome(ctx, listeners); err != nil {
		stop(err)
	}
	<-ctx.Done()
	a.log.Info("stopping; answers under way may end", "at_most", drainFor)
	shutdown(listeners)
	serving.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// listen opens the addresses and makes their servers: gateway, console, and where
// the log is published if it is.
func (a *App) listen(ctx context.Context) ([]*listener, error) {
	cfg := a.inForce().config
	from := func(t config.TLS) config.TLS { return config.TLS{Cert: cfg.Path(t.Cert), Key: cfg.Path(t.Key)} }
	g := &listener{name: "gateway", tls: from(cfg.Gateway.TLS)}
	c := &listener{name: "console", tls: from(cfg.Console.TLS)}
	for l, address := range map[*listener]string{g: cfg.Gateway.Listen, c: cfg.Console.Listen} {
		var err error
		if l.net, err = (&net.ListenConfig{}).Listen(ctx, "tcp", address); err != nil {
			return nil, fmt.Errorf("the %s cannot listen: %w", l.name, err)
		}
	}
	pages, err := a.pages(ctx, g.address(), c.address())
	if err != nil {
		return nil, err
	}
	g.server = a.server(g, a.livePath())
	c.server = a.server(c, pages)
	if cfg.Publish.Listen == "" {
		return []*listener{g, c}, nil
	}
	p, err := a.publication(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return []*listener{g, c, p}, nil
}

// livePath is what serves applications.
func (a *App) livePath() http.Handler {
	return gateway.New(gateway.Config{State: a.state.Load, Journal: interactions{a}, Receipts: interactions{a}, Gaps: a.gaps, Usage: &a.usage, Clock: a.clock, Log: a.log})
}

// server is an HTTP server whose handlers can be waited for, with /healthz
// beside them. There is no write timeout: an answer may stream for an hour.
func (a *App) server(l *listener, h http.Handler) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Protocols:         protocols,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // a 32 MiB body over a slow line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          quiet(a.log),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			l.handler.Add(1)
			defer l.handler.Done()
			if r.URL.Path == "/healthz" {
				a.health(w)
				return
			}
			h.ServeHTTP(w, r)
		}),
	}
}

// health answers whether this process can record, which is what it is for.
func (a *App) health(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err := a.ledger.Health(); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"status":"cannot record"}`+"\n")
		return
	}
	_, _ = io.WriteString(w, `{"status":"ok"}`+"\n")
}

func (l *listener) address() string {
	scheme := "http"
	if l.tls.Cert != "" {
		scheme = "https"
	}
	return scheme + "://" + l.net.Addr().String()
}

func (l *listener) serve() error {
	var err error
	if l.tls.Cert != "" {
		l.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		err = l.server.ServeTLS(l.net, l.tls.Cert, l.tls.Key)
	} else {
		err = l.server.Serve(l.net)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", l.name, err)
}

// shutdown lets requests under way end, then cuts the rest off, and returns
// when every handler has returned: by then each outcome is recorded.
func shutdown(listeners []*listener) {
	ctx, cancel := context.WithTimeout(context.Background(), drainFor)
	defer cancel()
	var all sync.WaitGroup
	for _, l := range listeners {
		all.Go(func() {
			if l.server.Shutdown(ctx) != nil {
				l.server.Close()
			}
			l.handler.Wait()
		})
	}
	all.Wait()
}

// reloadOnHangup reloads on SIGHUP; a faulty file is reported and left aside.
func (a *App) reloadOnHangup(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		}
		out, err := a.Reload(ctx)
		if err != nil {
			a.log.Error("not reloaded; what was in force stays in force", "err", err)
			continue
		}
		a.log.Info("reloaded", "changed", out.Changed, "config", out.Config, "policy", out.Policy, "notes", out.Notes)
	}
}

// watchHealth ends the process when the ledger cannot go on: what is on the
// disk is then unknown, and only a recovery at the next start can tell.
func (a *App) watchHealth(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
		if err := a.ledger.Health(); err != nil && fatal(err) {
			return fmt.Errorf("the ledger failed; start again to recover from disk: %w", err)
		}
	}
}
