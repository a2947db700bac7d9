// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package timestamp

import (
	"bytes"
	"crypto"
	_ "crypto/sha1" // ESSCertID of RFC 2634 has no other
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// errCertificateID is a signature made for another certificate: the one at hand
// was put in its place.
var errCertificateID = fmt.Errorf("%w: it names another certificate as its own", ErrSignature)

// checkCertificateID compares the certificate with the one the signature names:
// in a signing-certificate attribute of version 1 (RFC 2634), of version 2 (RFC
// 5035), or both. One of them must be there.
func (s *signer) checkCertificateID(certificate *x509.Certificate) error {
	checked := false
	for _, kind := range []asn1.ObjectIdentifier{oidSigningCert, oidSigningCert2} {
		if _, there := s.attributes[kind.String()]; !there {
			continue
		}
		raw, err := s.attribute(kind)
		if err != nil {
			return err
		}
		id, err := parseCertificateID(raw, kind.Equal(oidSigningCert2))
		if err != nil {
			return fmt.Errorf("signing certificate: %w", err)
		}
		if err := id.check(certificate); err != nil {
			return err
		}
		checked = true
	}
	if !checked {
		return errors.New("the signature does not name its certificate")
	}
	return nil
}

// certificateID is ESSCertID or ESSCertIDv2.
type certificateID struct {
	hash   crypto.Hash
	digest []byte
	serial asn1.RawValue // IssuerSerial; may be absent
}

// parseCertificateID reads the first id of a signing-certificate attribute: the
// one of the signer. Further ones and policies limit the chain; a chain to the
// given roots is asked for in any case.
func parseCertificateID(der []byte, second bool) (certificateID, error) {
	var ids, first asn1.RawValue
	attribute := sequenceOf(der)
	attribute.next(&ids, "")
	list := sequenceOf(ids.FullBytes)
	list.next(&first, "")
	if err := errors.Join(attribute.fault, list.fault); err != nil {
		return certificateID{}, err
	}
	out := certificateID{hash: crypto.SHA1}
	id := sequenceOf(first.FullBytes)
	if second {
		out.hash = crypto.SHA256 // if it is left out
		if id.sequenceNext() {
			var algorithm pkix.AlgorithmIdentifier
			id.next(&algorithm, "")
			var err error
			if out.hash, err = digestAlgorithm(algorithm); err != nil {
				return certificateID{}, err
			}
		}
	}
	id.next(&out.digest, "")
	id.next(&out.serial, "optional")
	return out, id.end()
}

func (id *certificateID) check(certificate *x509.Certificate) error {
	if !bytes.Equal(id.digest, sum(id.hash, certificate.Raw)) {
		return errCertificateID
	}
	if len(id.serial.FullBytes) == 0 {
		return nil
	}
	// The issuer's name, in front, is in the certificate just compared.
	var issuer asn1.RawValue
	var serial *big.Int
	name := sequenceOf(id.serial.FullBytes)
	name.next(&issuer, "")
	name.next(&serial, "")
	if err := name.end(); err != nil {
		return fmt.Errorf("signing certificate: %w", err)
	}
	if serial.Cmp(certificate.SerialNumber) != 0 {
		return errCertificateID
	}
	return nil
}
