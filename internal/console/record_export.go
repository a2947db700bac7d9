// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// exportRecords writes a filtered list as CSV or JSON, in the order shown. The
// export is recorded before its first byte.
func (c *Console) exportRecords(w http.ResponseWriter, r *http.Request) error {
	k, d, f, err := c.askedList(r, register.Export)
	if err != nil {
		return err
	}
	f.After, f.Limit = index.KeptCursor{}, exportRows
	page, err := d.List(r.Context(), f)
	if err != nil {
		return err
	}
	if err := c.recorder.Access(r.Context(), person(r), "exported", counterfoil.ID{}); err != nil {
		return err
	}
	name := strings.ReplaceAll(k.ID, "_", "-") + "-" + c.clock.Now().Format("20060102-150405")
	var write func(*register.Record)
	var done func()
	if r.FormValue("as") == "json" {
		write, done = c.jsonRecords(w, k, name)
	} else {
		write, done = c.csvRecords(w, d, k, name)
	}
	for {
		for _, record := range page.Records {
			write(record)
		}
		if f.After = page.Next; f.After.Zero() {
			break
		}
		if page, err = d.List(r.Context(), f); err != nil {
			c.log.ErrorContext(r.Context(), "export ended early", "error", err)
			panic(http.ErrAbortHandler) // a cut download, not a file that looks complete
		}
	}
	done()
	return nil
}

func (c *Console) csvRecords(w http.ResponseWriter, d *desk, k *kind.Kind, name string) (write func(*register.Record), done func()) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	out := newSheet(w)
	head := []string{"number", "state", "version", "saved", "saved_by", "approved", "due", "entry", "leaf"}
	for i := range k.Fields {
		head = append(head, k.Fields[i].ID)
	}
	out.write(head)
	return func(r *register.Record) {
		row := []string{
			r.Number(), r.State, strconv.FormatUint(r.Version, 10), r.Time.Format(time.RFC3339Nano), d.person(r.Actor), approvedAt(r), dueAt(r),
			formatIndex(r.Entry), r.Leaf.String(),
		}
		for i := range k.Fields {
			row = append(row, d.brief(&k.Fields[i], r.Values[k.Fields[i].ID]))
		}
		out.write(row)
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

// jsonRecords writes an array, one record a line.
func (c *Console) jsonRecords(w http.ResponseWriter, k *kind.Kind, name string) (write func(*register.Record), done func()) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.json"`)
	separator := "[\n"
	out := func(text []byte) { _, _ = w.Write(text) } // the client may have left
	return func(r *register.Record) {
			raw, err := json.Marshal(exported{k.ID, r.ID, r.Number(), r.Version, r.State, r.Time, r.Actor, uint64(r.Entry), r.Leaf.String(), r.Values, r.About})
			if err != nil {
				c.log.Error("export ended early", "error", err)
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

func formatIndex(i counterfoil.Index) string { return strconv.FormatUint(uint64(i), 10) }
