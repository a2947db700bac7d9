// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/base64"
	"strings"
)

// maxHeader bounds the header of a JSON web token, in base64.
const maxHeader = 4096

// jwtHeader wants a first segment that decodes to a JSON object with "alg".
func jwtHeader(body string) int {
	if len(body) > maxHeader {
		return -1
	}
	header, err := base64.RawURLEncoding.DecodeString("eyJ" + body)
	if err != nil || !strings.Contains(string(header), `"alg"`) {
		return -1
	}
	return 0
}

// jwt takes the segments after the header in text[start:end]: two, the last of
// which may be empty (alg none), or the four of an encrypted token.
func (p *pass) jwt(start, end int) bool {
	text, segments := p.text, 1
	for segments < 5 && end < len(text) && text[end] == '.' {
		next := end + 1
		for next < len(text) && base64URL.has(text[next]) {
			next++
		}
		if next == end+1 && segments == 1 {
			return false
		}
		if next == end+1 && segments != 2 {
			break
		}
		end = next
		segments++
	}
	if segments < 3 {
		return false
	}
	p.add(jsonWebToken, start, end)
	return true
}
