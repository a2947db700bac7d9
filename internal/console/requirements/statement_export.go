// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/register"
)

// StatementFile is the statement of applicability as a file. What it is of stands in
// its head: an auditor quotes number and version.
type StatementFile struct {
	shell.FileHead
	Statement  string         `json:"statement"` // number; empty before the first
	Version    uint64         `json:"version"`
	State      string         `json:"state"`
	Approved   string         `json:"approved"` // day; empty when this is not approved
	ApprovedBy string         `json:"approved_by"`
	Of         string         `json:"of"` // "decisions" as they stand, or "approved" as frozen
	Controls   []statementRow `json:"controls"`
}

type statementRow struct {
	Control  string `json:"control"`
	Title    string `json:"title"`
	Decision string `json:"decision"`
	Reason   string `json:"reason"`
	Source   string `json:"source"`
	Status   string `json:"status"`
	Owner    string `json:"owner"`
	Needs    string `json:"relied_on_by"`
	Systems  string `json:"systems"`
	Record   string `json:"record"`
}

// exportStatement writes the decisions as they stand, or with of= the statement as
// it was approved. The export is recorded before its first byte.
func (s *Section) exportStatement(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	k, err := s.Kinds.Kind("statement")
	if err != nil {
		return err
	}
	if err := d.May(k, nil, register.Export); err != nil {
		return err
	}
	stands, err := d.statementNow()
	if err != nil {
		return err
	}
	file := StatementFile{FileHead: d.FileHead(), Of: "decisions"}
	if stands.current != nil {
		file.Statement, file.Version, file.State = stands.current.Number(), stands.current.Version, stands.current.StateOf().Label
	}
	if of := r.FormValue("of"); of != "" {
		if err := file.approved(d, stands, of); err != nil {
			return err
		}
	} else {
		file.decisions(stands)
	}
	name, err := s.Export(r, "statement-of-applicability", counterfoil.ID{})
	if err != nil {
		return err
	}
	if r.FormValue("as") == "json" {
		return shell.WriteJSON(w, name, file)
	}
	out := shell.AttachSheet(w, name, file.FileHead, []string{"statement", file.Statement}, []string{"version", strconv.FormatUint(file.Version, 10)},
		[]string{"state", file.State}, []string{"approved", file.Approved}, []string{"approved_by", file.ApprovedBy}, []string{"of", file.Of})
	out.Line([]string{"control", "title", "decision", "reason", "source", "status", "owner", "relied_on_by", "systems", "record"})
	for _, e := range file.Controls {
		out.Line([]string{e.Control, e.Title, e.Decision, e.Reason, e.Source, e.Status, e.Owner, e.Needs, e.Systems, e.Record})
	}
	out.Flush()
	return nil
}

func (f *StatementFile) decisions(s *statementNow) {
	for _, row := range s.rows {
		e := statementRow{
			Control: row.ID, Title: row.Title, Decision: "not decided", Source: shell.LinkLabels(row.Sources), Owner: row.Owner,
			Needs: shell.LinkLabels(row.Needs), Systems: shell.LinkLabels(row.Systems), Record: row.Record.Label,
		}
		if r := s.decisions[row.ID]; isDecided(r) {
			e.Decision, e.Reason, e.Status = r.Values.Text("decision"), r.Values.Text("why"), r.Values.Text("status")
		}
		f.Controls = append(f.Controls, e)
	}
}

// approved takes the rows as a statement in force froze them.
func (f *StatementFile) approved(d *desk, s *statementNow, of string) error {
	for _, r := range s.statements {
		if r.Number() != of || r.InForce == nil {
			continue
		}
		f.Of, f.Statement, f.Version, f.State = "approved", r.Number(), r.InForce.Version, r.StateOf().Label
		f.Approved, f.ApprovedBy = r.InForce.At.Format(time.DateOnly), d.Person(r.InForce.By)
		for _, row := range r.InForce.Values.Rows("rows") {
			text := func(id string) string { t, _ := row[id].(string); return t }
			f.Controls = append(f.Controls, statementRow{
				Control: text("control"), Title: strings.TrimPrefix(text("title"), text("control")+" "), Decision: text("decision"), Reason: text("why"), Source: text("source"), Status: text("status"),
			})
		}
		return nil
	}
	return shell.NotFound("No statement of this number is in force.")
}
