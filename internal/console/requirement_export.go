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
	"github.com/counterfoil/counterfoil/internal/standard"
)

// fileHead says what a file is of: the edition, the moment, the version.
type fileHead struct {
	Standard  string    `json:"standard"`
	Catalogue string    `json:"catalogue"`
	Exported  time.Time `json:"exported"`
	AsOf      time.Time `json:"as_of"`
	Origin    string    `json:"ledger"`
	Entries   uint64    `json:"entries"`
}

func (d *desk) fileHead() fileHead {
	return fileHead{standard.Edition(), standard.Version(), d.console.clock.Now().UTC(), d.now().UTC(), d.console.ledger.Origin(), d.console.ledger.Size()}
}

// rows are the head's lines on top of a CSV.
func (h *fileHead) rows() [][]string {
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

// requirementExport is one requirement in an export.
type requirementExport struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"`
	Group    string   `json:"group"`
	Title    string   `json:"title"`
	State    string   `json:"state"`
	Decision string   `json:"decision"` // number of the record; empty for clauses
	Owner    string   `json:"owner"`    // empty when nobody is named
	Records  uint64   `json:"records"`
	Gaps     uint64   `json:"gaps"`
	Serves   []string `json:"serves"`
}

// exportRequirements writes the tree with its states. The export is recorded before
// its first byte.
func (c *Console) exportRequirements(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	s, err := d.coverage()
	if err != nil {
		return err
	}
	if err := c.recorder.Access(r.Context(), person(r), "exported", counterfoil.ID{}); err != nil {
		return err
	}
	var list []requirementExport
	for i := range standard.ISO42001().Requirements {
		requirement := &standard.ISO42001().Requirements[i]
		row := d.requirementRow(s, requirement)
		e := requirementExport{
			ID: requirement.ID, Kind: requirement.Kind, Group: requirement.Group, Title: requirement.Label, State: row.State.Word, Decision: row.Decision,
			Records: s.kept[requirement.ID] + s.named[requirement.ID], Gaps: s.gaps[requirement.ID], Serves: []string{},
		}
		if !row.OwnerUsual {
			e.Owner = row.Owner
		}
		for _, ref := range standard.Serving(c.frameworks, requirement.ID) {
			e.Serves = append(e.Serves, ref.Framework.Title+" "+ref.Item.ID)
		}
		list = append(list, e)
	}
	head := d.fileHead()
	if r.FormValue("as") == "json" {
		return writeJSON(w, "requirements-"+head.Exported.Format("20060102-150405"), struct {
			fileHead
			Requirements []requirementExport `json:"requirements"`
		}{head, list})
	}
	out := attachSheet(w, "requirements-"+head.Exported.Format("20060102-150405"), head)
	out.write([]string{"id", "kind", "group", "title", "state", "decision", "owner", "records", "gaps", "serves"})
	for _, e := range list {
		out.write([]string{e.ID, e.Kind, e.Group, e.Title, e.State, e.Decision, e.Owner, strconv.FormatUint(e.Records, 10), strconv.FormatUint(e.Gaps, 10), strings.Join(e.Serves, "; ")})
	}
	out.Flush()
	return nil
}

// attachSheet begins a CSV file whose first lines say what it is of.
func attachSheet(w http.ResponseWriter, name string, head fileHead, more ...[]string) sheet {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	out := newSheet(w)
	for _, row := range more {
		out.write(row)
	}
	for _, row := range head.rows() {
		out.write(row)
	}
	return out
}

// writeJSON sends a whole value as a file.
func writeJSON(w http.ResponseWriter, name string, value any) error {
	raw, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.json"`)
	_, _ = w.Write(append(raw, '\n')) // the client may have left
	return nil
}
