// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil/internal/fakeprovider"
)

var quiet = log.New(io.Discard, "", 0)

// secretToken is what the starter rules block. It was never valid.
var secretToken = "ghp_" + strings.Repeat("Zx9Lm3Qw7", 4)

// originals are the values the starter rules mask, by the kind their
// placeholders name. All are invented or published examples.
var originals = map[string]string{
	"EMAIL":      "zoe.quill@example.com",
	"CARD":       "4111 1111 1111 1111",
	"IBAN":       "DE89 3704 0044 0532 0130 00",
	"AWS_KEY_ID": "AKIA" + "IOSFODNN7EXAMPLE",
}

// types are the same kinds as findings name them.
var types = []string{"email", "card", "iban", "aws_access_key_id"}

// marker occurs in every prompt, so a prompt left readable can be found.
const marker = "zebra-quince-marker"

// prompt holds every original, quotes, an escape and characters beyond ASCII.
var prompt = marker + ": write to " + originals["EMAIL"] + ", card " + originals["CARD"] + ",\n\"IBAN\" " + originals["IBAN"] +
	" 🎟 key " + originals["AWS_KEY_ID"] + "; again " + originals["EMAIL"] + " — é\\end"

// placeholder has the form of what takes an original's place.
var placeholder = regexp.MustCompile(`\[([A-Z][A-Z_]*)_[0-9]+\]`)

// undo puts the originals back into what the provider received.
func undo(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		if original, known := originals[placeholder.FindStringSubmatch(found)[1]]; known {
			return original
		}
		return found
	})
}

// disclosed names the originals found in a request, in any of the forms in
// which a value could leave by mistake.
func disclosed(d fakeprovider.Dump) []string {
	var found []string
	places := append([]string{d.URI, string(d.Body)}, leaves(d.Body)...)
	for _, values := range d.Header {
		places = append(places, values...)
	}
	for kind, original := range originals {
		if slices.ContainsFunc(places, func(place string) bool { return holds(place, original) }) {
			found = append(found, kind)
		}
	}
	return found
}

// holds looks for a value as it is, without its spaces, percent-encoded, in
// hexadecimal and in base64 at each alignment.
func holds(text, value string) bool {
	forms := []string{value, strings.ReplaceAll(value, " ", ""), url.QueryEscape(value), hex.EncodeToString([]byte(value))}
	for shift := range 3 {
		coded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + value))
		forms = append(forms, coded[4:len(coded)-4])
	}
	folded := strings.ToLower(text)
	return slices.ContainsFunc(forms, func(form string) bool { return strings.Contains(folded, strings.ToLower(form)) })
}

// leaves returns all strings of a JSON text, those of JSON inside strings too.
func leaves(raw []byte) []string {
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return nil
	}
	var out []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(append(out, v), leaves([]byte(v))...)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for key, item := range v {
				out = append(out, key)
				walk(item)
			}
		}
	}
	walk(value)
	return out
}

// ownHeaders are those a gateway must or may change: its own key in the place
// of the client's, the connection's, and the encoding it can read.
var ownHeaders = []string{"Authorization", "X-Api-Key", "Connection", "Keep-Alive", "Accept-Encoding", "Content-Length", "Transfer-Encoding"}

// checkDumps demands that the requests that came through the gateway are those
// of a direct call in every byte, placeholders undone, and disclose nothing.
func checkDumps(t *testing.T, direct, through []fakeprovider.Dump) {
	t.Helper()
	if len(direct) != len(through) {
		t.Fatalf("%d requests reached the provider through the gateway, %d directly", len(through), len(direct))
	}
	for i, d := range through {
		if found := disclosed(d); len(found) > 0 {
			t.Errorf("request %d discloses %v: %s", i, found, d.Body)
		}
		if strings.Contains(string(direct[i].Body), originals["EMAIL"]) && !placeholder.Match(d.Body) {
			t.Errorf("request %d has no placeholder: %s", i, d.Body)
		}
		if !carries(d.Header, providerSecret) {
			t.Errorf("request %d does not carry the provider's secret", i)
		}
		if diff := cmp.Diff(comparable(direct[i], false), comparable(d, true)); diff != "" {
			t.Errorf("request %d differs from a direct one (-direct +gateway):\n%s", i, diff)
		}
	}
}

func carries(header http.Header, secret string) bool {
	return header.Get("Authorization") == "Bearer "+secret || header.Get("X-Api-Key") == secret
}

type sent struct {
	Method, URI, Body string
	Header            http.Header
}

func comparable(d fakeprovider.Dump, through bool) sent {
	out := sent{Method: d.Method, URI: d.URI, Body: string(d.Body), Header: d.Header.Clone()}
	if through {
		out.Body = undo(out.Body)
	}
	for _, name := range ownHeaders {
		out.Header.Del(name)
	}
	return out
}
