// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"crypto/x509"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/timestamp"
)

func (a *tsa) authority(name string, interval time.Duration) Authority {
	return Authority{Name: name, URL: a.URL, Roots: a.roots, Interval: interval}
}

func (a *tsa) answer(h http.HandlerFunc) {
	if h == nil {
		a.instead.Store(nil)
		return
	}
	a.instead.Store(&h)
}

func TestStamps(t *testing.T) {
	w := newWorld(t)
	one := newTSA(t, w.clock, w.clock.Now().AddDate(1, 0, 0))
	two := newTSA(t, w.clock, w.clock.Now().AddDate(1, 0, 0))
	w.authorities = []Authority{one.authority("one", time.Hour), two.authority("two", 3*time.Hour)}
	r := w.open()
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\ntimestamp 3\ntimestamp 3\n")
	w.wantStory(w.node, "boot\nregistry 5\n")
	w.check()
	// The anchor in the node's log is no reason to go on: an idle node stays idle.
	for range 5 {
		w.clock.Advance(time.Hour)
		w.round()
	}
	if r.Log().Size() != 5 || w.node.Size() != 2 || w.status().Overdue() {
		t.Errorf("an idle node: %d and %d entries, %+v", r.Log().Size(), w.node.Size(), w.status())
	}
	w.grow()
	w.round()
	w.grow()
	w.round()
	w.clock.Advance(time.Hour)
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\ntimestamp 3\ntimestamp 3\nhead 3\ntimestamp 6\ntimestamp 6\nhead 5\ntimestamp 9\n")
	w.check()
	s := w.status()
	if a := s.Authorities[0]; a.Size != 9 || !a.Time.Equal(w.clock.Now()) || a.Signer != "CN=Invented Authority" || a.Ending || a.Problem != "" {
		t.Errorf("%+v", a)
	}
	if s.Authorities[1].Size != 6 || s.Authorities[1].Overdue {
		t.Errorf("%+v", s.Authorities[1])
	}
	// What a new process knows it reads from the log.
	w.reopen()
	if again := w.status().Authorities; again[0] != s.Authorities[0] || again[1] != s.Authorities[1] {
		t.Errorf("%+v", again)
	}
	asked := one.asked.Load()
	w.round()
	if one.asked.Load() != asked {
		t.Error("asked again before the interval was over")
	}
	w.check()
}

// TestAuthorityFails: nothing unverified is taken in, it shows, and the authority is
// asked again in parts of its interval.
func TestAuthorityFails(t *testing.T) {
	w := newWorld(t)
	good := newTSA(t, w.clock, w.clock.Now().AddDate(1, 0, 0))
	bad := newTSA(t, w.clock, w.clock.Now().AddDate(1, 0, 0))
	w.authorities = []Authority{good.authority("good", time.Hour), bad.authority("bad", time.Hour)}
	w.open()
	garbage := func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", timestamp.ResponseType)
		rw.Write([]byte{0x30, 0x03, 0x02, 0x01, 0x00})
	}
	refused := func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", timestamp.ResponseType)
		rw.Write(response(t, 2, nil))
	}
	other := func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", timestamp.ResponseType)
		rw.Write(response(t, 0, bad.issuer.Token(t, [32]byte{}, w.clock.Now(), big.NewInt(1))))
	}
	for _, c := range []struct {
		name    string
		answer  http.HandlerFunc
		problem string
	}{
		{"down", down, "502"},
		{"a page", func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte("<html>")) }, "no time-stamp"},
		{"garbage", garbage, "time-stamp response"},
		{"refused", refused, "status 2"},
		{"of other roots", good.ServeHTTP, "no trusted root"},
		{"over something else", other, "other data"},
		{"too long", func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", timestamp.ResponseType)
			rw.Write(make([]byte, timestamp.MaxResponse+1))
		}, "too long"},
	} {
		bad.answer(c.answer)
		w.grow()
		w.clock.Advance(10 * time.Minute)
		w.round()
		s := w.status().Authorities
		if !strings.Contains(s[1].Problem, c.problem) || s[1].Size != 0 || s[0].Problem != "" {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
	if n := strings.Count(w.log.String(), "gave no stamp"); n != 1 {
		t.Errorf("said %d times", n)
	}
	asked := bad.asked.Load()
	w.grow()
	w.round()
	if bad.asked.Load() != asked {
		t.Error("asked again at once")
	}
	if s := w.status(); s.Overdue() {
		t.Errorf("overdue after 70 minutes: %+v", s.Authorities[1])
	}
	w.clock.Advance(time.Hour + time.Minute)
	if s := w.status(); !s.Authorities[1].Overdue || !s.Overdue() || s.Authorities[0].Overdue {
		t.Errorf("not overdue after two intervals: %+v", s.Authorities)
	}
	bad.answer(nil)
	w.round()
	if s := w.status(); s.Overdue() || s.Authorities[1].Problem != "" {
		t.Errorf("%+v", s.Authorities[1])
	}
	w.check()
}

// TestCertificateEnds: the end of an authority's certificate is told a month before.
func TestCertificateEnds(t *testing.T) {
	w := newWorld(t)
	a := newTSA(t, w.clock, w.clock.Now().AddDate(0, 0, 60))
	w.authorities = []Authority{a.authority("one", time.Hour)}
	w.open()
	w.round()
	if s := w.status().Authorities[0]; s.Ending || !s.Expires.Equal(a.expires) {
		t.Errorf("%+v", s)
	}
	w.clock.Advance(31 * 24 * time.Hour)
	if s := w.status().Authorities[0]; !s.Ending {
		t.Errorf("%+v", s)
	}
}

// TestStampFromTheFuture: clocks may differ a little.
func TestStampFromTheFuture(t *testing.T) {
	w := newWorld(t)
	a := newTSA(t, w.clock, w.clock.Now().AddDate(1, 0, 0))
	one := a.authority("one", time.Hour)
	for _, c := range []struct {
		by time.Duration
		ok bool
	}{{30 * time.Second, true}, {time.Hour, false}} {
		behind := clock.NewSet(w.clock.Now().Add(-c.by))
		_, _, err := one.request(t.Context(), nil, behind, [32]byte{1})
		if (err == nil) != c.ok {
			t.Errorf("%s ahead: %v", c.by, err)
		}
	}
	if _, _, err := (Authority{URL: a.URL, Roots: x509.NewCertPool()}).request(t.Context(), nil, w.clock, [32]byte{1}); err == nil {
		t.Error("an authority without roots was believed")
	}
}
