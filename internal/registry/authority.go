// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/timestamp"
)

const (
	// stampTime bounds one request, connection to last byte.
	stampTime = 10 * time.Second
	// clockSkew is how far the clocks of node and authority may differ.
	clockSkew = time.Minute
)

var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// request asks the authority for a token over a digest (RFC 3161, section 3.4) and
// verifies it: whoever answers, and over whatever line, only the authority's own
// token passes.
func (a Authority) request(ctx context.Context, client *http.Client, now clock.Clock, digest [sha256.Size]byte) ([]byte, timestamp.Stamp, error) {
	query, nonce, err := timestamp.NewRequest(digest)
	if err != nil {
		return nil, timestamp.Stamp{}, err
	}
	answer, err := a.post(ctx, client, query)
	if err != nil {
		return nil, timestamp.Stamp{}, err
	}
	token, err := timestamp.ParseResponse(answer)
	if err != nil {
		return nil, timestamp.Stamp{}, err
	}
	stamp, err := timestamp.Verify(token, digest, timestamp.Options{Roots: a.Roots, Nonce: nonce, Now: now.Now().Add(clockSkew)})
	return token, stamp, err
}

func (a Authority) post(ctx context.Context, client *http.Client, query []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, stampTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(query))
	if err != nil {
		return nil, fmt.Errorf("ask time-stamp authority: %w", err)
	}
	req.Header.Set("Content-Type", timestamp.RequestType)
	if client == nil {
		client = noRedirects
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask time-stamp authority: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask time-stamp authority: it answered with status %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	if got := resp.Header.Get("Content-Type"); got != timestamp.ResponseType {
		return nil, fmt.Errorf("ask time-stamp authority: it answered with %q, which is no time-stamp", got)
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, timestamp.MaxResponse+1))
	if err != nil {
		return nil, fmt.Errorf("ask time-stamp authority: %w", err)
	}
	if len(answer) > timestamp.MaxResponse {
		return nil, errors.New("ask time-stamp authority: its answer is too long")
	}
	return answer, nil
}
