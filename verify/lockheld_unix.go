// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package verify

import (
	"os"
	"syscall"
)

// lockHeld tells whether a server holds the lock file. It takes a shared lock
// for an instant; a server that starts just then tries again.
func lockHeld(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == syscall.EWOULDBLOCK
}
