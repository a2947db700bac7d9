// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// upload sends a file as a form does.
func (w *world) upload(path, name string, raw []byte) *httptest.ResponseRecorder {
	w.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		w.t.Fatal(err)
	}
	_, _ = part.Write(raw)
	_ = form.Close()
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.ask(r)
}

func TestCommentsAndAttachments(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager", "administrator")
	w.post("/kinds/override", overrideForm()...)
	if a := w.post("/records/OV-001/comments", "text", "Seen <b>on</b> Tuesday"); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	if a := w.post("/records/OV-001/comments", "text", " "); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "No comment was saved") {
		t.Errorf("an empty comment: %d", a.Code)
	}
	pdf := []byte("%PDF-1.7\ntrailer\n%%EOF\n")
	if a := w.upload("/records/OV-001/attachments", "report.pdf", pdf); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	page := w.get("/records/OV-001").Body.String()
	holds(t, page, "Seen &lt;b&gt;on&lt;/b&gt; Tuesday", "report.pdf", "application/pdf", "/records/OV-001/attachments/AT-001", "ask for its erasure", "1 so far")

	file := w.get("/records/OV-001/attachments/AT-001")
	for header, want := range map[string]string{
		"Content-Type": "application/pdf", "Content-Disposition": "attachment; filename=report.pdf",
		"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
	} {
		if got := file.Header().Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if !bytes.Equal(file.Body.Bytes(), pdf) || w.accesses[len(w.accesses)-1] != "downloaded" {
		t.Errorf("%d %q, recorded %v", file.Code, file.Body, w.accesses)
	}
	w.post("/kinds/override", overrideForm()...)
	for _, path := range []string{"/records/OV-002/attachments/AT-001", "/records/OV-001/attachments/AT-002", "/records/OV-001/attachments/COM-001", "/records/AT-001"} {
		if a := w.get(path); a.Code != http.StatusNotFound {
			t.Errorf("%s answered %d", path, a.Code)
		}
	}
	w.in()
	if a := w.get("/records/OV-002/attachments/AT-001"); a.Code != http.StatusNotFound {
		t.Errorf("a download without a role: %d", a.Code)
	}
}

func TestRefusedAttachments(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	w.post("/kinds/override", overrideForm()...)
	before := len(w.log)
	for name, c := range map[string]struct {
		file string
		raw  []byte
		says string
	}{
		"page":             {"a.html", []byte("<!DOCTYPE html><script>alert(1)</script>"), "text/html"},
		"above the limit":  {"a.txt", bytes.Repeat([]byte("a"), register.MaxFileBytes+1), "larger than 20 MiB"},
		"far above it":     {"a.txt", bytes.Repeat([]byte("a"), register.MaxFileBytes+2<<20), "larger than 20 MiB"},
		"nothing":          {"a.txt", nil, "The file is empty"},
		"another name end": {"a.exe", []byte("just text"), "does not end like one"},
	} {
		a := w.upload("/records/OV-001/attachments", c.file, c.raw)
		if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), c.says) || !strings.Contains(a.Body.String(), "Nothing was attached") {
			t.Errorf("%s: %d", name, a.Code)
		}
	}
	if len(w.log) != before {
		t.Errorf("refused files left %d entries", len(w.log)-before)
	}
	if a := w.post("/records/OV-001/comments", "text", strings.Repeat("a", formBytes)); a.Code == http.StatusSeeOther {
		t.Errorf("a form as large as an attachment was taken: %d", a.Code)
	}
}

func TestHandOverOnThePage(t *testing.T) {
	w := newWorld(t)
	me := w.in("aims_manager")
	bob, err := w.register.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"name": "Bob", "email": "bob@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.register.Create(t.Context(), me, "system", register.Input{Values: kind.Values{"name": "Letters", "owner": bob.ID.String()}}); err != nil {
		t.Fatal(err)
	}
	page := "/records/SYS-001"
	holds(t, w.get(page).Body.String(), "Bob owns this record.", "Offer it to somebody")
	refused := w.post(page+"/offer", "to", "P-999")
	if refused.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d", refused.Code)
	}
	holds(t, refused.Body.String(), "Say why it changes hands", "Not offered")
	self, err := w.register.View(t.Context(), me, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	mine, err := self.Record(t.Context(), me.Person)
	if err != nil {
		t.Fatal(err)
	}
	if a := w.post(page+"/offer", "to", mine.Number(), "reason", "Bob moves on"); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	holds(t, w.get(page).Body.String(), "Offered to Ruth Osei", "Accept the record", "Decline the offer")
	if a := w.post(page + "/offer/accept"); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	holds(t, w.get(page).Body.String(), "Ruth Osei owns this record.", "accepted it and owns it now", "offered it to Ruth Osei")
	if a := w.post(page + "/offer/accept"); a.Code != http.StatusForbidden {
		t.Errorf("accepted twice: %d", a.Code)
	}
}
