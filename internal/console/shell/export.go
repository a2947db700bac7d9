// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/sheet"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// Export records that the signed-in person takes something along and names the file,
// without its ending. What cannot be recorded is not handed out, so it comes before the
// first byte. About is what the file is of; zero for all of a list.
func (s *Shell) Export(r *http.Request, what string, about counterfoil.ID) (name string, err error) {
	if err := s.Recorder.Access(r.Context(), Person(r), "exported", about); err != nil {
		return "", err
	}
	return what + "-" + s.Clock.Now().Format("20060102-150405"), nil
}

// BeginSheet begins a CSV file with the heads of its columns.
func BeginSheet(w http.ResponseWriter, name string, head ...string) sheet.Sheet {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	out := sheet.New(w)
	out.Line(head)
	return out
}

// ExportSheet is Export of a whole list as a CSV file.
func (s *Shell) ExportSheet(w http.ResponseWriter, r *http.Request, what string, head ...string) (sheet.Sheet, error) {
	name, err := s.Export(r, what, counterfoil.ID{})
	if err != nil {
		return sheet.Sheet{}, err
	}
	return BeginSheet(w, name, head...), nil
}

// CutExport ends a file whose rest cannot be read: the download breaks off, so that it
// does not look complete. It does not return.
func (s *Shell) CutExport(r *http.Request, err error) {
	s.Log.ErrorContext(r.Context(), "export ended early", "error", err)
	panic(http.ErrAbortHandler)
}

// Download answers with a file.
func Download(w http.ResponseWriter, mediaType, name string, content []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(content) // the client may have left
}

// FileHead says what a file is of: the edition, the moment, the version.
type FileHead struct {
	Standard  string    `json:"standard"`
	Catalogue string    `json:"catalogue"`
	Exported  time.Time `json:"exported"`
	AsOf      time.Time `json:"as_of"`
	Origin    string    `json:"ledger"`
	Entries   uint64    `json:"entries"`
}

// FileHead is the head of an export at the moment shown.
func (d *Desk) FileHead() FileHead {
	return FileHead{standard.Edition(), standard.Version(), d.shell.Clock.Now().UTC(), d.Now().UTC(), d.shell.ledger.Origin(), d.shell.ledger.Size()}
}

// rows are the head's lines on top of a CSV.
func (h *FileHead) rows() [][]string {
	return [][]string{
		{"standard", h.Standard},
		{"catalogue", h.Catalogue},
		{"exported", h.Exported.Format(time.RFC3339)},
		{"as_of", h.AsOf.Format(time.RFC3339)},
		{"ledger", h.Origin},
		{"entries", strconv.FormatUint(h.Entries, 10)},
		{""},
	}
}

// AttachSheet begins a CSV file whose first lines say what it is of.
func AttachSheet(w http.ResponseWriter, name string, head FileHead, more ...[]string) sheet.Sheet {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	out := sheet.New(w)
	for _, row := range more {
		out.Line(row)
	}
	for _, row := range head.rows() {
		out.Line(row)
	}
	return out
}

// WriteJSON sends a whole value as a file.
func WriteJSON(w http.ResponseWriter, name string, value any) error {
	raw, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.json"`)
	_, _ = w.Write(append(raw, '\n')) // the client may have left
	return nil
}

// LinkLabels are the labels of links.
func LinkLabels(list []part.Link) string {
	texts := make([]string, len(list))
	for i := range list {
		texts[i] = list[i].Label
	}
	return strings.Join(texts, ", ")
}
