// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

// attachPattern is the one route that takes more than a form.
const attachPattern = "POST /records/{number}/attachments"

// uploadBytes is the largest attachment with the form around it.
const uploadBytes = register.MaxFileBytes + 1<<20

// downloadPolicy keeps what a browser shows of a download from doing anything.
const downloadPolicy = "sandbox; default-src 'none'"

func fileField() *part.Field {
	return &part.Field{
		Name: "file", Label: "Which file?", Type: "file", Required: true,
		Hint: "At most 20 MiB. Its name ends in " + strings.Join(register.FileEnds(), ", ") + ". It is kept encrypted, with its SHA-256 in the ledger.",
	}
}

// attach adds a file to a record. It stays in memory until the vault has it: nothing
// of it is written elsewhere in plain.
func (s *Section) attach(w http.ResponseWriter, r *http.Request) error {
	file, err := uploaded(r)
	if err != nil {
		return err
	}
	d, record, err := s.at(r)
	if err != nil {
		return err
	}
	_, err = s.records.Attach(r.Context(), d.Actor, record.ID, file)
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid {
		return s.showAgain(w, r, d, record, func(p *onePage) {
			if p.Add != nil {
				p.Add.Error = f.Fields["file"]
				p.FormState = part.Failed("Nothing was attached", *p.Add)
			}
		})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/records/"+record.Number()+"#attachments", http.StatusSeeOther)
	return nil
}

// uploaded reads the file of a form. One that is too large comes back a byte above
// what is allowed, for the register to refuse with its field.
func uploaded(r *http.Request) (register.File, error) {
	tooLarge := register.File{Name: "file", Bytes: make([]byte, register.MaxFileBytes+1)}
	if err := r.ParseMultipartForm(uploadBytes); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return tooLarge, nil
		}
		return register.File{}, shell.Invalid("The form cannot be read.")
	}
	piece, header, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return register.File{}, nil
	}
	if err != nil {
		return register.File{}, err
	}
	defer piece.Close()
	raw, err := io.ReadAll(io.LimitReader(piece, register.MaxFileBytes+1))
	return register.File{Name: header.Filename, Bytes: raw}, err
}

// downloadAttachment hands the bytes out, recorded, as a file to be saved: never as
// a page of this console.
func (s *Section) downloadAttachment(w http.ResponseWriter, r *http.Request) error {
	d, record, err := s.at(r)
	if err != nil {
		return err
	}
	k, n, ok := s.Kinds.ParseNumber(r.PathValue("attachment"))
	if !ok || k.ID != register.KindAttachment {
		return shell.NotFound("This record has no such attachment.")
	}
	attachment, err := d.Attachment(d.Ctx, record, n)
	if err != nil {
		return err
	}
	raw, err := d.Bytes(d.Ctx, attachment)
	if err != nil {
		return err
	}
	if err := s.Recorder.Access(r.Context(), shell.Person(r), "downloaded", attachment.ID); err != nil {
		return err
	}
	name := attachment.Values.Text("name")
	if attachment.Erased || name == "" {
		name = attachment.Number()
	}
	h := w.Header()
	h.Set("Content-Type", attachment.Values.Text("media_type"))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", downloadPolicy)
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	_, _ = w.Write(raw) // the client may have left
	return nil
}

// eraseHref is where an administrator asks for the erasure of what is erasable by
// itself; "" for others, and for what goes with a person.
func (d *desk) eraseHref(inner *register.Record) string {
	if inner.Erased || !d.At.IsZero() || inner.Subject() != inner.ID || !slices.Contains(d.Actor.Roles, identity.RoleAdministrator) {
		return ""
	}
	return "/erasures/new?" + url.Values{"target": {"part"}, "which": {inner.ID.String()}}.Encode()
}
