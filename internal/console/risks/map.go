// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package risks

import (
	"strconv"

	"github.com/counterfoil/counterfoil/internal/console/assessment"
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

	Width, Height, CellWidth, CellHeight int
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

// Sizes of the map, in pixels. It is as wide as the narrowest phone shows without
// scrolling, so what a row means stands above its cells.
const (
	mapWidth   = 325
	mapTop     = 18 // the heads of the columns
	rowHeight  = 62
	cellTop    = 18 // of a row: its label
	cellHeight = 40
	cellWidth  = mapWidth / 5
	cellGap    = 2
)

var bandPaint = map[string]string{"low": "ink-okwash", "medium": "ink-stub", "high": "ink-warnwash", "very_high": "ink-badwash", "": "ink-rule"}

// mapFields are what the figures of risks are counted by: three before treatment, then
// three after it.
var mapFields = []string{"likelihood", "highest", "band", "residual_likelihood", "residual_highest", "residual_band"}

// Where fields stand among them.
const (
	ratedBefore, bandBefore = 0, 2
	ratedAfter, bandAfter   = 3, 5
)

// heatMap draws one map; after tells which of the two ratings it counts.
func (d *desk) heatMap(method kind.Values, tallies []index.KeptTally, after bool) (heatMap, error) {
	m := heatMap{ID: "before", Title: "Risks before treatment", Width: mapWidth, Height: mapTop + 5*rowHeight, CellWidth: cellWidth - cellGap, CellHeight: cellHeight}
	at, field := ratedBefore, ""
	if after {
		m.ID, m.Title, at, field = "after", "Risks after treatment", ratedAfter, "residual_"
	}
	counts, rated, unrated := ratings(tallies, at)
	m.Caption = words.Counted(rated, "open risk", "open risks") + ", as of " + words.Stamp(d.Now()) + ". Likelihood by highest impact. Left out: " + words.Counted(unrated, "risk", "risks") + " without this rating."
	if method.Truth("severe_people") {
		m.Caption += " A risk with an impact of 5 on people counts as high at least, whatever its cell says."
	}
	m.Text = m.Title + ": " + words.Counted(rated, "risk", "risks") + " in 25 cells; the table below has every figure."
	for impact := range 5 {
		m.Columns = append(m.Columns, axisLabel{"Impact " + strconv.Itoa(impact+1), impact*cellWidth + m.CellWidth/2, 12})
	}
	risk, err := d.section.Kinds.Kind("risk")
	if err != nil {
		return m, err
	}
	var open []string
	for _, s := range shell.OpenStates(risk) {
		open = append(open, "state", s)
	}
	for i := range 5 {
		likelihood, y := int64(5-i), mapTop+i*rowHeight+cellTop
		row := heatRow{axisLabel: axisLabel{likelihoodWord(method, likelihood), 0, y - 5}}
		for impact := range 5 {
			l, h := strconv.FormatInt(likelihood, 10), strconv.Itoa(impact+1)
			n, band, x := counts[[2]string{l, h}], register.Band(method, likelihood, int64(impact)+1), impact*cellWidth
			row.Cells = append(row.Cells, heatCell{
				X: x, Y: y, TextX: x + m.CellWidth/2, TextY: y + 31, WordX: x + 5, WordY: y + 13, Paint: bandPaint[band], Band: assessment.BandWords[band],
				N: words.Number(n), Any: n > 0, Href: d.Href("/kinds/risk", append([]string{"f." + field + "likelihood", l, "f." + field + "highest", h}, open...)...),
			})
		}
		m.Rows = append(m.Rows, row)
	}
	return m, nil
}

// ratings count risks by likelihood and highest impact; at is where the two stand among
// the fields.
func ratings(tallies []index.KeptTally, at int) (counts map[[2]string]uint64, rated, unrated uint64) {
	counts = map[[2]string]uint64{}
	for _, t := range tallies {
		if t.Values[at] == "" || t.Values[at+1] == "" {
			unrated += t.N
			continue
		}
		counts[[2]string{t.Values[at], t.Values[at+1]}] += t.N
		rated += t.N
	}
	return counts, rated, unrated
}

// likelihoodWord is what the method calls a level.
func likelihoodWord(method kind.Values, level int64) string {
	for _, row := range method.Rows("likelihood") {
		if title, ok := row["title"].(string); ok && row["level"] == level {
			return words.ClipTo(title, 48)
		}
	}
	return "Likelihood " + strconv.FormatInt(level, 10)
}
