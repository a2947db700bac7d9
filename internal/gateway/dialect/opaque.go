// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"github.com/counterfoil/counterfoil/internal/gateway/body"
)

// Form is what a string must look like to count as not text. The name of a
// field alone proves nothing: a client may write anything into it.
type Form uint8

// The forms, from strict to wide.
const (
	Word    Form = iota + 1 // an enumeration: letters, _ - . and at most eight digits
	Model                   // a model's name: as Word, with / and : and at most eleven digits
	Issued                  // an id with a prefix that providers issue
	Coded                   // base64 of at least 16 characters
	Padding                 // at most 32 letters and digits, as providers add to hide lengths
	Media                   // base64 or a data: URL of at least 64 characters
)

// Fits tells whether text has the form.
func (f Form) Fits(text string) bool {
	switch f {
	case Word:
		return len(text) <= 64 && only(text, wordByte) && digits(text) <= 8
	case Model:
		return len(text) <= 128 && only(text, modelByte) && digits(text) <= 11
	case Issued:
		return issued(text)
	case Coded:
		return len(text) >= 16 && only(text, base64Byte)
	case Padding:
		return len(text) <= 32 && only(text, base64Byte)
	case Media:
		if rest, ok := strings.CutPrefix(text, "data:"); ok {
			_, coded, ok := strings.Cut(rest, ";base64,")
			return ok && only(coded, base64Byte)
		}
		return len(text) >= 64 && only(text, base64Byte)
	default:
		return false
	}
}

var prefixes = []string{"call_", "toolu_", "srvtoolu_", "chatcmpl-", "msg_", "fc_", "file-", "file_", "resp_", "req_", "fp_"}

func issued(text string) bool {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(text, p); ok {
			return len(rest) <= 128 && only(rest, idByte)
		}
	}
	return false
}

func only(text string, ok func(byte) bool) bool {
	for i := 0; i < len(text); i++ {
		if !ok(text[i]) {
			return false
		}
	}
	return true
}

func digits(text string) int {
	n := 0
	for i := 0; i < len(text); i++ {
		if text[i] >= '0' && text[i] <= '9' {
			n++
		}
	}
	return n
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

func wordByte(c byte) bool  { return letter(c) || digit(c) || c == '_' || c == '-' || c == '.' }
func modelByte(c byte) bool { return wordByte(c) || c == '/' || c == ':' }
func idByte(c byte) bool    { return letter(c) || digit(c) || c == '_' || c == '-' }
func base64Byte(c byte) bool {
	return letter(c) || digit(c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_'
}

// Table maps the name of a field to the form in which it is not text.
type Table map[string]Form

// Opaque looks a leaf up.
func (t Table) Opaque(d *body.Doc, l body.Leaf) bool {
	if l.Key || l.Number {
		return false
	}
	form, ok := t[d.Name(l)]
	return ok && form.Fits(l.Text)
}

// Words is the set of the words of a text.
func Words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}
