// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package timestamp asks for time-stamps of RFC 3161 and verifies them. It is
// pure: bytes in, bytes out; sending a request is the caller's business.
//
// A token proves that a digest existed at a time, on the word of an authority.
// Verify believes it only if every link holds: the digest is the caller's, the
// signature covers it, the certificate named inside the signature made it, that
// certificate may sign time-stamps and nothing else, and leads to a root the
// caller trusts, valid at the time stated. Revocation is not looked at: a list
// of revoked certificates is not part of a token.
//
// The ASN.1 is read with encoding/asn1, so encodings other than DER are refused,
// as RFC 3161 asks, and whoever verifies needs no further library.
package timestamp
