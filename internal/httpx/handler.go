// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package httpx is what the HTTP surfaces have in common: handlers that return
// errors, one place that turns an error into a status, a text a person may see
// and a log line with the same id, and the headers that make a browser careful.
package httpx

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// Handler answers a request or says why it did not. It returns an error only
// while nothing has been written.
type Handler func(http.ResponseWriter, *http.Request) error

// Failure is an error on its way out.
type Failure struct {
	Status int
	ID     string // stands in the answer and in the log line
	Public string // may be shown; empty when the kind says enough
	Err    error  // for the log only
}

// Fail writes a failure in the surface's own form: a page or JSON.
type Fail func(http.ResponseWriter, *http.Request, Failure)

// Describe gives an error its status. What is not a [fault.Error] is internal,
// and its text stays inside.
func Describe(err error) Failure {
	f := Failure{Status: http.StatusInternalServerError, ID: counterfoil.NewID().String(), Err: err}
	if known, ok := fault.As(err); ok {
		f.Public, f.Status = known.Public, statusOf(known.Kind)
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		f.Status, f.Public = http.StatusRequestEntityTooLarge, fmt.Sprintf("The request is larger than %d bytes.", tooLarge.Limit)
	}
	return f
}

func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.KindNotFound:
		return http.StatusNotFound
	case fault.KindConflict:
		return http.StatusConflict
	case fault.KindInvalid:
		return http.StatusUnprocessableEntity
	case fault.KindForbidden:
		return http.StatusForbidden
	case fault.KindUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// Serve turns a handler into an http.Handler. Errors and panics are logged and
// answered by fail; after the first byte of an answer nothing can be said any
// more, so the connection is cut instead.
func Serve(h Handler, log *slog.Logger, fail Fail) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watch := &watcher{ResponseWriter: w}
		err := guarded(h, watch, r)
		if err == nil {
			return
		}
		f := Describe(err)
		record(log, r, f)
		if watch.wrote {
			panic(http.ErrAbortHandler)
		}
		fail(w, r, f)
	})
}

// guarded turns a panic into an error, except the one that means to cut the
// connection.
func guarded(h Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h(w, r)
}

// record logs what an operator has to act on as an error and the rest quietly.
func record(log *slog.Logger, r *http.Request, f Failure) {
	level := slog.LevelDebug
	if f.Status >= 500 {
		level = slog.LevelError
	}
	log.LogAttrs(r.Context(), level, "request failed",
		slog.String("id", f.ID), slog.Int("status", f.Status), slog.String("method", r.Method), slog.String("route", r.Pattern), slog.Any("error", f.Err))
}

// watcher knows whether an answer has begun.
type watcher struct {
	http.ResponseWriter
	wrote bool
}

func (w *watcher) WriteHeader(status int) {
	w.wrote = w.wrote || status >= 200 // 1xx come before the answer
	w.ResponseWriter.WriteHeader(status)
}

func (w *watcher) Write(b []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }
