// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package timestamp

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

var (
	oidSignedData   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMsgDigest    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCert  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCert2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
)

// Bounds on the parts of a token; real ones have one digest, a chain of two or
// three certificates and five attributes.
const (
	maxCertificates = 8
	maxAttributes   = 32
)

// token is SignedData of RFC 5652 taken apart, as far as RFC 3161 lets one be.
// Nothing in it is verified.
type token struct {
	content      []byte // TSTInfo
	certificates []*x509.Certificate
	signer       signer
}

// signer is the one SignerInfo.
type signer struct {
	issuer     asn1.RawValue
	serial     *big.Int
	digest     pkix.AlgorithmIdentifier
	signed     []byte                     // the signed attributes as the signature covers them
	attributes map[string][]asn1.RawValue // values by object identifier
	algorithm  pkix.AlgorithmIdentifier
	signature  []byte
}

func parseToken(der []byte) (*token, error) {
	if len(der) > MaxToken {
		return nil, fmt.Errorf("%d bytes are more than %d", len(der), MaxToken)
	}
	var kind asn1.ObjectIdentifier
	var content asn1.RawValue
	info := sequenceOf(der)
	info.next(&kind, "")
	info.next(&content, "tag:0")
	if err := info.end(); err != nil {
		return nil, err
	}
	if !kind.Equal(oidSignedData) {
		return nil, fmt.Errorf("content type %v is not signed data", kind)
	}
	return parseSignedData(content.Bytes)
}

func parseSignedData(der []byte) (*token, error) {
	var version int
	var digests, content, certificates, revoked, signers asn1.RawValue
	data := sequenceOf(der)
	data.next(&version, "")
	data.next(&digests, "") // those of the signers, named once more there
	data.next(&content, "")
	data.next(&certificates, "optional,tag:0")
	data.next(&revoked, "optional,tag:1")
	data.next(&signers, "")
	if err := data.end(); err != nil {
		return nil, fmt.Errorf("signed data: %w", err)
	}
	if version != 3 { // RFC 5652, section 5.1, for content that is not id-data
		return nil, fmt.Errorf("signed data of version %d", version)
	}
	out := &token{}
	var err error
	if out.content, err = parseContent(content.FullBytes); err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	if out.certificates, err = parseCertificates(certificates.Bytes); err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	if out.signer, err = parseSigners(signers.FullBytes); err != nil {
		return nil, fmt.Errorf("signer: %w", err)
	}
	return out, nil
}

// parseContent reads EncapsulatedContentInfo.
func parseContent(der []byte) ([]byte, error) {
	var kind asn1.ObjectIdentifier
	var explicit asn1.RawValue
	info := sequenceOf(der)
	info.next(&kind, "")
	info.next(&explicit, "tag:0")
	if err := info.end(); err != nil {
		return nil, err
	}
	if !kind.Equal(oidTSTInfo) {
		return nil, fmt.Errorf("type %v is not that of a time-stamp", kind)
	}
	var content []byte
	err := whole(explicit.Bytes, &content)
	return content, err
}

func parseCertificates(der []byte) ([]*x509.Certificate, error) {
	set := elements{rest: der}
	list, err := set.all(maxCertificates)
	if err != nil {
		return nil, err
	}
	out := make([]*x509.Certificate, len(list))
	for i, raw := range list {
		if out[i], err = x509.ParseCertificate(raw.FullBytes); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// parseSigners reads the SignerInfo; a time-stamp has exactly one.
func parseSigners(der []byte) (signer, error) {
	set := setOf(der)
	list, err := set.all(maxCertificates)
	if err != nil {
		return signer{}, err
	}
	if len(list) != 1 {
		return signer{}, fmt.Errorf("%d signatures where one belongs", len(list))
	}
	return parseSigner(list[0].FullBytes)
}

func parseSigner(der []byte) (signer, error) {
	var out signer
	var version int
	var id, attributes, unsigned asn1.RawValue
	info := sequenceOf(der)
	info.next(&version, "")
	info.next(&id, "")
	info.next(&out.digest, "")
	info.next(&attributes, "optional,tag:0")
	info.next(&out.algorithm, "")
	info.next(&out.signature, "")
	info.next(&unsigned, "optional,tag:1")
	if err := info.end(); err != nil {
		return signer{}, err
	}
	if version != 1 { // 3 names the signer by a key identifier alone
		return signer{}, errors.New("not named by issuer and serial number")
	}
	name := sequenceOf(id.FullBytes)
	name.next(&out.issuer, "")
	name.next(&out.serial, "")
	if err := name.end(); err != nil {
		return signer{}, fmt.Errorf("issuer and serial number: %w", err)
	}
	if len(attributes.FullBytes) == 0 {
		return signer{}, errors.New("no signed attributes")
	}
	// The signature covers the attributes under the tag of a SET, not under
	// the one they travel with (RFC 5652, section 5.4).
	out.signed = append([]byte{asn1.TagSet | 0x20}, attributes.FullBytes[1:]...)
	var err error
	out.attributes, err = parseAttributes(attributes.Bytes)
	return out, err
}

func parseAttributes(der []byte) (map[string][]asn1.RawValue, error) {
	set := elements{rest: der}
	list, err := set.all(maxAttributes)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]asn1.RawValue, len(list))
	for _, raw := range list {
		var kind asn1.ObjectIdentifier
		var set asn1.RawValue
		attribute := sequenceOf(raw.FullBytes)
		attribute.next(&kind, "")
		attribute.next(&set, "")
		if err := attribute.end(); err != nil {
			return nil, err
		}
		if _, twice := out[kind.String()]; twice {
			return nil, fmt.Errorf("attribute %v twice", kind)
		}
		values := setOf(set.FullBytes)
		if out[kind.String()], err = values.all(maxAttributes); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// attribute returns the value of a signed attribute that has exactly one.
func (s *signer) attribute(kind asn1.ObjectIdentifier) ([]byte, error) {
	values := s.attributes[kind.String()]
	if len(values) != 1 {
		return nil, fmt.Errorf("signed attribute %v has %d values where one belongs", kind, len(values))
	}
	return values[0].FullBytes, nil
}
