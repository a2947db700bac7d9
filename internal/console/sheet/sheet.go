// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package sheet

import (
	"encoding/csv"
	"io"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/words"
)

// ExportRows is how many rows an export reads at a time.
const ExportRows = 1000 // read at once

// Time is a moment as exports write it.
func Time(us int64) string {
	if us == 0 {
		return ""
	}
	return words.Micros(us).Format(time.RFC3339Nano)
}

// ID is an id as exports write it; empty for none.
func ID(id counterfoil.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

// Sheet writes CSV that no spreadsheet takes for formulas.
type Sheet struct{ *csv.Writer }

// New returns a sheet that is written to w.
func New(w io.Writer) Sheet {
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180
	return Sheet{out}
}

// Line writes one line, its cells guarded against being read as formulas.
func (s Sheet) Line(cells []string) {
	guarded := make([]string, len(cells))
	for i, cell := range cells {
		guarded[i] = guard(cell)
	}
	_ = s.Write(guarded) // kept by the writer, see Error
}

// guard puts an apostrophe before what a spreadsheet would run as a formula.
func guard(cell string) string {
	if trimmed := strings.TrimLeft(cell, " \t\r\n"); trimmed != "" && strings.ContainsRune("=+-@＝＋－＠", firstRune(trimmed)) || strings.ContainsAny(cell[:min(len(cell), 1)], "\t\r\n") {
		return "'" + cell
	}
	return cell
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
