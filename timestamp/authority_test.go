// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package timestamp

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"
	"time"
)

// stampedAt is the time the test's authority states.
var stampedAt = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// authority is a time-stamp authority: a root, an authority between and a
// certificate that signs, all made for the test.
type authority struct {
	roots    *x509.CertPool
	chain    []*x509.Certificate // signing certificate first
	key      crypto.Signer
	rootKey  *ecdsa.PrivateKey
	rootCert *x509.Certificate
}

// extendedKeyUsage is the extension with the purposes given.
func extendedKeyUsage(t testing.TB, critical bool, purposes ...asn1.ObjectIdentifier) []pkix.Extension {
	return []pkix.Extension{{Id: oidExtendedKeyUsage, Critical: critical, Value: marshal(t, purposes)}}
}

var oidTimeStamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{roots: x509.NewCertPool(), rootKey: newKey(t)}
	a.rootCert = a.issue(t, "Invented Root", &a.rootKey.PublicKey, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	})
	a.roots.AddCert(a.rootCert)
	key := newKey(t)
	a.key = key
	a.chain = []*x509.Certificate{a.issue(t, "Invented Authority", &key.PublicKey, func(c *x509.Certificate) {
		c.ExtraExtensions = extendedKeyUsage(t, true, oidTimeStamping)
	}), a.rootCert}
	return a
}

// issue makes a certificate signed by the root.
func (a *authority) issue(t testing.TB, name string, public crypto.PublicKey, edit func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"Example"}},
		NotBefore: stampedAt.AddDate(-1, 0, 0), NotAfter: stampedAt.AddDate(1, 0, 0),
	}
	edit(template)
	parent := a.rootCert
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, a.rootKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	der, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// tstInfo is TSTInfo as encoding/asn1 writes it.
type tstInfo struct {
	Version    int
	Policy     asn1.ObjectIdentifier
	Imprint    imprint
	Serial     *big.Int
	Time       time.Time `asn1:"generalized"`
	Accuracy   testAccuracy
	Ordering   bool             `asn1:"optional"`
	Nonce      *big.Int         `asn1:"optional"`
	Extensions []pkix.Extension `asn1:"optional,tag:1"`
}

type testAccuracy struct {
	Seconds int `asn1:"optional"`
	Millis  int `asn1:"optional,tag:0"`
	Micros  int `asn1:"optional,tag:1"`
}

// parts are what a token is made of. A test edits them before they are signed;
// the default is a good token.
type parts struct {
	info        tstInfo
	infoTail    []byte // behind the last element of TSTInfo, inside
	contentType asn1.ObjectIdentifier
	version     int // of SignedData
	signerID    int // version of SignerInfo
	digest      pkix.AlgorithmIdentifier
	algorithm   pkix.AlgorithmIdentifier
	signing     *x509.Certificate
	key         crypto.Signer
	embedded    []*x509.Certificate
	attributes  func(list map[string]any) // edits the signed attributes
	twice       bool                      // the message digest is there two times
	signers     int
	after       func(token []byte) []byte // edits the signed token
}

var oidECDSAWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}

func (a *authority) parts(digest [32]byte, nonce *big.Int) parts {
	sha256ID := pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}
	return parts{
		info: tstInfo{
			Version: 1, Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Imprint: imprint{sha256ID, digest[:]},
			Serial: big.NewInt(77), Time: stampedAt, Accuracy: testAccuracy{1, 500, 250}, Nonce: nonce,
		},
		contentType: oidTSTInfo, version: 3, signerID: 1, digest: sha256ID,
		algorithm: pkix.AlgorithmIdentifier{Algorithm: oidECDSAWithSHA256},
		signing:   a.chain[0], key: a.key, embedded: a.chain, signers: 1,
	}
}

