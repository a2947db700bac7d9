// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/timestamp"
)

// tsa is a time-stamp authority over HTTP (RFC 3161) that signs with the test's
// clock.
type tsa struct {
	*httptest.Server
	t       testing.TB
	clock   clock.Clock
	roots   *x509.CertPool
	chain   []*x509.Certificate // signing certificate first
	key     *ecdsa.PrivateKey
	asked   atomic.Int64
	instead atomic.Pointer[http.HandlerFunc] // answers while it is set
}

// newTSA starts an authority whose signing certificate ends at a time.
func newTSA(t testing.TB, c clock.Clock, expires time.Time) *tsa {
	t.Helper()
	root := newECKey(t)
	a := &tsa{t: t, clock: c, roots: x509.NewCertPool(), key: newECKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Invented Root"}, NotBefore: c.Now().AddDate(-2, 0, 0), NotAfter: c.Now().AddDate(20, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootCert := issue(t, template, template, &root.PublicKey, root)
	leaf := issue(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Invented Authority"}, NotBefore: c.Now().AddDate(-1, 0, 0), NotAfter: expires,
		ExtraExtensions: []pkix.Extension{{
			Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: der(t, []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}}),
		}},
	}, rootCert, &a.key.PublicKey, root)
	a.roots.AddCert(rootCert)
	a.chain = []*x509.Certificate{leaf, rootCert}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func newECKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func issue(t testing.TB, template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return c
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
		Imprint imprint
		Nonce   *big.Int
		CertReq bool
	}
	body, err := io.ReadAll(r.Body)
	if _, parsed := asn1.Unmarshal(body, &query); err != nil || parsed != nil || r.Header.Get("Content-Type") != timestamp.RequestType {
		http.Error(w, "no request", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", timestamp.ResponseType)
	w.Write(set(asn1.TagSequence, set(asn1.TagSequence, der(a.t, 0)), a.token(query.Imprint, query.Nonce)))
}

type imprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Digest    []byte
}

var (
	oidTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidSHA256  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

// token signs TSTInfo as RFC 5652 has it.
func (a *tsa) token(over imprint, nonce *big.Int) []byte {
	t := a.t
	info := der(t, struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint imprint
		Serial  *big.Int
		Time    time.Time `asn1:"generalized"`
		Nonce   *big.Int
	}{1, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, over, big.NewInt(a.asked.Load()), a.clock.Now().Truncate(time.Second), nonce})
	digest, leaf := sha256.Sum256(info), a.chain[0]
	certificate := sha256.Sum256(leaf.Raw)
	attribute := func(kind asn1.ObjectIdentifier, value []byte) []byte {
		return set(asn1.TagSequence, der(t, kind), set(asn1.TagSet, value))
	}
	attributes := [][]byte{
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, der(t, oidTSTInfo)),
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, der(t, digest[:])),
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47},
			set(asn1.TagSequence, set(asn1.TagSequence, set(asn1.TagSequence, der(t, certificate[:]))))),
	}
	slices.SortFunc(attributes, bytes.Compare) // DER sorts a SET OF
	signed := sha256.Sum256(set(asn1.TagSet, attributes...))
	signature, err := a.key.Sign(rand.Reader, signed[:], crypto.SHA256)
	if err != nil {
		t.Error(err)
	}
	algorithm := der(t, pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue})
	signer := set(asn1.TagSequence, der(t, 1), set(asn1.TagSequence, leaf.RawIssuer, der(t, leaf.SerialNumber)), algorithm, tagged(0, attributes...),
		der(t, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}), der(t, signature))
	data := set(asn1.TagSequence, der(t, 3), set(asn1.TagSet, algorithm), set(asn1.TagSequence, der(t, oidTSTInfo), tagged(0, der(t, info))),
		tagged(0, a.chain[0].Raw, a.chain[1].Raw), set(asn1.TagSet, signer))
	return set(asn1.TagSequence, der(t, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}), tagged(0, data))
}

func der(t testing.TB, v any) []byte {
	raw, err := asn1.Marshal(v)
	if err != nil {
		t.Errorf("encode: %v", err)
	}
	return raw
}

// set puts contents under a universal constructed tag.
func set(tag int, contents ...[]byte) []byte { return tlv(asn1.ClassUniversal, tag, contents) }

// tagged puts contents under a context-specific constructed tag.
func tagged(tag int, contents ...[]byte) []byte { return tlv(asn1.ClassContextSpecific, tag, contents) }

func tlv(class, tag int, contents [][]byte) []byte {
	raw, err := asn1.Marshal(asn1.RawValue{Class: class, Tag: tag, IsCompound: true, Bytes: slices.Concat(contents...)})
	if err != nil {
		panic(err) // a raw value of known tag always encodes
	}
	return raw
}
