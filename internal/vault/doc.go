// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package vault seals the payloads that lie beside the ledger, so that they can
// be read with the keys, proved against the ledger, and erased by deleting a key.
//
// # Keys
//
// Three layers, each AES-256-GCM:
//
//   - the root key, keys/root.key: 32 random bytes, mode 0600, created once;
//   - a wrapping key for each subject, class and month, stored in keys/wrap.db
//     under the root key, with the moment it expires;
//   - a data key for each payload, fresh, stored in the payload under its
//     wrapping key.
//
// Deleting a wrapping key erases every payload sealed under it. The ledger
// holds only commitments and stays verifiable. Delete, Bar and KeyOf serve
// erasure; RotateRoot makes copies of wrap.db that were taken before worthless
// to whoever does not also have the old root key.
//
// # Sealed layout, version 1
//
//	offset  bytes  content
//	0       1      0xC1: format and version
//	1       16     id of the wrapping key: 12 random bytes, 4 of their SHA-256
//	17      12     nonce of the wrapped data key
//	29      48     data key, sealed under the wrapping key
//	77      n+16   content, sealed under the data key with the zero nonce
//
// The content is a 32-byte key k, a codec byte (0 stored, 1 S2 block) and the
// encoded plaintext. The zero nonce is safe because a data key seals exactly one
// message. Both seals take the same additional data: version, wrapping key id,
// entry id, kind, origin. A payload therefore opens only for the entry it was
// made for, and a change of any bit is refused. The check bytes in the id tell
// a damaged id from a deleted key.
//
// # Commitment
//
// HMAC-SHA-256(k, plaintext), with k fresh, random and exactly 32 bytes (HMAC
// pads short keys and hashes long ones, so a free length would not bind). GCM
// alone does not bind a ciphertext to one key; the commitment in the ledger
// does. k lies only inside the sealed content: with the wrapping key gone, the
// commitment says nothing about the text.
package vault
