// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fakeprovider

import (
	"net/http"
	"slices"
	"sync"
)

// Dump is one request as it arrived.
type Dump struct {
	Method string      `json:"method"`
	URI    string      `json:"uri"` // path and query as sent
	Host   string      `json:"host"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"` // exact bytes
}

// dumps keeps requests in order of arrival. Safe for concurrent use.
type dumps struct {
	mu   sync.Mutex
	list []Dump
}

func (d *dumps) add(r *http.Request, body []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(d.list, Dump{
		Method: r.Method, URI: r.RequestURI, Host: r.Host, Header: r.Header.Clone(), Body: slices.Clone(body),
	})
}

func (d *dumps) all() []Dump {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.list)
}

func (d *dumps) reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = nil
}
