// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package timestamp

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	_ "crypto/sha512" // registers SHA-384 and SHA-512
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// Options say what a token must match.
type Options struct {
	// Roots are the certificates trusted to vouch for an authority. Required:
	// the system's roots vouch for websites, which is another thing.
	Roots *x509.CertPool
	// Nonce is that of the request. Nil when a stored token is checked again:
	// it only shows that an answer was made for this request.
	Nonce *big.Int
	// Now, unless zero, refuses a stamp from the future: one that even its
	// earliest time, accuracy considered, is after.
	Now time.Time
}

// Stamp is what a verified token states.
type Stamp struct {
	Time      time.Time     // UTC
	Accuracy  time.Duration // the true time is within it on both sides; 0: not stated
	Policy    string        // object identifier of the authority's policy, dotted
	Serial    *big.Int      // of the token, unique for the authority
	Authority string        // subject of the signing certificate
	Expires   time.Time     // end of the signing certificate: stamp again before
}

// Errors of Verify that say which link broke; all others are of tokens that are
// malformed or sign something else than RFC 3161 has.
var (
	ErrDigest    = errors.New("the token is for other data")
	ErrNonce     = errors.New("the token answers another request")
	ErrSignature = errors.New("the signature does not verify")
	ErrChain     = errors.New("the signing certificate leads to no trusted root")
	ErrPurpose   = errors.New("the certificate is not for time-stamps alone")
	ErrFuture    = errors.New("the stamp is from the future")
)

// Verify checks a token over a SHA-256 digest, every link of it; see the
// package comment. The chain is judged at the time the stamp states, so that a
// token stays good when the authority's certificate has ended.
func Verify(der []byte, digest [sha256.Size]byte, options Options) (Stamp, error) {
	stamp, err := verify(der, digest, options)
	if err != nil {
		return Stamp{}, fmt.Errorf("verify time-stamp: %w", err)
	}
	return stamp, nil
}

func verify(der []byte, digest [sha256.Size]byte, options Options) (Stamp, error) {
	if options.Roots == nil {
		return Stamp{}, errors.New("no trusted roots were given")
	}
	t, err := parseToken(der)
	if err != nil {
		return Stamp{}, err
	}
	certificate, err := t.verifySignature()
	if err != nil {
		return Stamp{}, err
	}
	in, err := parseInfo(t.content)
	if err != nil {
		return Stamp{}, fmt.Errorf("content: %w", err)
	}
	if err := in.matches(digest, options); err != nil {
		return Stamp{}, err
	}
	if err := t.verifyAuthority(certificate, in.time, options.Roots); err != nil {
		return Stamp{}, err
	}
	return Stamp{
		Time: in.time.UTC(), Accuracy: in.accuracy, Policy: in.policy.String(), Serial: in.serial,
		Authority: certificate.Subject.String(), Expires: certificate.NotAfter.UTC(),
	}, nil
}

// matches compares the stamp with what the caller asked for.
func (in *info) matches(digest [sha256.Size]byte, options Options) error {
	algorithm := in.imprint.Algorithm
	switch {
	case !algorithm.Algorithm.Equal(oidSHA256) || !plain(algorithm.Parameters):
		return fmt.Errorf("%w: its digest is of algorithm %v, not SHA-256", ErrDigest, algorithm.Algorithm)
	case !bytes.Equal(in.imprint.Digest, digest[:]):
		return ErrDigest
	case options.Nonce != nil && (in.nonce == nil || in.nonce.Cmp(options.Nonce) != 0):
		return ErrNonce
	case !options.Now.IsZero() && in.time.Add(-in.accuracy).After(options.Now):
		return fmt.Errorf("%w: it states %s", ErrFuture, in.time.UTC().Format(time.RFC3339))
	}
	return nil
}

// verifySignature checks the signature with the certificate the signer names,
// and that the signature itself names it too.
func (t *token) verifySignature() (*x509.Certificate, error) {
	certificate, err := t.signingCertificate()
	if err != nil {
		return nil, err
	}
	if err := t.checkSignedAttributes(certificate); err != nil {
		return nil, err
	}
	algorithm, err := signatureAlgorithm(&t.signer)
	if err != nil {
		return nil, err
	}
	if err := certificate.CheckSignature(algorithm, t.signer.signed, t.signer.signature); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return certificate, nil
}

func (t *token) signingCertificate() (*x509.Certificate, error) {
	for _, c := range t.certificates {
		if bytes.Equal(c.RawIssuer, t.signer.issuer.FullBytes) && c.SerialNumber.Cmp(t.signer.serial) == 0 {
			return c, nil
		}
	}
	return nil, errors.New("the signing certificate is not in the token")
}

func (t *token) checkSignedAttributes(certificate *x509.Certificate) error {
	raw, err := t.signer.attribute(oidContentType)
	if err != nil {
		return err
	}
	var kind asn1.ObjectIdentifier
	if err := whole(raw, &kind); err != nil || !kind.Equal(oidTSTInfo) {
		return fmt.Errorf("%w: the signed content type is not that of a time-stamp", ErrSignature)
	}
	if raw, err = t.signer.attribute(oidMsgDigest); err != nil {
		return err
	}
	var stated []byte
	if err := whole(raw, &stated); err != nil {
		return fmt.Errorf("message digest: %w", err)
	}
	hash, err := digestAlgorithm(t.signer.digest)
	if err != nil {
		return err
	}
	if !bytes.Equal(stated, sum(hash, t.content)) {
		return fmt.Errorf("%w: the content is not the one that was signed", ErrSignature)
	}
	return t.signer.checkCertificateID(certificate)
}

func sum(hash crypto.Hash, data []byte) []byte {
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}

var (
	oidExtendedKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
	onlyTimeStamping    = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}
)

// verifyAuthority checks what the certificate is for (RFC 3161, section 2.3)
// and where it comes from.
func (t *token) verifyAuthority(certificate *x509.Certificate, at time.Time, roots *x509.CertPool) error {
	if !slices.Equal(certificate.ExtKeyUsage, onlyTimeStamping) || len(certificate.UnknownExtKeyUsage) != 0 {
		return ErrPurpose
	}
	for _, e := range certificate.Extensions {
		if e.Id.Equal(oidExtendedKeyUsage) && !e.Critical {
			return fmt.Errorf("%w: its purpose is not marked critical", ErrPurpose)
		}
	}
	between := x509.NewCertPool()
	for _, c := range t.certificates {
		between.AddCert(c)
	}
	_, err := certificate.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: onlyTimeStamping,
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrChain, err)
	}
	return nil
}
