// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// Config says what a server needs.
type Config struct {
	Dir   string   // its directory, made if missing; one server at a time
	Name  string   // of its key; empty: that of the key in Dir, or of this machine
	Logs  []string // verifier keys of the logs it watches; a log may have several
	Clock clock.Clock
	Log   *slog.Logger
}

// Server is a witness. It serves POST /add-checkpoint of C2SP tlog-witness and,
// for people, GET /. A prefix in front is for the proxy to take off.
type Server struct {
	signer note.Signer
	key    string // verifier key
	logs   map[string]*watched
	order  []string // origins, as configured
	clock  clock.Clock
	log    *slog.Logger
	lock   *durable.Lock
	mux    *http.ServeMux
	places chan struct{} // one for each request being read or answered

	readTime time.Duration // a body may take to arrive
	stored   func()        // for tests: between state and cosignature; may be nil
}

// Open begins to watch. The first time it makes the key. Close must be called.
func Open(c Config) (*Server, error) {
	if err := durable.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open witness: %w", err)
	}
	lock, err := durable.LockFile(filepath.Join(c.Dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("open witness: %w", err)
	}
	s := &Server{
		logs: map[string]*watched{}, clock: c.Clock, log: c.Log, lock: lock, mux: http.NewServeMux(), places: make(chan struct{}, maxInFlight),
		readTime: readTime,
	}
	if err := errors.Join(s.useKey(c.Dir, c.Name), s.watch(c.Dir, c.Logs)); err != nil {
		return nil, errors.Join(fmt.Errorf("open witness: %w", err), lock.Unlock())
	}
	s.mux.HandleFunc("POST "+path, s.addCheckpoint)
	s.mux.HandleFunc("GET /{$}", s.overview)
	return s, nil
}

// useKey reads the key in dir, or makes one.
func (s *Server) useKey(dir, name string) error {
	private, err := openKey(filepath.Join(dir, "witness.key"), name)
	if err != nil {
		return err
	}
	if s.key, err = counterfoil.CosignerVerifierKey(private); err != nil {
		return err
	}
	s.signer, err = counterfoil.NewCosigner(private, s.clock.Now)
	return err
}

// watch reads the state of every log.
func (s *Server) watch(dir string, logs []string) error {
	keys := map[string][]string{}
	for _, key := range logs {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return fmt.Errorf("verifier key %q of a log: %w", key, err)
		}
		origin := verifier.Name()
		if keys[origin] == nil {
			s.order = append(s.order, origin)
		}
		keys[origin] = append(keys[origin], key)
	}
	if len(keys) == 0 {
		return errors.New("no log to watch")
	}
	for _, origin := range s.order {
		l, err := openLog(dir, origin, keys[origin])
		if err != nil {
			return err
		}
		s.logs[origin] = l
	}
	return nil
}

// Close lets another server have the directory. Nothing may be served any more.
func (s *Server) Close() error { return s.lock.Unlock() }

// Name is that of the witness's key.
func (s *Server) Name() string { return s.signer.Name() }

// VerifierKey is the public key of the witness, for trust policies.
func (s *Server) VerifierKey() string { return s.key }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "The witness is busy. Ask again in a second.", http.StatusServiceUnavailable)
		return
	}
	s.mux.ServeHTTP(w, r)
}

func (s *Server) addCheckpoint(w http.ResponseWriter, r *http.Request) {
	// The error is of servers that have no deadlines, as in tests.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.readTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			http.Error(w, fmt.Sprintf("The request is larger than %d bytes.", maxRequest), http.StatusRequestEntityTooLarge)
			return
		}
		http.Error(w, "The request did not arrive whole.", http.StatusRequestTimeout)
		return
	}
	line, err := s.cosign(body)
	if err == nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write(line) // a client that is gone asks again
		return
	}
	s.refuse(w, err)
}

// refusal is an answer without a cosignature.
type refusal struct {
	status int
	text   string // for the person who runs the log
}

func (r *refusal) Error() string { return r.text }

// otherSize is the refusal of a proof that begins elsewhere than at the size
// cosigned last, which it tells.
type otherSize struct{ size uint64 }

func (o *otherSize) Error() string { return fmt.Sprintf("size %d was cosigned last", o.size) }

func (s *Server) refuse(w http.ResponseWriter, err error) {
	if other, ok := errors.AsType[*otherSize](err); ok {
		w.Header().Set("Content-Type", sizeType)
		w.WriteHeader(http.StatusConflict)
		io.WriteString(w, strconv.FormatUint(other.size, 10)+"\n")
		return
	}
	if r, ok := errors.AsType[*refusal](err); ok {
		http.Error(w, r.text, r.status)
		return
	}
	s.log.Error("cosignature failed", "error", err)
	http.Error(w, "The witness could not keep the head, so it did not cosign. Ask again later.", http.StatusInternalServerError)
}
