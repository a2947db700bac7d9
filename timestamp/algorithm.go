// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package timestamp

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

var (
	oidSHA384 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
)

// digestAlgorithm is the hash over the content. SHA-1 and MD5 are gone.
func digestAlgorithm(id pkix.AlgorithmIdentifier) (crypto.Hash, error) {
	switch {
	case !plain(id.Parameters):
	case id.Algorithm.Equal(oidSHA256):
		return crypto.SHA256, nil
	case id.Algorithm.Equal(oidSHA384):
		return crypto.SHA384, nil
	case id.Algorithm.Equal(oidSHA512):
		return crypto.SHA512, nil
	}
	return 0, fmt.Errorf("digest algorithm %v is not accepted", id.Algorithm)
}

// signatures are the algorithms authorities sign with, each with its digest.
var signatures = []struct {
	id     asn1.ObjectIdentifier
	digest crypto.Hash
	is     x509.SignatureAlgorithm
}{
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, crypto.SHA256, x509.SHA256WithRSA}, // rsaEncryption
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, crypto.SHA384, x509.SHA384WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, crypto.SHA512, x509.SHA512WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, crypto.SHA256, x509.SHA256WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}, crypto.SHA384, x509.SHA384WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}, crypto.SHA512, x509.SHA512WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, crypto.SHA256, x509.ECDSAWithSHA256},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, crypto.SHA384, x509.ECDSAWithSHA384},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, crypto.SHA512, x509.ECDSAWithSHA512},
	{asn1.ObjectIdentifier{1, 3, 101, 112}, crypto.SHA512, x509.PureEd25519}, // RFC 8419: digest is SHA-512
}

// signatureAlgorithm is the algorithm of the signature, which must use the same
// hash as the message digest. RSA-PSS is not among them.
func signatureAlgorithm(s *signer) (x509.SignatureAlgorithm, error) {
	digest, err := digestAlgorithm(s.digest)
	if err != nil {
		return 0, err
	}
	for _, known := range signatures {
		if s.algorithm.Algorithm.Equal(known.id) && known.digest == digest && plain(s.algorithm.Parameters) {
			return known.is, nil
		}
	}
	return 0, fmt.Errorf("signature algorithm %v with digest %v is not accepted", s.algorithm.Algorithm, s.digest.Algorithm)
}
