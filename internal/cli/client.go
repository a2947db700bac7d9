// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/app"
	"github.com/counterfoil/counterfoil/internal/control"
)

// client speaks to the server, or to the directory itself.
type client struct {
	http  *http.Client
	close func() error
}

// dial reaches the running server; without one it opens the data directory in
// this process, which takes the directory's lock for as long as the command runs.
func (env *environment) dial(ctx context.Context) (*client, error) {
	c, err := control.Dial(ctx, env.data)
	if err == nil {
		return &client{http: c, close: func() error { return nil }}, nil
	}
	if !errors.Is(err, control.ErrNoServer) {
		return nil, err
	}
	if _, err := os.Stat(env.data); errors.Is(err, fs.ErrNotExist) && !env.mayCreate {
		return nil, &exitError{exitFailed, "there is no data directory at " + env.data + "; name it with --data"}
	}
	log := slog.New(slog.NewTextHandler(env.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, err := app.Open(ctx, app.Options{Data: env.data, Log: log, Version: env.version, Offline: true})
	if err != nil {
		return nil, err
	}
	return &client{http: control.Local(a.Control()), close: a.Close}, nil
}

// with runs a command against a client.
func (env *environment) with(ctx context.Context, do func(*client) error) error {
	c, err := env.dial(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(c), c.close())
}

// call sends a request and decodes the answer into out.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	resp, err := c.send(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return nil
}

// lines sends a request whose answer is JSON lines.
func (c *client) lines(ctx context.Context, method, path string, each func(control.Line) error) error {
	resp, err := c.send(ctx, method, path, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return eachLine(resp.Body, each)
}

// eachLine reads a streamed answer to its end.
func eachLine(body io.Reader, each func(control.Line) error) error {
	d := json.NewDecoder(body)
	for {
		var l control.Line
		switch err := d.Decode(&l); {
		case err != nil:
			return fmt.Errorf("the answer broke off: %w", err)
		case l.Problem != nil:
			return describe(*l.Problem)
		case l.Done:
			return nil
		}
		if err := each(l); err != nil {
			return err
		}
	}
}

func (c *client) send(ctx context.Context, method, path string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://counterfoil"+path, body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	if resp.StatusCode < http.StatusBadRequest {
		return resp, nil
	}
	defer resp.Body.Close()
	var p control.Problem
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || p.Message == "" {
		return nil, fmt.Errorf("the server answered %d", resp.StatusCode)
	}
	return nil, describe(p)
}

// describe turns a server's problem into text and exit code.
func describe(p control.Problem) error {
	text := p.Message
	names := make([]string, 0, len(p.Fields))
	for name := range p.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text += "\n  " + name + ": " + p.Fields[name]
	}
	code := exitFailed
	if p.Kind == "invalid" {
		code = exitUsage
	}
	return &exitError{code, strings.TrimSpace(text)}
}

// print writes v as one line of JSON.
func (env *environment) print(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode output: %w", err)
	}
	_, err = fmt.Fprintf(env.out, "%s\n", raw)
	return err
}