// token signs. It is a second implementation of RFC 5652, written the other way
// round than the package's.
func (p parts) token(t testing.TB) []byte {
	t.Helper()
	content := marshal(t, p.info)
	if p.infoTail != nil {
		content = wrap(asn1.TagSequence, append(inside(t, content), p.infoTail...))
	}
	attributes := p.signedAttributes(t, content)
	hash := sha256.Sum256(wrap(asn1.TagSet, attributes))
	signature, err := p.key.Sign(rand.Reader, hash[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	name := append(bytes.Clone(p.signing.RawIssuer), marshal(t, p.signing.SerialNumber)...)
	one := slices.Concat(marshal(t, p.signerID), wrap(asn1.TagSequence, name), marshal(t, p.digest), tagged(0, attributes),
		marshal(t, p.algorithm), marshal(t, signature))
	var certificates []byte
	for _, c := range p.embedded {
		certificates = append(certificates, c.Raw...)
	}
	data := slices.Concat(marshal(t, p.version), wrap(asn1.TagSet, marshal(t, p.digest)),
		wrap(asn1.TagSequence, marshal(t, p.contentType), tagged(0, marshal(t, content))),
		tagged(0, certificates), wrap(asn1.TagSet, bytes.Repeat(wrap(asn1.TagSequence, one), p.signers)))
	der := wrap(asn1.TagSequence, marshal(t, oidSignedData), tagged(0, wrap(asn1.TagSequence, data)))
	if p.after != nil {
		der = p.after(der)
	}
	return der
}

// signedAttributes is the inside of the SET of attributes.
func (p parts) signedAttributes(t testing.TB, content []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(content)
	id := sha256.Sum256(p.signing.Raw)
	list := map[string]any{
		oidContentType.String():  p.contentType,
		oidMsgDigest.String():    digest[:],
		oidSigningCert2.String(): raw(wrap(asn1.TagSequence, wrap(asn1.TagSequence, wrap(asn1.TagSequence, marshal(t, id[:]))))),
	}
	if p.attributes != nil {
		p.attributes(list)
	}
	var encoded [][]byte
	for name, value := range list {
		var oid asn1.ObjectIdentifier
		for _, known := range []asn1.ObjectIdentifier{oidContentType, oidMsgDigest, oidSigningCert, oidSigningCert2} {
			if known.String() == name {
				oid = known
			}
		}
		encoded = append(encoded, wrap(asn1.TagSequence, marshal(t, oid), wrap(asn1.TagSet, marshal(t, value))))
	}
	if p.twice {
		encoded = append(encoded, wrap(asn1.TagSequence, marshal(t, oidMsgDigest), wrap(asn1.TagSet, marshal(t, digest[:]))))
	}
	slices.SortFunc(encoded, bytes.Compare) // DER sorts a SET OF
	return slices.Concat(encoded...)
}

// firstID is the attribute of RFC 2634, which knows SHA-1 only.
func firstID(t testing.TB, certificate *x509.Certificate, serial *big.Int) any {
	id := sha1.Sum(certificate.Raw)
	name := wrap(asn1.TagSequence, tagged(4, certificate.RawIssuer))
	issuerSerial := wrap(asn1.TagSequence, name, marshal(t, serial))
	return raw(wrap(asn1.TagSequence, wrap(asn1.TagSequence, wrap(asn1.TagSequence, marshal(t, id[:]), issuerSerial))))
}

func raw(der []byte) asn1.RawValue { return asn1.RawValue{FullBytes: der} }

// wrap puts contents under a universal constructed tag.
func wrap(tag int, contents ...[]byte) []byte {
	return encode(asn1.RawValue{Tag: tag, IsCompound: true, Bytes: slices.Concat(contents...)})
}

// tagged puts contents under a context-specific constructed tag.
func tagged(tag int, contents ...[]byte) []byte {
	return encode(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: true, Bytes: slices.Concat(contents...)})
}

func encode(v asn1.RawValue) []byte {
	der, err := asn1.Marshal(v)
	if err != nil {
		panic(err) // a raw value of known tag always encodes
	}
	return der
}

func inside(t testing.TB, der []byte) []byte {
	t.Helper()
	var v asn1.RawValue
	if _, err := asn1.Unmarshal(der, &v); err != nil {
		t.Fatal(err)
	}
	return v.Bytes
}
