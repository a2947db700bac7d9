// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package durable

import (
	"bytes"
	"path/filepath"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func TestEvict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f, err := OS{}.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil || stat.Type == unix.TMPFS_MAGIC {
		t.Skipf("needs a disk: %x, %v", stat.Type, err)
	}
	content := bytes.Repeat([]byte("content "), 2<<20/8)
	const piece = 64 << 10 // what is written at once may be held, and dropped, in one
	for at := 0; at < len(content); at += piece {
		if _, err := f.WriteAt(content[at:at+piece], int64(at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Datasync(); err != nil {
		t.Fatal(err)
	}
	if n := inMemory(t, f, len(content)); n != len(content) {
		t.Skipf("%d of %d bytes are in memory before", n, len(content))
	}
	Evict(f, 0, 1<<20)
	if n := inMemory(t, f, len(content)); n > 1<<20 {
		t.Errorf("%d bytes are left in memory", n)
	}
	got := make([]byte, len(content))
	if _, err := f.ReadAt(got, 0); err != nil || !bytes.Equal(got, content) {
		t.Errorf("the file changed: %v", err)
	}
}

// inMemory counts the bytes of a file that the system holds.
func inMemory(t *testing.T, f File, size int) int {
	t.Helper()
	mapped, err := unix.Mmap(int(f.(osFile).Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(mapped)
	page := unix.Getpagesize()
	resident := make([]byte, size/page)
	if _, _, errno := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&mapped[0])), uintptr(size), uintptr(unsafe.Pointer(&resident[0]))); errno != 0 {
		t.Fatal(errno)
	}
	n := 0
	for _, r := range resident {
		n += int(r&1) * page
	}
	return n
}
