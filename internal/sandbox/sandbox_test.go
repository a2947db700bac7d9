// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestAnswersRepeatWhatArrivedAndSayWhatTheyAre(t *testing.T) {
	bodies := map[string]string{
		"/v1/chat/completions": `{"model":"m","stream":%,"messages":[{"role":"system","content":"no"},{"role":"user","content":[{"type":"text","text":"[EMAIL_1] hello"}]}]}`,
		"/v1/messages":         `{"model":"m","stream":%,"messages":[{"role":"user","content":"[EMAIL_1] hello"}]}`,
	}
	for path, body := range bodies {
		for _, stream := range []string{"false", "true"} {
			r, err := http.NewRequest(http.MethodPost, "http://sandbox"+path, strings.NewReader(strings.Replace(body, "%", stream, 1)))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := Transport{}.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d, %v", path, resp.StatusCode, err)
			}
			for _, want := range []string{"[EMAIL_1]", "hello", "offline"} {
				if !strings.Contains(string(raw), want) {
					t.Errorf("%s stream=%s: no %q in %s", path, stream, want, raw)
				}
			}
			if resp.Header.Get("Counterfoil-Sandbox") != "offline" {
				t.Error("not labelled")
			}
		}
	}
}

func TestUnknownRoutesAndBodiesAreRefused(t *testing.T) {
	for path, status := range map[string]int{"/v1/files": http.StatusNotFound, "/v1/messages": http.StatusBadRequest} {
		r, err := http.NewRequest(http.MethodPost, "http://sandbox"+path, strings.NewReader("{broken"))
		if err != nil {
			t.Fatal(err)
		}
		if path == "/v1/files" {
			r.Body = http.NoBody
		}
		if resp, err := (Transport{}).RoundTrip(r); err != nil || resp.StatusCode != status {
			t.Errorf("%s: %v, %v", path, resp, err)
		}
	}
}
