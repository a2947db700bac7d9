// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// Exported is one requirement in an export.
type Exported struct {
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

// export writes the tree with its states. The export is recorded before
// its first byte.
func (s *Section) export(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	coverage, err := d.coverage()
	if err != nil {
		return err
	}
	name, err := s.Export(r, "requirements", counterfoil.ID{})
	if err != nil {
		return err
	}
	var list []Exported
	for i := range standard.ISO42001().Requirements {
		requirement := &standard.ISO42001().Requirements[i]
		row := d.row(coverage, requirement)
		e := Exported{
			ID: requirement.ID, Kind: requirement.Kind, Group: requirement.Group, Title: requirement.Label, State: row.State.Word, Decision: row.Decision,
			Records: coverage.kept[requirement.ID] + coverage.named[requirement.ID], Gaps: coverage.gaps[requirement.ID], Serves: []string{},
		}
		if !row.OwnerUsual {
			e.Owner = row.Owner
		}
		for _, ref := range standard.Serving(s.frameworks, requirement.ID) {
			e.Serves = append(e.Serves, ref.Framework.Title+" "+ref.Item.ID)
		}
		list = append(list, e)
	}
	head := d.FileHead()
	if r.FormValue("as") == "json" {
		return shell.WriteJSON(w, name, struct {
			shell.FileHead
			Requirements []Exported `json:"requirements"`
		}{head, list})
	}
	out := shell.AttachSheet(w, name, head)
	out.Line([]string{"id", "kind", "group", "title", "state", "decision", "owner", "records", "gaps", "serves"})
	for _, e := range list {
		out.Line([]string{e.ID, e.Kind, e.Group, e.Title, e.State, e.Decision, e.Owner, strconv.FormatUint(e.Records, 10), strconv.FormatUint(e.Gaps, 10), strings.Join(e.Serves, "; ")})
	}
	out.Flush()
	return nil
}
