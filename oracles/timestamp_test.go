// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package oracles

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	digitorus "github.com/digitorus/timestamp"

	"github.com/counterfoil/counterfoil/timestamp"
)

// TestAnotherAuthority has digitorus/timestamp read our request and answer it.
func TestAnotherAuthority(t *testing.T) {
	digest := sha256.Sum256([]byte("a head"))
	raw, nonce, err := timestamp.NewRequest(digest)
	if err != nil {
		t.Fatal(err)
	}
	request, err := digitorus.ParseRequest(raw)
	if err != nil {
		t.Fatal(err)
	}
	if request.HashAlgorithm != crypto.SHA256 || request.Nonce.Cmp(nonce) != 0 || !request.Certificates || string(request.HashedMessage) != string(digest[:]) {
		t.Errorf("digitorus reads %+v", request)
	}
	certificate, key := stampingCertificate(t)
	stamped := time.Now().UTC().Truncate(time.Second)
	answer := digitorus.Timestamp{
		HashAlgorithm: request.HashAlgorithm, HashedMessage: request.HashedMessage, Nonce: request.Nonce, Time: stamped,
		Accuracy: 2 * time.Second, Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 2}, AddTSACertificate: true,
	}
	response, err := answer.CreateResponseWithOpts(certificate, key, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	token, err := timestamp.ParseResponse(response)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	stamp, err := timestamp.Verify(token, digest, timestamp.Options{Roots: roots, Nonce: nonce, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if !stamp.Time.Equal(stamped) || stamp.Accuracy != 2*time.Second || stamp.Policy != "1.3.6.1.4.1.99999.2" {
		t.Errorf("%+v", stamp)
	}
	if theirs, err := digitorus.Parse(token); err != nil || !theirs.Time.Equal(stamp.Time) || theirs.SerialNumber.Cmp(stamp.Serial) != 0 {
		t.Errorf("digitorus reads %+v, %v", theirs, err)
	}
}

// stampingCertificate signs itself.
func stampingCertificate(t *testing.T) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	purpose, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(5), Subject: pkix.Name{CommonName: "Invented Authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: purpose}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, key
}
