// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package logtest

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
	"encoding/pem"
	"math/big"
	"slices"
	"testing"
	"time"
)

// Authority is a time-stamp authority: a root, and a certificate it issued.
type Authority struct {
	Roots   *x509.CertPool
	RootPEM []byte
	Odd     Oddity // of the tokens

	now      time.Time
	root     *ecdsa.PrivateKey
	rootCert *x509.Certificate
	chain    []*x509.Certificate // signing certificate first
	key      *ecdsa.PrivateKey
}

// Oddity makes tokens that are rightly signed and that a careful reader refuses.
type Oddity int

// What may be odd about a token.
const (
	CriticalExtension Oddity = iota + 1 // one nobody knows
	OtherHash                           // the signature is over another hash than the digest in it
	SignerByKey                         // named by the id of its key, not by issuer and number
)

var (
	oidTSTInfo    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidSHA256     = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

// NewAuthority makes an authority whose certificates hold around a time; edit, unless it
// is nil, changes the one that signs before it is issued.
func NewAuthority(t testing.TB, now time.Time, edit func(*x509.Certificate)) *Authority {
	t.Helper()
	root := newECKey(t)
	a := &Authority{Roots: x509.NewCertPool()}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Invented Root"}, NotBefore: now.AddDate(-2, 0, 0), NotAfter: now.AddDate(20, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootCert := issue(t, ca, ca, &root.PublicKey, root)
	a.Roots.AddCert(rootCert)
	a.RootPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootCert.Raw})
	a.now, a.root, a.rootCert = now, root, rootCert
	return a.Issue(t, edit)
}

// Issue is another authority under the same root.
func (a *Authority) Issue(t testing.TB, edit func(*x509.Certificate)) *Authority {
	t.Helper()
	other := *a
	other.key = newECKey(t)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Invented Authority"}, NotBefore: a.now.AddDate(-1, 0, 0), NotAfter: a.now.AddDate(10, 0, 0),
		ExtraExtensions: []pkix.Extension{{
			Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: der(t, []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}}),
		}},
	}
	if edit != nil {
		edit(leaf)
	}
	other.chain = []*x509.Certificate{issue(t, leaf, a.rootCert, &other.key.PublicKey, a.root), a.rootCert}
	return &other
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

// Token is a token over a digest (RFC 3161, signed as RFC 5652 has it). A nil nonce is
// left out.
func (a *Authority) Token(t testing.TB, over [32]byte, at time.Time, nonce *big.Int) []byte {
	t.Helper()
	algorithm := der(t, pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue})
	info := der(t, struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint struct {
			Algorithm asn1.RawValue
			Digest    []byte
		}
		Serial *big.Int
		Time   time.Time        `asn1:"generalized"`
		Nonce  *big.Int         `asn1:"optional"`
		More   []pkix.Extension `asn1:"tag:1,optional,omitempty"`
	}{
		Version: 1, Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1},
		Imprint: struct {
			Algorithm asn1.RawValue
			Digest    []byte
		}{asn1.RawValue{FullBytes: algorithm}, over[:]},
		Serial: big.NewInt(at.UnixNano()), Time: at.UTC().Truncate(time.Second), Nonce: nonce, More: a.extensions(),
	})
	attributes := a.attributes(t, info)
	hash, algorithmID := crypto.SHA256, 2
	if a.Odd == OtherHash {
		hash, algorithmID = crypto.SHA384, 3
	}
	h := hash.New()
	h.Write(set(asn1.TagSet, attributes...))
	signature, err := a.key.Sign(rand.Reader, h.Sum(nil), hash)
	if err != nil {
		t.Fatal(err)
	}
	leaf := a.chain[0]
	version, name := 1, set(asn1.TagSequence, leaf.RawIssuer, der(t, leaf.SerialNumber))
	if a.Odd == SignerByKey {
		version, name = 3, der(t, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, Bytes: leaf.SubjectKeyId})
	}
	signer := set(asn1.TagSequence, der(t, version), name, algorithm, tagged(0, attributes...),
		der(t, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, algorithmID}}), der(t, signature))
	data := set(asn1.TagSequence, der(t, 3), set(asn1.TagSet, algorithm), set(asn1.TagSequence, der(t, oidTSTInfo), tagged(0, der(t, info))),
		tagged(0, leaf.Raw, a.chain[1].Raw), set(asn1.TagSet, signer))
	return set(asn1.TagSequence, der(t, oidSignedData), tagged(0, data))
}

// extensions are those of what is stamped.
func (a *Authority) extensions() []pkix.Extension {
	if a.Odd != CriticalExtension {
		return nil
	}
	return []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 2}, Critical: true, Value: []byte{5, 0}}}
}

// attributes are those the signature covers.
func (a *Authority) attributes(t testing.TB, info []byte) [][]byte {
	digest, certificate := sha256.Sum256(info), sha256.Sum256(a.chain[0].Raw)
	attribute := func(kind asn1.ObjectIdentifier, value []byte) []byte {
		return set(asn1.TagSequence, der(t, kind), set(asn1.TagSet, value))
	}
	list := [][]byte{
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, der(t, oidTSTInfo)),
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, der(t, digest[:])),
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47},
			set(asn1.TagSequence, set(asn1.TagSequence, set(asn1.TagSequence, der(t, certificate[:]))))),
	}
	slices.SortFunc(list, bytes.Compare) // DER sorts a SET OF
	return list
}

func der(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
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
