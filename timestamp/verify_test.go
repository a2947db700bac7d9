// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package timestamp

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	testDigest = sha256.Sum256([]byte("a head"))
	testNonce  = big.NewInt(4711)
)

func TestVerify(t *testing.T) {
	a := newAuthority(t)
	for name, edit := range map[string]func(*parts){
		"as it should be":                  func(*parts) {},
		"no accuracy":                      func(p *parts) { p.info.Accuracy = testAccuracy{} },
		"ordered":                          func(p *parts) { p.info.Ordering = true },
		"an extension that is not pressed": func(p *parts) { p.info.Extensions = extension(false) },
		"the older way to name the certificate": func(p *parts) {
			p.attributes = func(list map[string]any) {
				delete(list, oidSigningCert2.String())
				list[oidSigningCert.String()] = firstID(t, p.signing, p.signing.SerialNumber)
			}
		},
		"both ways": func(p *parts) {
			p.attributes = func(list map[string]any) {
				list[oidSigningCert.String()] = firstID(t, p.signing, p.signing.SerialNumber)
			}
		},
	} {
		p := a.parts(testDigest, testNonce)
		edit(&p)
		for _, nonce := range []*big.Int{testNonce, nil} {
			stamp, err := Verify(p.token(t), testDigest, Options{Roots: a.roots, Nonce: nonce, Now: stampedAt})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if !stamp.Time.Equal(stampedAt) || stamp.Serial.Int64() != 77 || stamp.Policy != "1.3.6.1.4.1.99999.1" ||
				stamp.Authority != "CN=Invented Authority,O=Example" || !stamp.Expires.Equal(a.chain[0].NotAfter) {
				t.Errorf("%s: %+v", name, stamp)
			}
		}
	}
	stamp, err := Verify(a.parts(testDigest, nil).token(t), testDigest, Options{Roots: a.roots})
	if want := 1500*time.Millisecond + 250*time.Microsecond; err != nil || stamp.Accuracy != want {
		t.Errorf("accuracy %v, %v; want %v", stamp.Accuracy, err, want)
	}
}

func extension(critical bool) []pkix.Extension {
	return []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: critical, Value: []byte{5, 0}}}
}

