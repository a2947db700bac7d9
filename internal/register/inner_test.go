// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// zipped is an archive with files of the names.
func zipped(names ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		f, _ := w.Create(name) // into memory
		_, _ = f.Write([]byte("x"))
	}
	_ = w.Close()
	return b.Bytes()
}

var (
	onePDF = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
	onePNG = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00")
)

func TestFilesAreCheckedByContent(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "aims_manager")
	about, err := w.Create(t.Context(), ann, "override", register.Input{Values: override("Because")})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file    register.File
		refused string // part of the refusal; "" is accepted
		name    string
	}{
		"pdf":                 {file: register.File{Name: `C:\Users\ann\report.pdf`, Bytes: onePDF}, name: "report.pdf"},
		"picture":             {file: register.File{Name: "../../photo.PNG", Bytes: onePNG}, name: "photo.PNG"},
		"text":                {file: register.File{Name: "notes\u202etxt.md", Bytes: []byte("# Notes\nAll fine.\n")}, name: "notestxt.md"},
		"document":            {file: register.File{Name: "plan.docx", Bytes: zipped("[Content_Types].xml", "word/document.xml")}, name: "plan.docx"},
		"document with macro": {file: register.File{Name: "plan.docx", Bytes: zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")}, refused: "macros"},
		"page as text":        {file: register.File{Name: "notes.txt", Bytes: []byte("<!DOCTYPE html><html><script>alert(1)</script>")}, refused: "text/html"},
		"drawing":             {file: register.File{Name: "a.png", Bytes: []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`)}, refused: "image/svg+xml"},
		"program":             {file: register.File{Name: "a.pdf", Bytes: append([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00>\x00"), make([]byte, 64)...)}, refused: "cannot be attached"},
		"archive":             {file: register.File{Name: "a.zip", Bytes: zipped("a.txt")}, refused: "application/zip"},
		"wrong end":           {file: register.File{Name: "report.exe", Bytes: onePDF}, refused: "does not end like one"},
		"empty":               {file: register.File{Name: "a.txt"}, refused: "empty"},
		"none":                {refused: "Choose a file"},
		"too large":           {file: register.File{Name: "a.txt", Bytes: bytes.Repeat([]byte("a"), register.MaxFileBytes+1)}, refused: "20 MiB"},
	} {
		before := len(w.contents)
		a, err := w.Attach(t.Context(), ann, about.ID, c.file)
		if c.refused != "" {
			if f, ok := fault.As(err); !ok || !strings.Contains(f.Fields["file"], c.refused) || len(w.contents) != before {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || a.Values.Text("name") != c.name {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

// TestInnerRecords: comments and attachments are seen with the record they belong to
// and by nobody else, and are erased by themselves.
func TestInnerRecords(t *testing.T) {
	w := newWorld(t)
	ann, stranger := w.person("ann", "aims_manager"), w.person("eve")
	about, err := w.Create(t.Context(), ann, "override", register.Input{Values: override("Because")})
	if err != nil {
		t.Fatal(err)
	}
	early := w.clock.Now()
	w.clock.Advance(time.Hour)
	if _, err := w.Comment(t.Context(), ann, about.ID, " "); err == nil {
		t.Error("an empty comment was saved")
	}
	if _, err := w.Comment(t.Context(), stranger, about.ID, "Hello"); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("a comment on a record out of reach: %v", err)
	}
	comment, err := w.Comment(t.Context(), ann, about.ID, "Seen on Tuesday")
	if err != nil || comment.Made.By != ann.Person {
		t.Fatalf("%+v, %v", comment, err)
	}
	attached, err := w.Attach(t.Context(), ann, about.ID, register.File{Name: "report.pdf", Bytes: onePDF})
	sum := sha256.Sum256(onePDF)
	if err != nil || attached.Values.Text("sha256") != hex.EncodeToString(sum[:]) || attached.Values.Text("media_type") != "application/pdf" {
		t.Fatalf("%+v, %v", attached, err)
	}
	for _, body := range w.bodies {
		if bytes.Contains(body, []byte("Tuesday")) || bytes.Contains(body, []byte("report.pdf")) {
			t.Errorf("a body holds what is erasable: %s", body)
		}
	}
	v := w.view(ann, time.Time{})
	if list, err := v.Inner(t.Context(), about, "comment"); err != nil || len(list) != 1 || list[0].Values.Text("text") != "Seen on Tuesday" {
		t.Errorf("comments: %+v, %v", list, err)
	}
	if list, err := w.view(ann, early).Inner(t.Context(), about, "comment"); err != nil || len(list) != 0 {
		t.Errorf("comments before there were any: %+v, %v", list, err)
	}
	if links, err := v.Links(t.Context(), about); err != nil || len(links) != 0 {
		t.Errorf("inner records stand among the links: %+v, %v", links, err)
	}
	if _, err := v.Record(t.Context(), comment.ID); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("a comment was read past its record: %v", err)
	}
	if _, err := w.view(stranger, time.Time{}).Inner(t.Context(), about, "comment"); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("comments of a record out of reach: %v", err)
	}
	if raw, err := v.Bytes(t.Context(), attached); err != nil || !bytes.Equal(raw, onePDF) {
		t.Errorf("%q, %v", raw, err)
	}
	w.erase(attached.ID)
	list, err := v.Inner(t.Context(), about, "attachment")
	if err != nil || len(list) != 1 || !list[0].Erased || list[0].Values.Text("name") != "" || list[0].Values.Text("sha256") == "" {
		t.Errorf("after the erasure: %+v, %v", list, err)
	}
	if _, err := v.Bytes(t.Context(), attached); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("erased content: %v", err)
	}
}

// TestInnerRecordsGoWithThePerson: what belongs to somebody's record is erased with them.
func TestInnerRecordsGoWithThePerson(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.person("ann", "aims_manager"), w.person("bob")
	if _, err := w.Comment(t.Context(), ann, bob.Person, "Speaks three languages"); err != nil {
		t.Fatal(err)
	}
	file, err := w.Attach(t.Context(), ann, bob.Person, register.File{Name: "cv.pdf", Bytes: onePDF})
	if err != nil {
		t.Fatal(err)
	}
	w.erase(bob.Person)
	v := w.view(ann, time.Time{})
	record, err := v.Record(t.Context(), bob.Person)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"comment", "attachment"} {
		list, err := v.Inner(t.Context(), record, id)
		if err != nil || len(list) != 1 || !list[0].Erased {
			t.Errorf("%s: %+v, %v", id, list, err)
		}
	}
	if _, err := v.Bytes(t.Context(), file); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("content of an erased person: %v", err)
	}
}

// TestInnerRecordsGoWithTheReporter: who reported from outside, or stays unnamed, is no
// person of the register; what belongs to their report is erased with it.
func TestInnerRecordsGoWithTheReporter(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "aims_manager")
	for name, values := range map[string]kind.Values{
		"report":  {"title": "A harsh letter", "says": "It was harsh.", "reporter": "A policyholder"},
		"concern": {"title": "Speed is counted", "says": "By person.", "handlers": []string{ann.Person.String()}},
	} {
		about, err := w.Create(t.Context(), register.For(ann.Person), name, register.Input{Values: values})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Comment(t.Context(), ann, about.ID, "Lives in Leeds"); err != nil {
			t.Fatal(err)
		}
		file, err := w.Attach(t.Context(), ann, about.ID, register.File{Name: "letter.pdf", Bytes: onePDF})
		if err != nil {
			t.Fatal(err)
		}
		w.erase(about.ID)
		v := w.view(ann, time.Time{})
		for _, id := range []string{"comment", "attachment"} {
			list, err := v.Inner(t.Context(), about, id)
			if err != nil || len(list) != 1 || !list[0].Erased {
				t.Errorf("%s of a %s: %+v, %v", id, name, list, err)
			}
		}
		if _, err := v.Bytes(t.Context(), file); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("content of an erased %s: %v", name, err)
		}
	}
}
