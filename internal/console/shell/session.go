// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"context"
	"crypto/sha256"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/httpx"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
)

// How long a session lives.
const (
	sessionLife = 12 * time.Hour
	sessionIdle = 2 * time.Hour
	seenEvery   = time.Minute // how exactly the last use is kept
)

type sessionKey struct{}

// signedIn lets a handler run with a session and sends everybody else to the
// sign-in page, from where they come back.
func (s *Shell) signedIn(next httpx.Handler) httpx.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		session, err := s.Session(r)
		if err != nil {
			return err
		}
		if session == nil {
			s.toLogin(w, r)
			return nil
		}
		return next(w, r.WithContext(context.WithValue(r.Context(), sessionKey{}, session)))
	}
}

// staff lets a handler run for somebody who holds a role.
func (s *Shell) staff(next httpx.Handler) httpx.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if len(s.ActorOf(r).Roles) == 0 {
			return fault.Forbidden("Not available: this is for whoever holds a role.", nil)
		}
		return next(w, r)
	}
}

func (s *Shell) toLogin(w http.ResponseWriter, r *http.Request) {
	target := "/login"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		target += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// Session returns the session of a request, or nil when there is none in force:
// unknown, expired, idle for too long, or of somebody who left or was erased.
func (s *Shell) Session(r *http.Request) (*index.Session, error) {
	cookie, err := r.Cookie(s.cookie)
	if err != nil {
		return nil, nil
	}
	found, err := s.index.Session(r.Context(), identity.HashToken(cookie.Value))
	if errors.Is(err, index.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now().UnixMicro()
	who, known := s.Directory.Snapshot().Person(identity.PersonID(found.Person))
	if !known || who.Left || now >= found.Expires || now-found.Seen >= sessionIdle.Microseconds() {
		return nil, s.index.EndSession(r.Context(), found.Token)
	}
	if now-found.Seen >= seenEvery.Microseconds() {
		return found, s.index.TouchSession(r.Context(), found.Token, now)
	}
	return found, nil
}

// BeginSession stores a new session and hands the browser its secret.
func (s *Shell) BeginSession(w http.ResponseWriter, r *http.Request, who identity.PersonID) error {
	token, stored := identity.NewToken()
	now := s.Clock.Now()
	err := s.index.PutSession(r.Context(), index.Session{
		Token: stored, Person: counterfoil.ID(who), Agent: sha256.Sum256([]byte(token + r.UserAgent())),
		Created: now.UnixMicro(), Seen: now.UnixMicro(), Expires: now.Add(sessionLife).UnixMicro(),
	})
	if err != nil {
		return err
	}
	http.SetCookie(w, s.SessionCookie(token, int(sessionLife.Seconds())))
	return nil
}

// SessionCookie is the cookie of a session; with seconds below zero it ends it.
func (s *Shell) SessionCookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: s.cookie, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: s.tls, SameSite: http.SameSiteStrictMode}
}

// Person is who is signed in; zero outside signedIn.
func Person(r *http.Request) counterfoil.ID {
	if s, ok := r.Context().Value(sessionKey{}).(*index.Session); ok {
		return s.Person
	}
	return counterfoil.ID{}
}

// LocalPath accepts a place on this console to go to and turns anything else
// into the start. Browsers read \ as /, and // begins another host.
func LocalPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\t\r\n") {
		return "/"
	}
	return next
}

func connectionAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// ActorOf is the signed-in person with the roles they hold now.
func (s *Shell) ActorOf(r *http.Request) register.Actor {
	id := Person(r)
	return register.Actor{Person: id, Roles: s.Roles(id)}
}

// rolesNow are the roles of a person as the directory has them.
func (s *Shell) rolesNow(id counterfoil.ID) []string {
	if p, ok := s.Directory.Snapshot().Person(identity.PersonID(id)); ok {
		return p.Roles
	}
	return nil
}

// Here is the address the browser reaches the console by.
func (s *Shell) Here(r *http.Request) string {
	if s.tls {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// ActorID is who is signed in, as accounts call them.
func ActorID(r *http.Request) identity.PersonID { return identity.PersonID(Person(r)) }
