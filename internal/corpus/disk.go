// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// locate finds the encoded entry of an index in the segments of a log.
func locate(t testing.TB, ledger string, entry int) (path string, at, length int) {
	t.Helper()
	for number := uint32(0); ; number++ {
		path = filepath.Join(ledger, counterfoil.SegmentName(number))
		b := read(t, path)
		for at = counterfoil.SegmentHeaderBytes; at < len(b); {
			frame, err := counterfoil.ParseFrame(b[at:])
			if err != nil {
				break
			}
			at += frame.Bytes
			if len(frame.Raw) == 0 {
				continue // a trailer
			}
			if entry == 0 {
				return path, at - len(frame.Raw), len(frame.Raw)
			}
			entry--
		}
	}
}

// edit changes the content of a file; nil removes it.
func edit(name string, change func(b []byte) []byte) func(testing.TB, string) {
	return func(t testing.TB, dir string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		b := change(read(t, path))
		if b != nil {
			write(t, path, b)
		} else if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func grow(t testing.TB, dir, name string, n int) {
	edit(name, func(b []byte) []byte { return append(b, make([]byte, n)...) })(t, dir)
}

func flipAt(name string, at int) func(testing.TB, string) {
	return edit(name, func(b []byte) []byte {
		if at < 0 {
			at += len(b)
		}
		b[at] ^= 1
		return b
	})
}

func remove(name string) func(testing.TB, string) {
	return edit(name, func([]byte) []byte { return nil })
}
