// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package consoletest

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
)

// Holds reports each text that a page lacks.
func Holds(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
}

// Upload sends a file as a form does.
func (w *World) Upload(path, name string, raw []byte) *httptest.ResponseRecorder {
	w.T.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	piece, err := form.CreateFormFile("file", name)
	if err != nil {
		w.T.Fatal(err)
	}
	_, _ = piece.Write(raw)
	_ = form.Close()
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.Ask(r)
}

// OverrideForm is a form of an override with everything filled in; pairs follow and win.
func OverrideForm(pairs ...string) []string {
	return append([]string{
		"record", "R-001", "move", "accept", "guards", "limit", "why", "Tests are late", "measure", "A weekly look", "until", "2026-12-24",
	}, pairs...)
}
