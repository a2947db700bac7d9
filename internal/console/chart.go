// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// chart is a drawing made here: geometry and paint as attributes, paint always the
// current colour, so that it works in both themes and in print. Its table follows.
type chart struct {
	ID      string // unique on the page
	Title   string
	Caption string // of how many, over which time, what is left out
	Desc    string // what one sees, in words
	Width   int
	Height  int
	Shapes  []shape
	Table   chartTable
	Open    bool // the table is short enough to stand open
}

// chartTable has the figures of a chart; the first column names the row.
type chartTable struct {
	Heads []chartHead
	Rows  [][]chartCell
}

type chartHead struct {
	Label   string
	Numeric bool
}

type chartCell struct {
	Label   string // of its column
	Text    string
	Href    string
	Mark    *mark
	Numeric bool
}

// shape is one mark of a drawing: a path, or a text.
type shape struct {
	Class  string // which ink
	D      string // of a path; empty for a text
	Fill   bool   // the path is filled, not drawn
	Dashed bool
	Heavy  bool // a thick line
	OnLine bool // drawn over the boundary of a map
	X, Y   string
	Text   string
	Size   string
	Anchor string // "start", "middle", "end"
	Weight string
	Href   string
	Says   string // what a link without text leads to
}

func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

func box(x, y, w, h float64) string {
	return fmt.Sprintf("M%s %sh%sv%sh%sz", coordinate(x), coordinate(y), coordinate(w), coordinate(h), coordinate(-w))
}

func filled(class string, x, y, w, h float64) shape {
	return shape{Class: class, D: box(x, y, w, h), Fill: true}
}

func framed(class string, x, y, w, h float64) shape { return shape{Class: class, D: box(x, y, w, h)} }

func lineShape(class string, x1, y1, x2, y2 float64) shape {
	return shape{Class: class, D: "M" + coordinate(x1) + " " + coordinate(y1) + "L" + coordinate(x2) + " " + coordinate(y2)}
}

// textShape writes at a base line.
func textShape(class string, x, y float64, size int, anchor, text string) shape {
	return shape{Class: class, X: coordinate(x), Y: coordinate(y), Size: strconv.Itoa(size), Anchor: anchor, Weight: "400", Text: text}
}

// fitted cuts a text to about the width it has, by the usual width of a letter.
func fitted(text string, width float64, size int) string {
	most := int(width / (float64(size) * 0.55))
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	runes := []rune(text)
	return string(runes[:max(most-1, 1)]) + "…"
}

// dayBar is one day of a bar chart.
type dayBar struct {
	Day          time.Time
	All, Touched uint64 // of all: masked, held or blocked
}

// barsOf draws interactions a day; the lower, darker part of a bar is what rules
// touched. Bars start at zero.
func barsOf(id string, days []dayBar, href func(time.Time) string) chart {
	const left, right, top, bottom = 44.0, 1000.0, 16.0, 100.0
	c := chart{ID: id, Title: "Interactions a day", Width: 1000, Height: 122}
	most, all, touched := uint64(0), uint64(0), uint64(0)
	for _, d := range days {
		most, all, touched = max(most, d.All), all+d.All, touched+d.Touched
	}
	c.Caption = counted(all, "interaction", "interactions") + " in " + number(len(days)) + " days, " + share(touched, all) + " masked, held or blocked: the darker part."
	c.Desc = "At most " + number(most) + " a day."
	scale := (bottom - top) / float64(max(most, 1))
	c.Shapes = append(c.Shapes, lineShape("ink-rule", left, bottom, right, bottom), textShape("ink-3", left-6, bottom+4, 11, "end", "0"))
	if most > 0 {
		c.Shapes = append(c.Shapes, lineShape("ink-rule", left, top, right, top), textShape("ink-3", left-6, top+4, 11, "end", number(most)))
	}
	step := (right - left) / float64(max(len(days), 1))
	c.Table.Heads = []chartHead{{"Day", false}, {"Interactions", true}, {"Masked, held or blocked", true}}
	for i, d := range days {
		x, whole, dark := left+float64(i)*step+2, float64(d.All)*scale, float64(d.Touched)*scale
		if d.All > 0 {
			bar := filled("ink-rule2", x, bottom-whole, step-4, whole-dark)
			bar.Href, bar.Says = href(d.Day), d.Day.Format("2 January")+": "+counted(d.All, "interaction", "interactions")
			c.Shapes = append(c.Shapes, bar, filled("ink-accent", x, bottom-dark, step-4, dark))
		}
		if i%7 == 0 {
			c.Shapes = append(c.Shapes, textShape("ink-3", x, bottom+16, 11, "start", d.Day.Format("2 Jan")))
		}
		c.Table.Rows = append(c.Table.Rows, []chartCell{
			{Label: "Day", Text: d.Day.Format("2 Jan 2006"), Href: href(d.Day)},
			{Label: "Interactions", Text: number(d.All), Numeric: true},
			{Label: "Masked, held or blocked", Text: number(d.Touched), Numeric: true},
		})
	}
	return c
}

// share is a part in per cent.
func share(part, whole uint64) string {
	if whole == 0 {
		return "none"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64) + " %"
}
