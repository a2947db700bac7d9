// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package part

import (
	"github.com/counterfoil/counterfoil/internal/console/words"
)

// GraphNode is an object of a relation graph.
type GraphNode struct {
	Column int // one of the graph's columns
	Text   string
	Sub    string // its state, in a word
	Href   string
	Class  string // ink of the frame: "ink-rule2", "ink-warn", "ink-bad"
	Dashed bool   // seen, not declared

	Kind, Relation string // for the table
	State          Mark
}

// GraphEdge joins two nodes by their places in the list; -1 is the centre.
type GraphEdge struct{ From, To int }

// Measures of a graph. A column holds no more than fits without losing the overview.
const (
	nodeWidth, nodeHeight = 180.0, 44.0
	columnStep            = 218.0
	nodeStep              = 58.0
	columnMost            = 7
	firstNode             = 28.0
)

// GraphOf draws objects in columns around one in the centre column. Objects that a
// column has no room for are counted there and stand in the table.
func GraphOf(id, title string, columns []string, centre int, name GraphNode, nodes []GraphNode, edges []GraphEdge) Chart {
	c := Chart{ID: id, Title: title, Width: int(float64(len(columns)-1)*columnStep+nodeWidth) + 1}
	rows := make([]int, len(columns))
	place := make([]int, len(nodes)) // row of each node, -1 when left out
	for i := range nodes {
		place[i] = -1
		if at := nodes[i].Column; rows[at] < columnMost {
			place[i] = rows[at]
		}
		rows[nodes[i].Column]++
	}
	tallest := 1
	for _, n := range rows {
		tallest = max(tallest, min(n, columnMost+1))
	}
	height := 24 + float64(tallest)*nodeStep
	c.Height = int(height) + 4
	middle := 24 + (height-24)/2 - nodeHeight/2
	corner := func(i int) (x, y float64) {
		if i < 0 {
			return float64(centre) * columnStep, middle
		}
		return float64(nodes[i].Column) * columnStep, firstNode + float64(place[i])*nodeStep
	}
	for i, label := range columns {
		c.Shapes = append(c.Shapes, TextShape("ink-3", float64(i)*columnStep, 14, 12, "start", label))
		if left := rows[i] - columnMost; left > 0 {
			c.Shapes = append(c.Shapes, TextShape("ink-3", float64(i)*columnStep, firstNode+columnMost*nodeStep+20, 12, "start", "and "+words.Number(left)+" more below"))
		}
	}
	for _, e := range edges {
		if e.From >= 0 && place[e.From] < 0 || e.To >= 0 && place[e.To] < 0 {
			continue
		}
		c.Shapes = append(c.Shapes, edgeShape(corner, e, nodes, func(column, row int) bool { return row < min(rows[column], columnMost) }))
	}
	c.Shapes = append(c.Shapes, nodeShapes(name, float64(centre)*columnStep, middle)...)
	drawn := 0
	for i := range nodes {
		if place[i] < 0 {
			continue
		}
		drawn++
		x, y := corner(i)
		c.Shapes = append(c.Shapes, nodeShapes(nodes[i], x, y)...)
	}
	c.Caption = words.Counted(uint64(len(nodes)), "object", "objects") + ", " + words.Number(drawn) + " drawn. Dashed: seen in use, not declared."
	c.Desc = describeColumns(columns, rows, centre)
	c.Table = graphTable(nodes)
	return c
}

// edgeShape is a line between two columns; within one column there is none to draw. It
// passes the columns between beside what is drawn there, never behind it.
func edgeShape(corner func(int) (float64, float64), e GraphEdge, nodes []GraphNode, taken func(column, row int) bool) Shape {
	x1, y1 := corner(e.From)
	x2, y2 := corner(e.To)
	if x1 > x2 {
		x1, y1, x2, y2 = x2, y2, x1, y1
	}
	s := Shape{Class: "ink-2"}
	for _, at := range []int{e.From, e.To} {
		s.Dashed = s.Dashed || at >= 0 && nodes[at].Dashed
	}
	row := int(y1-firstNode) / int(nodeStep)
	from, to := int(x1/columnStep), int(x2/columnStep)
	x1, y1, y2 = x1+nodeWidth, y1+nodeHeight/2, y2+nodeHeight/2
	s.D = "M" + coordinate(x1) + " " + coordinate(y1)
	for column := from + 1; column < to; column++ {
		left, lane := float64(column)*columnStep, y1
		if taken(column, row) {
			lane = firstNode + float64(row+1)*nodeStep - (nodeStep-nodeHeight)/2
		}
		s.D += bend(x1, y1, left, lane) + "H" + coordinate(left+nodeWidth)
		x1, y1 = left+nodeWidth, lane
	}
	s.D += bend(x1, y1, x2, y2)
	return s
}

// bend is a curve that leaves and arrives level.
func bend(x1, y1, x2, y2 float64) string {
	half := coordinate((x1 + x2) / 2)
	return "C" + half + " " + coordinate(y1) + " " + half + " " + coordinate(y2) + " " + coordinate(x2) + " " + coordinate(y2)
}

func nodeShapes(n GraphNode, x, y float64) []Shape {
	frame := Framed(n.Class, x+.5, y+.5, nodeWidth-1, nodeHeight-1)
	frame.Dashed = n.Dashed
	title := TextShape("ink-ink", x+10, y+19, 12, "start", fitted(n.Text, nodeWidth-20, 12))
	title.Href = n.Href
	return []Shape{
		Filled("ink-paper", x, y, nodeWidth, nodeHeight), frame, title,
		TextShape("ink-3", x+10, y+35, 11, "start", fitted(n.Sub, nodeWidth-20, 11)),
	}
}

func describeColumns(columns []string, rows []int, centre int) string {
	text := ""
	for i, label := range columns {
		if i == centre {
			continue
		}
		if text != "" {
			text += "; "
		}
		text += label + ": " + words.Number(rows[i])
	}
	return text + "."
}

func graphTable(nodes []GraphNode) chartTable {
	t := chartTable{Heads: []ChartHead{{"Object", false}, {"Kind", false}, {"Relation", false}, {"State", false}}}
	for i := range nodes {
		n := &nodes[i]
		t.Rows = append(t.Rows, []ChartCell{
			{Label: "Object", Text: n.Text, Href: n.Href},
			{Label: "Kind", Text: n.Kind},
			{Label: "Relation", Text: n.Relation},
			{Label: "State", Mark: &n.State},
		})
	}
	return t
}

// RelationColumns are those of a system's relation graph.
var RelationColumns = []string{"Risks and people", "Draws on", "The system", "Calls", "Supplied by"}