// TestRefusals edits one thing of a good token at a time. Every token is signed
// again after the edit, so each is refused for the reason stated and no other.
func TestRefusals(t *testing.T) {
	a := newAuthority(t)
	signs := func(edit func(*x509.Certificate)) func(*parts) {
		return func(p *parts) {
			p.signing = a.issue(t, "Other Authority", a.key.Public(), edit)
			p.embedded = []*x509.Certificate{p.signing}
		}
	}
	attribute := func(edit func(map[string]any)) func(*parts) { return func(p *parts) { p.attributes = edit } }
	purpose := func(critical bool, purposes ...asn1.ObjectIdentifier) func(*parts) {
		return signs(func(c *x509.Certificate) { c.ExtraExtensions = extendedKeyUsage(t, critical, purposes...) })
	}
	for name, tt := range map[string]struct {
		edit func(*parts)
		is   error  // by errors.Is, or
		text string // contained in the message
	}{
		"another digest":        {func(p *parts) { p.info.Imprint.Digest = make([]byte, 32) }, ErrDigest, ""},
		"a shorter digest":      {func(p *parts) { p.info.Imprint.Digest = testDigest[:31] }, ErrDigest, ""},
		"a digest of SHA-512":   {func(p *parts) { p.info.Imprint.Algorithm.Algorithm = oidSHA512 }, ErrDigest, ""},
		"digest parameters":     {func(p *parts) { p.info.Imprint.Algorithm.Parameters = raw([]byte{2, 1, 1}) }, ErrDigest, ""},
		"another nonce":         {func(p *parts) { p.info.Nonce = big.NewInt(1) }, ErrNonce, ""},
		"no nonce":              {func(p *parts) { p.info.Nonce = nil }, ErrNonce, ""},
		"the future":            {func(p *parts) { p.info.Time = stampedAt.Add(4 * time.Second) }, ErrFuture, ""},
		"a critical extension":  {func(p *parts) { p.info.Extensions = extension(true) }, nil, "critical"},
		"version of the stamp":  {func(p *parts) { p.info.Version = 2 }, nil, "content: version 2"},
		"accuracy out of range": {func(p *parts) { p.info.Accuracy.Millis = 1000 }, nil, "accuracy"},
		"accuracy of years":     {func(p *parts) { p.info.Accuracy.Seconds = 1 << 40 }, nil, "accuracy"},
		"bytes in the stamp":    {func(p *parts) { p.infoTail = []byte{5, 0} }, nil, "content"},
		"bytes behind the token": {
			func(p *parts) { p.after = func(b []byte) []byte { return append(b, 0) } }, nil, "bytes behind the end",
		},
		"another content type": {func(p *parts) { p.contentType = oidSignedData }, nil, "content: type"},
		"content type signed differently": {
			attribute(func(l map[string]any) { l[oidContentType.String()] = oidSignedData }), ErrSignature, "",
		},
		"no signed content type": {attribute(func(l map[string]any) { delete(l, oidContentType.String()) }), nil, "0 values"},
		"no message digest":      {attribute(func(l map[string]any) { delete(l, oidMsgDigest.String()) }), nil, "0 values"},
		"message digest of other content": {
			attribute(func(l map[string]any) { l[oidMsgDigest.String()] = make([]byte, 32) }), ErrSignature, "not the one that was signed",
		},
		"no certificate named": {
			attribute(func(l map[string]any) { delete(l, oidSigningCert2.String()) }), nil, "does not name its certificate",
		},
		"another certificate named": {
			attribute(func(l map[string]any) { l[oidSigningCert.String()] = firstID(t, a.rootCert, a.rootCert.SerialNumber) }), ErrSignature, "names another certificate",
		},
		"another serial number named": {
			attribute(func(l map[string]any) { l[oidSigningCert.String()] = firstID(t, a.chain[0], big.NewInt(1)) }), ErrSignature, "names another certificate",
		},
		"an attribute twice":     {func(p *parts) { p.twice = true }, nil, "twice"},
		"version of signed data": {func(p *parts) { p.version = 1 }, nil, "signed data of version 1"},
		"version of the signer":  {func(p *parts) { p.signerID = 3 }, nil, "not named by issuer"},
		"two signatures":         {func(p *parts) { p.signers = 2 }, nil, "2 signatures"},
		"no signature":           {func(p *parts) { p.signers = 0 }, nil, "0 signatures"},
		"message digest of SHA-1": {
			func(p *parts) { p.digest.Algorithm = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26} }, nil, "is not accepted",
		},
		"another signature algorithm": {
			func(p *parts) { p.algorithm.Algorithm = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11} }, ErrSignature, "",
		},
		"RSA-PSS": {
			func(p *parts) { p.algorithm.Algorithm = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10} }, nil, "is not accepted",
		},
		"signed with another key":     {func(p *parts) { p.key = newKey(t) }, ErrSignature, ""},
		"no certificate":              {func(p *parts) { p.embedded = nil }, nil, "not in the token"},
		"only another certificate":    {func(p *parts) { p.embedded = []*x509.Certificate{a.rootCert} }, nil, "not in the token"},
		"too many certificates":       {func(p *parts) { p.embedded = slices.Repeat(p.embedded, 5) }, nil, "more than 8"},
		"certificate for servers too": {purpose(true, oidTimeStamping, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}), ErrPurpose, ""},
		"certificate for anything":    {purpose(true, asn1.ObjectIdentifier{2, 5, 29, 37, 0}), ErrPurpose, ""},
		"an unknown purpose too":      {purpose(true, oidTimeStamping, asn1.ObjectIdentifier{1, 2, 3}), ErrPurpose, ""},
		"purpose not critical":        {purpose(false, oidTimeStamping), ErrPurpose, "critical"},
		"no purpose":                  {signs(func(*x509.Certificate) {}), ErrPurpose, ""},
		"certificate ended before": {signs(func(c *x509.Certificate) {
			c.ExtraExtensions = extendedKeyUsage(t, true, oidTimeStamping)
			c.NotAfter = stampedAt.Add(-time.Second)
		}), ErrChain, "expired"},
		"certificate begins after": {signs(func(c *x509.Certificate) {
			c.ExtraExtensions = extendedKeyUsage(t, true, oidTimeStamping)
			c.NotBefore = stampedAt.Add(time.Second)
		}), ErrChain, "not yet valid"},
		"a stranger's authority": {func(p *parts) {
			b := newAuthority(t)
			p.signing, p.key, p.embedded = b.chain[0], b.key, b.chain
		}, ErrChain, ""},
	} {
		p := a.parts(testDigest, testNonce)
		tt.edit(&p)
		_, err := Verify(p.token(t), testDigest, Options{Roots: a.roots, Nonce: testNonce, Now: stampedAt.Add(time.Second)})
		if err == nil || (tt.is != nil && !errors.Is(err, tt.is)) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEveryByteCounts flips each byte of a token. What still verifies must state
// the same: only parts that nothing signs may differ.
func TestEveryByteCounts(t *testing.T) {
	a := newAuthority(t)
	token := a.parts(testDigest, testNonce).token(t)
	options := Options{Roots: a.roots, Nonce: testNonce}
	want, err := Verify(token, testDigest, options)
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	for i := range token {
		changed := bytes.Clone(token)
		changed[i] ^= 1
		got, err := Verify(changed, testDigest, options)
		if err != nil {
			continue
		}
		passed++
		if !got.Time.Equal(want.Time) || got.Accuracy != want.Accuracy || got.Serial.Cmp(want.Serial) != 0 || got.Authority != want.Authority {
			t.Errorf("byte %d: %+v", i, got)
		}
	}
	// The list of digest algorithms in front, the embedded root, which the
	// caller has: a few hundred bytes at most.
	if passed == 0 || passed > len(a.rootCert.Raw)+32 {
		t.Errorf("%d of %d flips pass", passed, len(token))
	}
}

func TestVerifyAsksForRoots(t *testing.T) {
	a := newAuthority(t)
	token := a.parts(testDigest, nil).token(t)
	if _, err := Verify(token, testDigest, Options{}); err == nil || !strings.Contains(err.Error(), "no trusted roots") {
		t.Errorf("without roots, which means with those of the system: %v", err)
	}
	large := append(token, make([]byte, MaxToken)...)
	if _, err := Verify(large, testDigest, Options{Roots: a.roots}); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("large token: %v", err)
	}
}

