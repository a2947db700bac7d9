// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package risks

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// trendPage is how many risks were open in each band at the end of each month.
type trendPage struct {
	shell.Page
	Lead  string
	Tabs  []part.Link
	Stub  []part.Fact
	Bands []string
	Rows  []trendRow
	Lines []trendLine
	Ticks []axisLabel
	Most  string
}

type trendRow struct {
	Label  string
	Href   string // the entry Risk as of then
	Counts []string
	Total  string
}

// trendLine is one band over the months, as the points of a line.
type trendLine struct {
	Band, Paint, Points, Dash string
	End                       axisLabel
}

// trendMonths is how far back the trend goes.
const trendMonths = 12

var trendBands = []struct{ id, label, paint, dash string }{
	{"very_high", "Very high", "ink-bad", ""}, {"high", "High", "ink-warn", "8 3"}, {"medium", "Medium", "ink-accent", "3 3"}, {"low", "Low", "ink-none", "1 3"}, {"", "Not rated", "ink-3", "6 2 1 2"},
}

// showTrend recounts the register at the end of each month, from its history.
func (s *Section) showTrend(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	k, err := s.Kinds.Kind("risk")
	if err != nil {
		return err
	}
	spans, err := d.Spans(d.Ctx, k.ID, mapFields...)
	if err != nil {
		return err
	}
	p := trendPage{Page: d.Page(r, "Risks over time", "risk"), Tabs: d.tabs("trend")}
	p.Lead = "Open risks by band at the end of each month, recounted from every version that stood then. A risk counts by what remains once that is rated, before that by its level untreated."
	for _, b := range trendBands {
		p.Bands = append(p.Bands, b.label)
	}
	p.Stub = []part.Fact{{Label: "Months", Value: words.Number(trendMonths)}, {Label: "Versions counted", Value: words.Number(len(spans))}, {Label: "Method", Value: "Each risk by the method it was rated by"}}
	moments := monthEnds(d.Now())
	counts := make([][]uint64, len(moments))
	for i, at := range moments {
		counts[i] = standingAt(k, spans, at)
		p.Rows = append(p.Rows, trendRowOf(at, counts[i]))
	}
	p.draw(counts, moments)
	slices.Reverse(p.Rows)
	return s.Render(w, http.StatusOK, "risk_trend", &p)
}

// monthEnds are the ends of the months before a moment, and the moment.
func monthEnds(now time.Time) []time.Time {
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	var list []time.Time
	for i := trendMonths - 2; i >= 0; i-- {
		list = append(list, first.AddDate(0, -i, 0).Add(-time.Microsecond))
	}
	return append(list, now)
}

// standingAt counts the open versions that stood at a moment, by band.
func standingAt(k *kind.Kind, spans []index.KeptSpan, at time.Time) []uint64 {
	counts := make([]uint64, len(trendBands))
	ends := map[uint64]bool{} // entries that had been written by then
	for _, s := range spans {
		if s.From <= at.UnixMicro() {
			ends[uint64(s.Entry)] = true
		}
	}
	for _, s := range spans {
		if !ends[uint64(s.Entry)] || ends[uint64(s.Until)] && s.Until != 0 {
			continue
		}
		if state, ok := k.State(s.State); ok && state.Ends {
			continue
		}
		for i, b := range trendBands {
			if b.id == bandNow(s.Values) {
				counts[i]++
			}
		}
	}
	return counts
}

func trendRowOf(at time.Time, counts []uint64) trendRow {
	row := trendRow{Label: at.Format("2 Jan 2006"), Href: "/risk?at=" + at.Format("2006-01-02T15:04:05Z")}
	total := uint64(0)
	for _, n := range counts {
		row.Counts = append(row.Counts, words.Number(n))
		total += n
	}
	row.Total = words.Number(total)
	return row
}

// Sizes of the picture, in pixels.
const (
	trendLeft, trendTop   = 40, 16
	trendWidth, trendHigh = 560, 180
)

// draw reckons the lines; the axis begins at zero.
func (p *trendPage) draw(counts [][]uint64, moments []time.Time) {
	most := uint64(1)
	for _, month := range counts {
		most = max(most, slices.Max(month))
	}
	p.Most = words.Number(most)
	x := func(i int) int { return trendLeft + i*trendWidth/(len(moments)-1) }
	y := func(n uint64) int { return trendTop + trendHigh - int(n)*trendHigh/int(most) }
	for b, band := range trendBands {
		var points []string
		any := false
		for i := range counts {
			points = append(points, fmt.Sprintf("%d,%d", x(i), y(counts[i][b])))
			any = any || counts[i][b] > 0
		}
		if !any {
			continue
		}
		last := counts[len(counts)-1][b]
		line := trendLine{Band: band.label, Paint: band.paint, Dash: band.dash, Points: strings.Join(points, " "), End: axisLabel{band.label + " " + words.Number(last), x(len(moments)-1) + 8, y(last) + 4}}
		line.End.Y = p.free(line.End.Y)
		p.Lines = append(p.Lines, line)
	}
	for i, at := range moments {
		if i%2 == 1 {
			p.Ticks = append(p.Ticks, axisLabel{at.Format("Jan 06"), x(i), trendTop + trendHigh + 18})
		}
	}
}

// free is the lowest place at or above y where a label covers no other.
func (p *trendPage) free(y int) int {
	for slices.ContainsFunc(p.Lines, func(l trendLine) bool { return y-l.End.Y < 14 && l.End.Y-y < 14 }) {
		y--
	}
	return y
}
