// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import "unicode/utf8"

// AppendEscaped appends s escaped for the inside of a JSON string, without the
// quotes, depth times over: 1 for a plain string, 2 for a string inside JSON
// text that is itself a string. Only what JSON demands is escaped (quote,
// backslash, control characters); other characters stay, bytes that are not
// UTF-8 become U+FFFD.
func AppendEscaped(dst []byte, s string, depth int) []byte {
	if depth <= 0 || isPlain(s) {
		return append(dst, s...)
	}
	if depth == 1 {
		return appendEscapedOnce(dst, s)
	}
	return AppendEscaped(dst, string(appendEscapedOnce(nil, s)), depth-1)
}

func isPlain(s string) bool {
	for i := range len(s) {
		if b := s[i]; b < ' ' || b == '"' || b == '\\' {
			return false
		}
	}
	return utf8.ValidString(s)
}

func appendEscapedOnce(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r >= ' ':
			dst = utf8.AppendRune(dst, r)
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&0xf])
		}
	}
	return dst
}
