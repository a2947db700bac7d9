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

// evict drops whole pages that are written back. What keeps it from that is no
// fault: they stay in memory.
func evict(f *os.File, offset, length int64) {
	_ = unix.Fadvise(int(f.Fd()), offset, length, unix.FADV_DONTNEED)
}
