// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
)

// talk is what people added to a record: comments and attachments.
type talk struct {
	Comments []commentLine
	Say      *field // to write one; nil when the person may not
	Files    []fileLine
	Add      *field // to attach one
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
	comments, err := d.Inner(d.ctx, record, register.KindComment)
	if err != nil {
		return t, err
	}
	for _, c := range comments {
		t.Comments = append(t.Comments, commentLine{d.person(c.Made.By), c.Made.At, c.Values.Text("text"), c.Erased, d.eraseHref(c)})
	}
	files, err := d.Inner(d.ctx, record, register.KindAttachment)
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
		Name: f.Values.Text("name"), Number: f.Number(), Href: d.href("/records/" + record.Number() + "/attachments/" + f.Number()),
		Type: f.Values.Text("media_type"), Size: number(bytes) + " bytes", Digest: f.Values.Text("sha256"),
		Who: d.person(f.Made.By), At: f.Made.At, Erased: f.Erased, Erase: d.eraseHref(f), Entry: number(entry), EntryRef: "/ledger/entries/" + formatIndex(counterfoil.Index(entry)),
	}
	if f.Erased {
		line.Name, line.Href = f.Number(), ""
	}
	return line
}

func sayField() *field {
	return &field{Name: "text", Label: "What do you want to say?", Hint: "Seen by everybody who sees this record. It stays, with your name.", Rows: 3, Required: true}
}

// say adds a comment.
func (c *Console) say(w http.ResponseWriter, r *http.Request) error {
	d, record, err := c.at(r)
	if err != nil {
		return err
	}
	text := r.PostFormValue("text")
	_, err = c.records.Comment(r.Context(), d.actor, record.ID, text)
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid {
		return c.recordAgain(w, r, d, record, func(p *recordPage) {
			if p.Say != nil {
				p.Say.Value, p.Say.Error = text, f.Fields["text"]
				p.formState = failed("No comment was saved", *p.Say)
			}
		})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/records/"+record.Number()+"#comments", http.StatusSeeOther)
	return nil
}

// at finds the desk and the record a form on a record's page is about.
func (c *Console) at(r *http.Request) (*desk, *register.Record, error) {
	d, err := c.desk(r)
	if err != nil {
		return nil, nil, err
	}
	record, err := d.recordOf(r)
	return d, record, err
}

// recordAgain shows a record's page with a form that was not accepted.
func (c *Console) recordAgain(w http.ResponseWriter, r *http.Request, d *desk, record *register.Record, mend func(*recordPage)) error {
	p, err := c.recordPage(r, d, record)
	if err != nil {
		return err
	}
	mend(p)
	return c.render(w, http.StatusUnprocessableEntity, "record", p)
}
