// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package risks

import (
	"strconv"

	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// heatMap counts risks by likelihood and highest impact. Its geometry is reckoned
// here; the template only writes it down.
type heatMap struct {
	ID, Title, Caption string
	Text               string // what the picture shows, for who does not see it
	Columns            []axisLabel
	Rows               []heatRow
}

// axisLabel is a level of a scale where it is written.
type axisLabel struct {
	Text string
	X, Y int
}

type heatRow struct {
	axisLabel
	Cells []heatCell
}

type heatCell struct {
	X, Y, TextX, TextY int
	WordX, WordY       int
	Paint              string // class of the colour; the word of the band stands in the cell
	Band               string
	N                  string
	Any                bool
	Href               string
}

// Sizes of the map, in pixels.
const (
	cellWidth  = 96
	cellHeight = 42
	cellGap    = 3
	mapLeft    = 132
	mapTop     = 24
)

var bandPaint = map[string]string{"low": "ink-okwash", "medium": "ink-stub", "high": "ink-warnwash", "very_high": "ink-badwash", "": "ink-rule"}

// mapFields are what the figures of risks are counted by.
var mapFields = []string{"likelihood", "highest", "band", "residual_likelihood", "residual_highest", "residual_band"}

// heatMap draws one map; after tells which of the two ratings it counts.
func (d *desk) heatMap(method kind.Values, tallies []index.KeptTally, after bool) heatMap {
	m := heatMap{ID: "before", Title: "Risks before treatment"}
	at, field := 0, ""
	if after {
		m.ID, m.Title, at, field = "after", "Risks after treatment", 3, "residual_"
	}
	counts, rated, unrated := map[[2]string]uint64{}, uint64(0), uint64(0)
	for _, t := range tallies {
		if t.Values[at] == "" || t.Values[at+1] == "" {
			unrated += t.N
			continue
		}
		counts[[2]string{t.Values[at], t.Values[at+1]}] += t.N
		rated += t.N
	}
	m.Caption = words.Counted(rated, "open risk", "open risks") + ", as of " + words.Stamp(d.Now()) + ". Likelihood by highest impact. Left out: " + words.Counted(unrated, "risk", "risks") + " without this rating."
	if method.Truth("severe_people") {
		m.Caption += " A risk with an impact of 5 on people counts as high at least, whatever its cell says."
	}
	m.Text = m.Title + ": " + words.Counted(rated, "risk", "risks") + " in 25 cells; the table below has every figure."
	for impact := range 5 {
		m.Columns = append(m.Columns, axisLabel{"Impact " + strconv.Itoa(impact+1), mapLeft + impact*cellWidth + (cellWidth-cellGap)/2, 16})
	}
	risk, err := d.section.Kinds.Kind("risk")
	if err != nil {
		return m
	}
	for i := range 5 {
		likelihood := 5 - i
		y := mapTop + i*cellHeight
		row := heatRow{axisLabel: axisLabel{likelihoodWord(method, int64(likelihood)), mapLeft - 10, y + cellHeight/2 + 3}}
		for impact := 1; impact <= 5; impact++ {
			l, h := strconv.Itoa(likelihood), strconv.Itoa(impact)
			n := counts[[2]string{l, h}]
			band := register.Band(method, int64(likelihood), int64(impact))
			pairs := []string{"f." + field + "likelihood", l, "f." + field + "highest", h}
			for _, s := range shell.OpenStates(risk) {
				pairs = append(pairs, "state", s)
			}
			x := mapLeft + (impact-1)*cellWidth
			row.Cells = append(row.Cells, heatCell{x, y, x + (cellWidth-cellGap)/2, y + 29, x + 5, y + 12, bandPaint[band], shell.BandWords[band], words.Number(n), n > 0, d.Href("/kinds/risk", pairs...)})
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// likelihoodWord is what the method calls a level.
func likelihoodWord(method kind.Values, level int64) string {
	for _, row := range method.Rows("likelihood") {
		if title, ok := row["title"].(string); ok && row["level"] == level {
			return words.ClipTo(title, 18)
		}
	}
	return "Likelihood " + strconv.FormatInt(level, 10)
}
