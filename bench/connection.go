// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// connection is one HTTP/1.1 connection, driven by hand so that the load costs
// as little as it can beside what it measures.
type connection struct {
	net    net.Conn
	in     *bufio.Reader
	target *url.URL
	key    string
	buffer bytes.Buffer
}

func dial(p *peer) (*connection, error) {
	target, err := url.Parse(p.url)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", p.name, err)
	}
	conn, err := net.DialTimeout("tcp", target.Host, 5*time.Second)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", p.name, err)
	}
	return &connection{net: conn, in: bufio.NewReaderSize(conn, 16<<10), target: target, key: p.key}, nil
}

func (c *connection) close() { c.net.Close() }

// request is the whole of a request's bytes.
func (c *connection) request(body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		c.target.Path, c.target.Host, c.key, len(body), body)
}

// ask sends a request and returns the answer's body, valid until the next call.
// Progress, if given, sees the body so far after each read.
func (c *connection) ask(request []byte, progress func(soFar []byte)) ([]byte, error) {
	c.net.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := c.net.Write(request); err != nil {
		return nil, fmt.Errorf("send: %w", err)
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	defer resp.Body.Close()
	c.buffer.Reset()
	if progress == nil {
		_, err = c.buffer.ReadFrom(resp.Body)
	} else {
		err = c.readWatching(resp.Body, progress)
	}
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d: %s", resp.StatusCode, c.buffer.Bytes())
	}
	return c.buffer.Bytes(), nil
}

func (c *connection) readWatching(body io.Reader, progress func([]byte)) error {
	var piece [4096]byte
	for {
		n, err := body.Read(piece[:])
		c.buffer.Write(piece[:n])
		progress(c.buffer.Bytes())
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
