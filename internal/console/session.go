// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

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
	"github.com/counterfoil/counterfoil/internal/httpx"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
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
func (c *Console) signedIn(next httpx.Handler) httpx.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		session, err := c.session(r)
		if err != nil {
			return err
		}
		if session == nil {
			c.toLogin(w, r)
			return nil
		}
		return next(w, r.WithContext(context.WithValue(r.Context(), sessionKey{}, session)))
	}
}

func (c *Console) toLogin(w http.ResponseWriter, r *http.Request) {
	target := "/login"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		target += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// session returns the session of a request, or nil when there is none in force:
// unknown, expired, idle for too long, or of somebody who left or was erased.
func (c *Console) session(r *http.Request) (*index.Session, error) {
	cookie, err := r.Cookie(c.cookie)
	if err != nil {
		return nil, nil
	}
	s, err := c.index.Session(r.Context(), identity.HashToken(cookie.Value))
	if errors.Is(err, index.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	now := c.clock.Now().UnixMicro()
	who, known := c.directory.Snapshot().Person(identity.PersonID(s.Person))
	if !known || who.Left || now >= s.Expires || now-s.Seen >= sessionIdle.Microseconds() {
		return nil, c.index.EndSession(r.Context(), s.Token)
	}
	if now-s.Seen >= seenEvery.Microseconds() {
		return s, c.index.TouchSession(r.Context(), s.Token, now)
	}
	return s, nil
}

// beginSession stores a new session and hands the browser its secret.
func (c *Console) beginSession(w http.ResponseWriter, r *http.Request, who identity.PersonID) error {
	token, stored := identity.NewToken()
	now := c.clock.Now()
	err := c.index.PutSession(r.Context(), index.Session{
		Token: stored, Person: counterfoil.ID(who), Agent: sha256.Sum256([]byte(token + r.UserAgent())),
		Created: now.UnixMicro(), Seen: now.UnixMicro(), Expires: now.Add(sessionLife).UnixMicro(),
	})
	if err != nil {
		return err
	}
	http.SetCookie(w, c.sessionCookie(token, int(sessionLife.Seconds())))
	return nil
}

func (c *Console) sessionCookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: c.cookie, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: c.tls, SameSite: http.SameSiteStrictMode}
}

// person is who is signed in; zero outside signedIn.
func person(r *http.Request) counterfoil.ID {
	if s, ok := r.Context().Value(sessionKey{}).(*index.Session); ok {
		return s.Person
	}
	return counterfoil.ID{}
}

// localPath accepts a place on this console to go to and turns anything else
// into the start. Browsers read \ as /, and // begins another host.
func localPath(next string) string {
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
