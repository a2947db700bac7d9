// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestCommentsAndAttachments(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager", "administrator")
	w.Post("/kinds/override", consoletest.OverrideForm()...)
	if a := w.Post("/records/OV-001/comments", "text", "Seen <b>on</b> Tuesday"); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	if a := w.Post("/records/OV-001/comments", "text", " "); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "No comment was saved") {
		t.Errorf("an empty comment: %d", a.Code)
	}
	pdf := []byte("%PDF-1.7\ntrailer\n%%EOF\n")
	if a := w.Upload("/records/OV-001/attachments", "report.pdf", pdf); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	page := w.Get("/records/OV-001").Body.String()
	consoletest.Holds(t, page, "Seen &lt;b&gt;on&lt;/b&gt; Tuesday", "report.pdf", "application/pdf", "/records/OV-001/attachments/AT-001", "ask for its erasure", "1 so far")

	file := w.Get("/records/OV-001/attachments/AT-001")
	for header, want := range map[string]string{
		"Content-Type": "application/pdf", "Content-Disposition": "attachment; filename=report.pdf",
		"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
	} {
		if got := file.Header().Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if !bytes.Equal(file.Body.Bytes(), pdf) || w.Accesses[len(w.Accesses)-1] != "downloaded" {
		t.Errorf("%d %q, recorded %v", file.Code, file.Body, w.Accesses)
	}
	w.Post("/kinds/override", consoletest.OverrideForm()...)
	for _, path := range []string{"/records/OV-002/attachments/AT-001", "/records/OV-001/attachments/AT-002", "/records/OV-001/attachments/COM-001", "/records/AT-001"} {
		if a := w.Get(path); a.Code != http.StatusNotFound {
			t.Errorf("%s answered %d", path, a.Code)
		}
	}
	w.In()
	if a := w.Get("/records/OV-002/attachments/AT-001"); a.Code != http.StatusNotFound {
		t.Errorf("a download without a role: %d", a.Code)
	}
}

func TestRefusedAttachments(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Post("/kinds/override", consoletest.OverrideForm()...)
	before := len(w.Log)
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
		a := w.Upload("/records/OV-001/attachments", c.file, c.raw)
		if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), c.says) || !strings.Contains(a.Body.String(), "Nothing was attached") {
			t.Errorf("%s: %d", name, a.Code)
		}
	}
	if len(w.Log) != before {
		t.Errorf("refused files left %d entries", len(w.Log)-before)
	}
	if a := w.Post("/records/OV-001/comments", "text", strings.Repeat("a", 262144)); a.Code == http.StatusSeeOther {
		t.Errorf("a form as large as an attachment was taken: %d", a.Code)
	}
}

func TestHandOverOnThePage(t *testing.T) {
	w := consoletest.New(t)
	me := w.In("aims_manager")
	bob, err := w.Register.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"name": "Bob", "email": "bob@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Register.Create(t.Context(), me, "system", register.Input{Values: kind.Values{"name": "Letters", "owner": bob.ID.String()}}); err != nil {
		t.Fatal(err)
	}
	page := "/records/SYS-001"
	consoletest.Holds(t, w.Get(page).Body.String(), "Bob owns this record.", "Offer it to somebody")
	refused := w.Post(page+"/offer", "to", "P-999")
	if refused.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d", refused.Code)
	}
	consoletest.Holds(t, refused.Body.String(), "Say why it changes hands", "Not offered")
	self, err := w.Register.View(t.Context(), me, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	mine, err := self.Record(t.Context(), me.Person)
	if err != nil {
		t.Fatal(err)
	}
	if a := w.Post(page+"/offer", "to", mine.Number(), "reason", "Bob moves on"); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	consoletest.Holds(t, w.Get(page).Body.String(), "Offered to Ruth Osei", "Accept the record", "Decline the offer")
	if a := w.Post(page + "/offer/accept"); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	consoletest.Holds(t, w.Get(page).Body.String(), "Ruth Osei owns this record.", "accepted it and owns it now", "offered it to Ruth Osei")
	if a := w.Post(page + "/offer/accept"); a.Code != http.StatusForbidden {
		t.Errorf("accepted twice: %d", a.Code)
	}
}
