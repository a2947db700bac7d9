// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// stranger is the user nobody, who runs no server here.
const stranger = 65534

// TestPeers: the kernel names the peer. One of another user is cut off even
// where the modes of files let it in; the server goes on for its own user.
func TestPeers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can connect as somebody else")
	}
	dir, err := os.MkdirTemp("", "peers-") // not below a folder that is the test's alone
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	serveOn(t, dir, hello)
	path := filepath.Join(dir, SocketName)
	connect := func() (string, error) { return askAs(stranger, path) }

	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := connect(); !errors.Is(err, unix.EACCES) {
		t.Errorf("the mode of the socket lets a stranger in: %q, %v", got, err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if got, err := connect(); got != "" {
		t.Errorf("a stranger was answered: %q, %v", got, err)
	}
	ask(t, dir)
}

// askAs connects as another user, sends a request and returns the beginning of
// the answer. Only its own thread changes the user, and ends with it.
func askAs(uid int, path string) (answer string, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the runtime ends the thread
		if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESUID, ^uintptr(0), uintptr(uid), ^uintptr(0)); e != 0 {
			err = e
			return
		}
		answer, err = exchange(path)
	}()
	<-done
	return answer, err
}

func exchange(path string) (string, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		return "", err
	}
	request := []byte("GET / HTTP/1.1\r\nHost: counterfoil\r\n\r\n")
	if err := unix.Sendto(fd, request, unix.MSG_NOSIGNAL, nil); err != nil {
		return "", err
	}
	answer := make([]byte, 256)
	n, err := unix.Read(fd, answer)
	return string(answer[:max(n, 0)]), err
}
