// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serveOn serves h on the socket in dir until the test ends.
func serveOn(t *testing.T, dir string, h http.Handler) net.Listener {
	t.Helper()
	l, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, h) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l
}

var hello = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })

// ask expects a server on dir that says hello.
func ask(t *testing.T, dir string) {
	t.Helper()
	c, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	resp, err := c.Get("http://counterfoil/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != "hello" || err != nil {
		t.Errorf("%q, %v", body, err)
	}
}

func TestSocketIsItsOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	serveOn(t, dir, hello)
	info, err := os.Stat(filepath.Join(dir, SocketName))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 || info.Mode().Type() != fs.ModeSocket {
		t.Errorf("mode %v", info.Mode())
	}
	ask(t, dir)
}

func TestNoServer(t *testing.T) {
	dir := t.TempDir()
	if _, err := Dial(t.Context(), dir); !errors.Is(err, ErrNoServer) {
		t.Errorf("without a socket: %v", err)
	}
	leaveDeadSocket(t, dir)
	if _, err := Dial(t.Context(), dir); !errors.Is(err, ErrNoServer) {
		t.Errorf("with a dead socket: %v", err)
	}
}

// leaveDeadSocket does what a killed server does: the file stays.
func leaveDeadSocket(t *testing.T, dir string) {
	t.Helper()
	l, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	l.(peers).SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, SocketName)); err != nil {
		t.Fatal(err)
	}
}

func TestADeadSocketIsReplaced(t *testing.T) {
	dir := t.TempDir()
	leaveDeadSocket(t, dir)
	serveOn(t, dir, hello)
	ask(t, dir)
}

// TestLongPath: the kernel takes 107 characters; a longer path is shortened by
// the working directory where that helps, and refused in words where not.
func TestLongPath(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, strings.Repeat("a", 60), strings.Repeat("b", 60))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(dir); err == nil || !strings.Contains(err.Error(), "too long for a socket") {
		t.Errorf("listen: %v", err)
	}
	if _, err := Dial(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "too long for a socket") {
		t.Errorf("dial: %v", err)
	}
	t.Chdir(filepath.Dir(dir))
	serveOn(t, dir, hello)
	ask(t, dir)
	if info, err := os.Stat(filepath.Join(dir, SocketName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestListenNeedsADirectory(t *testing.T) {
	if _, err := Listen(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestServeEndsWithItsListener(t *testing.T) {
	l, err := Listen(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := Serve(t.Context(), l, hello); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v", err)
	}
}
