// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fakeprovider

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// Config sets up a Server; the zero value accepts every key and keeps nothing.
type Config struct {
	Secret string // the only key accepted, as a bearer token or in x-api-key; empty accepts all
	Record bool   // keep every request for Dumps
}

// Server is the provider, an http.Handler that is safe for concurrent use.
type Server struct {
	config Config
	mux    *http.ServeMux
	dumps  dumps
	left   atomic.Int64
}

// New returns a provider ready to serve.
func New(config Config) *Server {
	s := &Server{config: config, mux: http.NewServeMux()}
	s.mux.HandleFunc("POST /v1/chat/completions", s.serve(openAI))
	s.mux.HandleFunc("POST /v1/messages", s.serve(anthropic))
	s.mux.HandleFunc("POST /v1/messages/count_tokens", s.serve(anthropic))
	s.mux.HandleFunc("GET /v1/models", s.models)
	s.mux.HandleFunc("GET /__dumps", s.showDumps)
	s.mux.HandleFunc("DELETE /__dumps", func(http.ResponseWriter, *http.Request) { s.Reset() })
	return s
}

// ServeHTTP answers as the request's model asks for.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Dumps returns the requests received since the last Reset, oldest first.
func (s *Server) Dumps() []Dump { return s.dumps.all() }

// Reset forgets all requests received.
func (s *Server) Reset() { s.dumps.reset() }

// Left counts the answers whose caller went away before their end.
func (s *Server) Left() int64 { return s.left.Load() }

// serve reads, keeps, checks and answers one request of a dialect.
func (s *Server) serve(dialect string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			s.left.Add(1)
			return
		}
		if s.config.Record {
			s.dumps.add(r, body)
		}
		if !s.authorised(r) {
			refuse(w, dialect, http.StatusUnauthorized, "no such key")
			return
		}
		if dialect == openAI && serveBench(w, body) {
			return
		}
		req, err := parse(dialect, body)
		if err != nil {
			refuse(w, dialect, http.StatusBadRequest, err.Error())
			return
		}
		s.answer(w, r, answer(req, mannerOf(req.model, r.Header)))
	}
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, out *reply) {
	w.Header().Set("X-Request-Id", out.id("req_"))
	switch out.behaviour {
	case TooMany:
		w.Header().Set("Retry-After", "1")
		refuse(w, out.dialect, http.StatusTooManyRequests, "too many requests, slow down")
	case Broken:
		refuse(w, out.dialect, http.StatusInternalServerError, "something broke")
	case Overload:
		refuse(w, out.dialect, 529, "overloaded")
	default:
		if s.deliver(w, r, out) != nil {
			s.left.Add(1)
		}
	}
}

func (s *Server) deliver(w http.ResponseWriter, r *http.Request, out *reply) error {
	switch {
	case strings.HasSuffix(r.URL.Path, "/count_tokens"):
		return writeWhole(w, r, out, out.tokens())
	case out.stream && out.dialect == openAI:
		return writeEvents(w, r, out, out.chatEvents())
	case out.stream:
		return writeEvents(w, r, out, out.messageEvents())
	case out.dialect == openAI:
		return writeWhole(w, r, out, out.chat())
	}
	return writeWhole(w, r, out, out.message())
}

func (s *Server) models(w http.ResponseWriter, r *http.Request) {
	dialect, list := openAI, openAIModels
	if r.Header.Get("Anthropic-Version") != "" {
		dialect, list = anthropic, anthropicModels
	}
	if s.config.Record {
		s.dumps.add(r, nil)
	}
	if !s.authorised(r) {
		refuse(w, dialect, http.StatusUnauthorized, "no such key")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, list())
}

func (s *Server) authorised(r *http.Request) bool {
	want := s.config.Secret
	return want == "" || r.Header.Get("Authorization") == "Bearer "+want || r.Header.Get("X-Api-Key") == want
}

func (s *Server) showDumps(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(s.Dumps())
}

// refuse answers with the dialect's own error.
func refuse(w http.ResponseWriter, dialect string, status int, message string) {
	body := openAIError(status, message)
	if dialect == anthropic {
		body = anthropicError(status, message)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	io.WriteString(w, body)
}
