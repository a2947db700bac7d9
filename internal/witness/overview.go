// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"fmt"
	"net/http"
	"strings"
)

// overview tells people what this is and how far it has seen.
func (s *Server) overview(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	fmt.Fprintf(&b, "Witness %s (C2SP tlog-witness)\nVerifier key: %s\n\nLogs watched, with the size cosigned last:\n", s.signer.Name(), s.key)
	for _, origin := range s.order {
		l := s.logs[origin]
		l.mu.Lock()
		size := l.head.Size
		l.mu.Unlock()
		fmt.Fprintf(&b, "%12d  %s\n", size, origin)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte(b.String())) // a reader that is gone misses nothing
}
