// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package part

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/counterfoil/counterfoil/internal/console/words"
)

// Chart is a drawing made here: geometry and paint as attributes, paint always the
// current colour, so that it works in both themes and in print. Its table follows.
type Chart struct {
	ID      string // unique on the page
	Title   string
	Caption string // of how many, over which time, what is left out
	Desc    string // what one sees, in words
	Width   int
	Height  int
	Shapes  []Shape
	Table   chartTable
	Open    bool // the table is short enough to stand open
}

// chartTable has the figures of a chart; the first column names the row.
type chartTable struct {
	Heads []ChartHead
	Rows  [][]ChartCell
}

// ChartHead heads a column.
type ChartHead struct {
	Label   string
	Numeric bool
}

// ChartCell is a figure, a text with its address, or a mark.
type ChartCell struct {
	Label   string // of its column
	Text    string
	Href    string
	Mark    *Mark
	Numeric bool
}

// Shape is one mark of a drawing: a path, or a text.
type Shape struct {
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

// Filled is a box filled with an ink.
func Filled(class string, x, y, w, h float64) Shape {
	return Shape{Class: class, D: box(x, y, w, h), Fill: true}
}

// Framed is the outline of a box.
func Framed(class string, x, y, w, h float64) Shape { return Shape{Class: class, D: box(x, y, w, h)} }

// LineShape is a straight line.
func LineShape(class string, x1, y1, x2, y2 float64) Shape {
	return Shape{Class: class, D: "M" + coordinate(x1) + " " + coordinate(y1) + "L" + coordinate(x2) + " " + coordinate(y2)}
}

// TextShape writes at a base line.
func TextShape(class string, x, y float64, size int, anchor, text string) Shape {
	return Shape{Class: class, X: coordinate(x), Y: coordinate(y), Size: strconv.Itoa(size), Anchor: anchor, Weight: "400", Text: text}
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

// DayBar is one day of a bar chart.
type DayBar struct {
	Day          time.Time
	All, Touched uint64 // of all: masked, held or blocked
}

// BarsOf draws interactions a day; the lower, darker part of a bar is what rules
// touched. Bars start at zero.
func BarsOf(id string, days []DayBar, href func(time.Time) string) Chart {
	const left, right, top, bottom = 44.0, 1000.0, 16.0, 100.0
	c := Chart{ID: id, Title: "Interactions a day", Width: 1000, Height: 122}
	most, all, touched := uint64(0), uint64(0), uint64(0)
	for _, d := range days {
		most, all, touched = max(most, d.All), all+d.All, touched+d.Touched
	}
	c.Caption = words.Counted(all, "interaction", "interactions") + " in " + words.Number(len(days)) + " days, " + words.Share(touched, all) + " masked, held or blocked: the darker part."
	c.Desc = "At most " + words.Number(most) + " a day."
	scale := (bottom - top) / float64(max(most, 1))
	c.Shapes = append(c.Shapes, LineShape("ink-rule", left, bottom, right, bottom), TextShape("ink-3", left-6, bottom+4, 11, "end", "0"))
	if most > 0 {
		c.Shapes = append(c.Shapes, LineShape("ink-rule", left, top, right, top), TextShape("ink-3", left-6, top+4, 11, "end", words.Number(most)))
	}
	step := (right - left) / float64(max(len(days), 1))
	c.Table.Heads = []ChartHead{{"Day", false}, {"Interactions", true}, {"Masked, held or blocked", true}}
	for i, d := range days {
		x, whole, dark := left+float64(i)*step+2, float64(d.All)*scale, float64(d.Touched)*scale
		if d.All > 0 {
			bar := Filled("ink-rule2", x, bottom-whole, step-4, whole-dark)
			bar.Href, bar.Says = href(d.Day), d.Day.Format("2 January")+": "+words.Counted(d.All, "interaction", "interactions")
			c.Shapes = append(c.Shapes, bar, Filled("ink-accent", x, bottom-dark, step-4, dark))
		}
		if i%7 == 0 {
			c.Shapes = append(c.Shapes, TextShape("ink-3", x, bottom+16, 11, "start", d.Day.Format("2 Jan")))
		}
		c.Table.Rows = append(c.Table.Rows, []ChartCell{
			{Label: "Day", Text: d.Day.Format("2 Jan 2006"), Href: href(d.Day)},
			{Label: "Interactions", Text: words.Number(d.All), Numeric: true},
			{Label: "Masked, held or blocked", Text: words.Number(d.Touched), Numeric: true},
		})
	}
	return c
}
