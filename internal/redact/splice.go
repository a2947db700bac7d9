// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

// Edit says that the bytes Start to End of a source become New; an empty New
// removes them.
type Edit struct {
	Start, End int
	New        []byte
}

// Splice appends src to dst with the edits made. Edits are sorted and do not
// overlap; every byte outside them is copied as it is.
func Splice(dst, src []byte, edits []Edit) []byte {
	done := 0
	for i := range edits {
		dst = append(dst, src[done:edits[i].Start]...)
		dst = append(dst, edits[i].New...)
		done = edits[i].End
	}
	return append(dst, src[done:]...)
}
