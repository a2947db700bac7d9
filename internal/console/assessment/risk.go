// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
)

// RiskRow is a risk in a table.
type RiskRow struct {
	Href, Number, Title string
	Systems             []part.Link
	Owner               string
	Before, Now         part.Mark
	State               part.Mark
	Due                 *part.Due
	Template            bool
}

// RiskRowOf is a risk as a row.
func RiskRowOf(d *shell.Desk, r *register.Record) RiskRow {
	row := RiskRow{
		Href: d.RecordHref(r), Number: r.Number(), Title: r.Title(), Systems: d.Named(r, "systems"), State: shell.StateMark(r), Due: shell.DueOf(r, d.Now()),
		Before: BandMark(r.Values.Text("band"), r.Values.Integer("level")), Now: BandMark(r.Values.Text("residual_band"), r.Values.Integer("residual_level")),
		Template: r.Values.Truth("template"),
	}
	if !r.Owner().IsZero() {
		row.Owner = d.Person(r.Owner())
	}
	return row
}

// BandMark is a band with its level.
func BandMark(band string, level int64) part.Mark {
	switch band {
	case "":
		return part.Mark{Class: "none", Shape: "none", Word: "Not rated"}
	case "high":
		return part.Warn("High, " + words.Number(level))
	case "very_high":
		return part.Bad("Very high, " + words.Number(level))
	}
	return part.NotBegun(words.Sentence(BandWords[band]) + ", " + words.Number(level))
}

// BandWords are the bands of a risk, as people read them.
var BandWords = map[string]string{"low": "low", "medium": "medium", "high": "high", "very_high": "very high"}
