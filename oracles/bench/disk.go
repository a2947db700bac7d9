// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// settle waits until everything written is on the disk.
func settle() { unix.Sync() }

// filesystem names where the data lies, for a durable write costs nothing in
// memory.
func filesystem(dir string) string {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return "an unknown file system"
	}
	names := map[uint32]string{0xef53: "ext4", 0x58465342: "xfs", 0x9123683e: "btrfs", 0x01021994: "tmpfs", 0x794c7630: "overlayfs"}
	if name, known := names[uint32(stat.Type)]; known {
		return name
	}
	return fmt.Sprintf("file system %#x", uint32(stat.Type))
}
