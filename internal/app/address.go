// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"net"
	"net/http"
	"strings"
)

// address tells whom sign-ins are counted against. Behind a proxy that is what
// the proxy itself added last to X-Forwarded-For; everything before it is the
// client's own word. Otherwise it is the connection's address.
func address(behindProxy bool) func(*http.Request) string {
	return func(r *http.Request) string {
		if behindProxy {
			if all := r.Header.Values("X-Forwarded-For"); len(all) > 0 {
				list := strings.Split(all[len(all)-1], ",")
				return strings.TrimSpace(list[len(list)-1])
			}
		}
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			return r.RemoteAddr
		}
		return host
	}
}