// TestExpiredAuthority verifies a token long after the certificate's end.
func TestExpiredAuthority(t *testing.T) {
	a := newAuthority(t)
	token := a.parts(testDigest, nil).token(t)
	if _, err := Verify(token, testDigest, Options{Roots: a.roots, Now: stampedAt.AddDate(30, 0, 0)}); err != nil {
		t.Error(err)
	}
}

func TestResponses(t *testing.T) {
	a := newAuthority(t)
	token := a.parts(testDigest, nil).token(t)
	granted := wrap(asn1.TagSequence, wrap(asn1.TagSequence, marshal(t, 0)), token)
	if got, err := ParseResponse(granted); err != nil || !bytes.Equal(got, token) {
		t.Errorf("granted: %v", err)
	}
	text := wrap(asn1.TagSequence, encode(asn1.RawValue{Tag: asn1.TagUTF8String, Bytes: []byte("no such policy")}))
	bits := marshal(t, asn1.BitString{Bytes: []byte{0, 1}, BitLength: 16})
	rejected := wrap(asn1.TagSequence, wrap(asn1.TagSequence, marshal(t, 2), text, bits))
	_, err := ParseResponse(rejected)
	if refused, ok := errors.AsType[*RefusedError](err); !ok || refused.Status != 2 || refused.Text != "no such policy" || refused.Failure != 15 {
		t.Errorf("rejected: %v", err)
	}
	for name, der := range map[string][]byte{
		"nothing": nil, "no response": []byte("<html>"), "cut": granted[:len(granted)-1], "tail": append(bytes.Clone(granted), 0),
		"granted, no token": wrap(asn1.TagSequence, wrap(asn1.TagSequence, marshal(t, 0))),
		"third element":     wrap(asn1.TagSequence, wrap(asn1.TagSequence, marshal(t, 0)), token, token),
		"large":             make([]byte, MaxResponse+1),
		"large token":       wrap(asn1.TagSequence, wrap(asn1.TagSequence, marshal(t, 0)), wrap(asn1.TagSequence, make([]byte, MaxToken))),
	} {
		if _, err := ParseResponse(der); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzVerify(f *testing.F) {
	a := newAuthority(f)
	token := a.parts(testDigest, testNonce).token(f)
	f.Add(token)
	f.Add(wrap(asn1.TagSequence, wrap(asn1.TagSequence, marshal(f, 0)), token))
	f.Fuzz(func(t *testing.T, der []byte) {
		_, _ = ParseResponse(der)
		if t, err := parseToken(der); err == nil {
			_, _ = parseInfo(t.content)
			_, _ = t.verifySignature()
		}
		stamp, err := Verify(der, testDigest, Options{Roots: a.roots, Nonce: testNonce})
		if err == nil && !stamp.Time.Equal(stampedAt) {
			t.Fatalf("forged: %+v", stamp)
		}
	})
}
