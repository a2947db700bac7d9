// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/sheet"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// export writes a filtered list as CSV or JSON, in the order shown. The
// export is recorded before its first byte.
func (s *Section) export(w http.ResponseWriter, r *http.Request) error {
	k, d, f, err := s.askedList(r, register.Export)
	if err != nil {
		return err
	}
	f.After, f.Limit = index.KeptCursor{}, sheet.ExportRows
	page, err := d.List(r.Context(), f)
	if err != nil {
		return err
	}
	name, err := s.Export(r, strings.ReplaceAll(k.ID, "_", "-"), counterfoil.ID{})
	if err != nil {
		return err
	}
	var write func(*register.Record)
	var done func()
	if r.FormValue("as") == "json" {
		write, done = s.exportJSON(w, k, name)
	} else {
		write, done = s.exportCSV(w, d, k, name)
	}
	for {
		for _, record := range page.Records {
			write(record)
		}
		if f.After = page.Next; f.After.Zero() {
			break
		}
		if page, err = d.List(r.Context(), f); err != nil {
			s.CutExport(r, err)
		}
	}
	done()
	return nil
}

func (s *Section) exportCSV(w http.ResponseWriter, d *desk, k *kind.Kind, name string) (write func(*register.Record), done func()) {
	head := []string{"number", "state", "version", "saved", "saved_by", "approved", "due", "entry", "leaf"}
	for i := range k.Fields {
		head = append(head, k.Fields[i].ID)
	}
	out := shell.BeginSheet(w, name, head...)
	return func(r *register.Record) {
		row := []string{
			r.Number(), r.State, strconv.FormatUint(r.Version, 10), r.Time.Format(time.RFC3339Nano), d.Person(r.Actor), approvedAt(r), dueAt(r),
			words.Entry(r.Entry), r.Leaf.String(),
		}
		for i := range k.Fields {
			row = append(row, d.Brief(&k.Fields[i], r.Values[k.Fields[i].ID]))
		}
		out.Line(row)
	}, func() { out.Flush() }
}

func approvedAt(r *register.Record) string {
	if r.Approval == nil {
		return ""
	}
	return r.Approval.At.Format(time.RFC3339Nano)
}

func dueAt(r *register.Record) string {
	if len(r.Dues) == 0 {
		return ""
	}
	return r.Dues[0].At.Format(time.RFC3339)
}

// exported is a record as JSON gives it away: its values as their schema says.
type exported struct {
	Kind    string         `json:"kind"`
	ID      counterfoil.ID `json:"id"`
	Number  string         `json:"number"`
	Version uint64         `json:"version"`
	State   string         `json:"state"`
	Saved   time.Time      `json:"saved"`
	By      counterfoil.ID `json:"by"`
	Entry   uint64         `json:"entry"`
	Leaf    string         `json:"leaf"`
	Values  kind.Values    `json:"values"`
	register.About
}

// exportJSON writes an array, one record a line.
func (s *Section) exportJSON(w http.ResponseWriter, k *kind.Kind, name string) (write func(*register.Record), done func()) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.json"`)
	separator := "[\n"
	out := func(text []byte) { _, _ = w.Write(text) } // the client may have left
	return func(r *register.Record) {
			raw, err := json.Marshal(exported{k.ID, r.ID, r.Number(), r.Version, r.State, r.Time, r.Actor, uint64(r.Entry), r.Leaf.String(), r.Values, r.About})
			if err != nil {
				s.Log.Error("export ended early", "error", err)
				panic(http.ErrAbortHandler)
			}
			out([]byte(separator))
			out(raw)
			separator = ",\n"
		}, func() {
			if separator == "[\n" {
				out([]byte("["))
			}
			out([]byte("\n]\n"))
		}
}
