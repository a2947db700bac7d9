// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/logtest"
	"github.com/counterfoil/counterfoil/timestamp"
)

// tsa is a time-stamp authority over HTTP (RFC 3161) that signs with the test's
// clock.
type tsa struct {
	*httptest.Server
	t       testing.TB
	clock   clock.Clock
	issuer  *logtest.Authority
	roots   *x509.CertPool
	expires time.Time
	asked   atomic.Int64
	instead atomic.Pointer[http.HandlerFunc] // answers while it is set
}

// newTSA starts an authority whose signing certificate ends at a time.
func newTSA(t testing.TB, c clock.Clock, expires time.Time) *tsa {
	t.Helper()
	a := &tsa{t: t, clock: c, expires: expires.UTC().Truncate(time.Second), issuer: logtest.NewAuthority(t, c.Now(), func(leaf *x509.Certificate) { leaf.NotAfter = expires })}
	a.roots = a.issuer.Roots
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

// ServeHTTP implements http.Handler.
func (a *tsa) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.asked.Add(1)
	if h := a.instead.Load(); h != nil {
		(*h)(w, r)
		return
	}
	var query struct {
		Version int
		Imprint struct {
			Algorithm pkix.AlgorithmIdentifier
			Digest    []byte
		}
		Nonce   *big.Int
		CertReq bool
	}
	body, err := io.ReadAll(r.Body)
	if _, parsed := asn1.Unmarshal(body, &query); err != nil || parsed != nil || r.Header.Get("Content-Type") != timestamp.RequestType || len(query.Imprint.Digest) != 32 {
		http.Error(w, "no request", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", timestamp.ResponseType)
	w.Write(response(a.t, 0, a.issuer.Token(a.t, [32]byte(query.Imprint.Digest), a.clock.Now(), query.Nonce)))
}

// response is TimeStampResp with a status and, if it is granted, a token.
func response(t testing.TB, status byte, token []byte) []byte {
	der, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: append([]byte{0x30, 3, 2, 1, status}, token...)})
	if err != nil {
		t.Error(err)
	}
	return der
}
