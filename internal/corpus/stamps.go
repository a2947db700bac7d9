// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// atStamp is the index of the time-stamp a case adds to the registry.
const atStamp = 5

// stampedAt is the time the authority states.
var stampedAt = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

var theStamper struct {
	sync.Once
	*logtest.Authority
}

// stamper is the authority the auditor trusts; every case of a process has the same.
func stamper(t testing.TB) *logtest.Authority {
	theStamper.Do(func() { theStamper.Authority = logtest.NewAuthority(t, stampedAt, nil) })
	return theStamper.Authority
}

// stamps adds a time-stamp over the registry's head, rightly signed by the registry each
// time.
func stamps() []Case {
	add := func(name, class string, change func(w *World, a *counterfoil.Anchor)) Case {
		return Case{Name: "time-stamp " + name, Class: class, Log: "registry", Index: atStamp, Stamps: true, Change: func(w *World) {
			r := w.Registry
			a := &counterfoil.Anchor{Type: counterfoil.AnchorTimestamp, Origin: r.Origin, Size: r.tree.Size(), Root: r.tree.Root(), Time: uint64(stampedAt.UnixMicro())}
			a.Data = stamper(w.t).Token(w.t, a.Imprint(), stampedAt, nil)
			if change != nil {
				change(w, a)
			}
			r.entry(&counterfoil.Entry{Kind: counterfoil.KindAnchor, Time: 20, Anchor: a})
			r.Checkpoint = r.head(r.Signers...)
		}}
	}
	by := func(edit func(leaf *x509.Certificate)) func(w *World, a *counterfoil.Anchor) {
		return func(w *World, a *counterfoil.Anchor) {
			a.Data = stamper(w.t).Issue(w.t, edit).Token(w.t, a.Imprint(), stampedAt, nil)
		}
	}
	odd := func(what logtest.Oddity) func(w *World, a *counterfoil.Anchor) {
		return func(w *World, a *counterfoil.Anchor) {
			authority := stamper(w.t).Issue(w.t, func(leaf *x509.Certificate) { leaf.SubjectKeyId = []byte("a key") })
			authority.Odd = what
			a.Data = authority.Token(w.t, a.Imprint(), stampedAt, nil)
		}
	}
	all := []Case{
		add("that holds", "", nil),
		add("of an authority nobody trusts", "timestamp", func(w *World, a *counterfoil.Anchor) {
			a.Data = logtest.NewAuthority(w.t, stampedAt, nil).Token(w.t, a.Imprint(), stampedAt, nil)
		}),
		add("over something else", "timestamp", func(w *World, a *counterfoil.Anchor) {
			a.Data = stamper(w.t).Token(w.t, counterfoil.Hash{1}, stampedAt, nil)
		}),
		add("of another time than the anchor says", "timestamp", func(_ *World, a *counterfoil.Anchor) { a.Time += 1_000_000 }),
		add("with a bit changed", "timestamp", func(_ *World, a *counterfoil.Anchor) {
			imprint := a.Imprint()
			a.Data[bytes.Index(a.Data, imprint[:])] ^= 1
		}),
		add("with another signature", "timestamp", func(_ *World, a *counterfoil.Anchor) { a.Data[len(a.Data)-1] ^= 1 }),
		add("cut", "timestamp", func(_ *World, a *counterfoil.Anchor) { a.Data = a.Data[:len(a.Data)-1] }),
		add("that is no token", "timestamp", func(_ *World, a *counterfoil.Anchor) { a.Data = []byte("token") }),
		add("with something behind it", "timestamp", func(_ *World, a *counterfoil.Anchor) { a.Data = append(bytes.Clone(a.Data), 0) }),
		add("by a certificate of its root", "", by(nil)),
		add("with a critical extension nobody knows", "timestamp", odd(logtest.CriticalExtension)),
		add("signed over another hash than it names", "timestamp", odd(logtest.OtherHash)),
		add("that names its signer by a key", "timestamp", odd(logtest.SignerByKey)),
		add("by a certificate that had expired", "timestamp", by(func(leaf *x509.Certificate) { leaf.NotAfter = stampedAt.Add(-time.Hour) })),
		add("by a certificate that was not valid yet", "timestamp", by(func(leaf *x509.Certificate) { leaf.NotBefore = stampedAt.Add(time.Hour) })),
		add("by a certificate without a purpose", "timestamp", by(func(leaf *x509.Certificate) { leaf.ExtraExtensions = nil })),
		add("by a certificate whose purpose is not critical", "timestamp", by(func(leaf *x509.Certificate) { leaf.ExtraExtensions[0].Critical = false })),
		add("by a certificate for something else", "timestamp", by(func(leaf *x509.Certificate) {
			leaf.ExtraExtensions, leaf.ExtKeyUsage = nil, []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
		})),
		add("over a head the registry never had", "anchor", func(w *World, a *counterfoil.Anchor) {
			a.Root[0] ^= 1
			a.Data = stamper(w.t).Token(w.t, a.Imprint(), stampedAt, nil)
		}),
		add("over a head the registry does not have yet", "anchor", func(w *World, a *counterfoil.Anchor) {
			a.Size = 90
			a.Data = stamper(w.t).Token(w.t, a.Imprint(), stampedAt, nil)
		}),
		add("over the head of another log", "anchor", func(w *World, a *counterfoil.Anchor) {
			a.Origin = origin
			a.Data = stamper(w.t).Token(w.t, a.Imprint(), stampedAt, nil)
		}),
	}
	unasked := add("of nobody, whose certificates are not at hand", "", func(w *World, a *counterfoil.Anchor) { a.Data = []byte("token") })
	unasked.Stamps = false
	return append(all, unasked)
}

// leftOut leaves out a whole log.
func leftOut() []Case {
	folder := func(name string) func(testing.TB, string) {
		return func(t testing.TB, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return []Case{
		{Name: "the node's log is left out, the registry has its heads", Class: "missing", Index: -1, Where: at("entry 0"), Head: true, Files: folder("ledger")},
		{Name: "the registry is left out, a witness is asked for", Class: "cosignature", Index: -1, Where: at("registry"), Policy: true, Files: folder("registry")},
		{Name: "the registry is left out, nothing is asked for", Index: -1, Files: folder("registry")},
		{Name: "the payloads are left out", Class: "payload", Index: 1, Files: folder("payload")},
	}
}
