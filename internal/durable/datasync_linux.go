// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package durable

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// datasync syncs data and only the metadata needed to read it back: for a file
// that was filled with zeros before, that is the data alone.
func datasync(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if err == nil {
			return nil
		}
		if err != unix.EINTR {
			return fmt.Errorf("fdatasync %s: %w", f.Name(), err)
		}
	}
}
