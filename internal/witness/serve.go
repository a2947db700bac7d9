// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Time a connection may take.
const (
	headerTime = 5 * time.Second
	readTime   = 10 * time.Second // the body of a request
	answerTime = 30 * time.Second // an fsync of a slow disk is in it
	idleTime   = 2 * time.Minute  // logs keep their connection from round to round
	stopTime   = 5 * time.Second
	maxHeader  = 16 << 10 // bytes
)

// Serve serves a witness on l until ctx ends, and lets answers under way end.
// With a certificate and key, names of PEM files, it speaks TLS.
func Serve(ctx context.Context, l net.Listener, s *Server, certificate, key string) error {
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: headerTime, WriteTimeout: answerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() {
		if certificate != "" {
			failed <- server.ServeTLS(l, certificate, key)
			return
		}
		failed <- server.Serve(l)
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	err := server.Shutdown(stopping)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
