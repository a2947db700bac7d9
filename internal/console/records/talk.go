// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
)

// talk is what people added to a record: comments and attachments.
type talk struct {
	Comments []commentLine
	Say      *part.Field // to write one; nil when the person may not
	Files    []fileLine
	Add      *part.Field // to attach one
}

type commentLine struct {
	Who    string
	At     time.Time
	Text   string
	Erased bool
	Erase  string // where its erasure can be asked for
}

type fileLine struct {
	Name, Number, Href string
	Type, Size, Digest string
	Who                string
	At                 time.Time
	Erased             bool
	Erase              string
	Entry, EntryRef    string
}

// talkOf reads what belongs to a record.
func (d *desk) talkOf(record *register.Record) (talk, error) {
	t := talk{Say: sayField(), Add: fileField()}
	if d.May(record.Kind, record, register.Comment) != nil {
		t.Say = nil
	}
	if d.May(record.Kind, record, register.Attach) != nil {
		t.Add = nil
	}
	comments, err := d.Inner(d.Ctx, record, register.KindComment)
	if err != nil {
		return t, err
	}
	for _, c := range comments {
		t.Comments = append(t.Comments, commentLine{d.Person(c.Made.By), c.Made.At, c.Values.Text("text"), c.Erased, d.eraseHref(c)})
	}
	files, err := d.Inner(d.Ctx, record, register.KindAttachment)
	if err != nil {
		return t, err
	}
	for _, f := range files {
		t.Files = append(t.Files, d.fileLine(record, f))
	}
	return t, nil
}

func (d *desk) fileLine(record, f *register.Record) fileLine {
	bytes, _ := f.Values["bytes"].(int64)
	entry, _ := f.Values["content"].(int64)
	line := fileLine{
		Name: f.Values.Text("name"), Number: f.Number(), Href: d.Href("/records/" + record.Number() + "/attachments/" + f.Number()),
		Type: f.Values.Text("media_type"), Size: words.Number(bytes) + " bytes", Digest: f.Values.Text("sha256"),
		Who: d.Person(f.Made.By), At: f.Made.At, Erased: f.Erased, Erase: d.eraseHref(f), Entry: words.Number(entry), EntryRef: "/ledger/entries/" + words.Entry(counterfoil.Index(entry)),
	}
	if f.Erased {
		line.Name, line.Href = f.Number(), ""
	}
	return line
}

func sayField() *part.Field {
	return &part.Field{Name: "text", Label: "What do you want to say?", Hint: "Seen by everybody who sees this record. It stays, with your name.", Rows: 3, Required: true}
}

// say adds a comment.
func (s *Section) say(w http.ResponseWriter, r *http.Request) error {
	d, record, err := s.at(r)
	if err != nil {
		return err
	}
	text := r.PostFormValue("text")
	_, err = s.records.Comment(r.Context(), d.Actor, record.ID, text)
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid {
		return s.showAgain(w, r, d, record, func(p *onePage) {
			if p.Say != nil {
				p.Say.Value, p.Say.Error = text, f.Fields["text"]
				p.FormState = part.Failed("No comment was saved", *p.Say)
			}
		})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/records/"+record.Number()+"#comments", http.StatusSeeOther)
	return nil
}

// showAgain shows a record's page with a form that was not accepted.
func (s *Section) showAgain(w http.ResponseWriter, r *http.Request, d *desk, record *register.Record, mend func(*onePage)) error {
	p, err := s.onePage(r, d, record)
	if err != nil {
		return err
	}
	mend(p)
	return s.Render(w, http.StatusUnprocessableEntity, "record", p)
}
