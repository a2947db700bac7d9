// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// SocketName is the socket's name in the data directory.
const SocketName = "counterfoil.sock"

// maxSocketPath is what the kernel takes as the path of a Unix socket.
const maxSocketPath = 107

// Listen opens the socket in a data directory. The caller holds the lock of
// the directory, so a socket that is already there is a dead one.
func Listen(dir string) (net.Listener, error) {
	path, err := address(dir)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("remove old control socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("open control socket: %w", err)
	}
	if err := os.Chmod(filepath.Join(dir, SocketName), 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("protect control socket: %w", err)
	}
	return peers{l.(*net.UnixListener)}, nil
}

// address shortens a path that the kernel would not take, if it can.
func address(dir string) (string, error) {
	path := filepath.Join(dir, SocketName)
	if len(path) <= maxSocketPath {
		return path, nil
	}
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, path); err == nil && len(rel) <= maxSocketPath {
			return rel, nil
		}
	}
	return "", fmt.Errorf("the path of the data directory is too long for a socket: %s has %d characters, %d are possible", path, len(path), maxSocketPath)
}

// peers accepts only connections of the server's own user and of root.
type peers struct{ *net.UnixListener }

// Accept implements net.Listener.
func (p peers) Accept() (net.Conn, error) {
	for {
		c, err := p.AcceptUnix()
		if err != nil {
			return nil, err
		}
		if trusted(c) {
			return c, nil
		}
		c.Close()
	}
}

// ErrNoServer is returned when no server runs on a data directory.
var ErrNoServer = errors.New("no server runs on this data directory")

// Dial returns a client of the server on dir, or ErrNoServer.
func Dial(ctx context.Context, dir string) (*http.Client, error) {
	path, err := address(dir)
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoServer, err)
	}
	c.Close()
	t := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return d.DialContext(ctx, "unix", path) },
	}
	return &http.Client{Transport: t, Timeout: 0}, nil
}

// Serve serves the socket until ctx ends.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve control socket: %w", err)
	}
	return nil
}
