// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"net/http"
	"net/url"
	"time"
)

// pickMoment is the way from a page to itself at another moment.
func pickMoment(r *http.Request) string {
	q := r.URL.Query()
	here := r.URL.Path
	at := q.Get("at")
	q.Del("at")
	if len(q) > 0 {
		here += "?" + q.Encode()
	}
	pick := url.Values{"page": {here}}
	if at != "" {
		pick.Set("shown", at)
	}
	return "/asof?" + pick.Encode()
}

// asOf is the banner over a page that shows the past.
type asOf struct {
	At  time.Time
	Now string // the same page in the present
}

// Now is the moment shown.
func (d *Desk) Now() time.Time {
	if !d.At.IsZero() {
		return d.At
	}
	return d.shell.Clock.Now()
}
