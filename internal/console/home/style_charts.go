// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"time"

	"github.com/counterfoil/counterfoil/internal/console/part"
)

// styleCharts are specimens of the two charts.
func styleCharts(day time.Time) (bars, graph part.Chart) {
	var days []part.DayBar
	for i := range 14 {
		n := uint64(3000 + 137*i%900)
		if i%7 > 4 {
			n = 240
		}
		days = append(days, part.DayBar{Day: day.AddDate(0, 0, i-13), All: n, Touched: n / 5})
	}
	bars = part.BarsOf("style-bars", days, func(time.Time) string { return "#charts" })
	ok, warn := part.OK("Declared"), part.Warn("Not declared")
	nodes := []part.GraphNode{
		{Column: 0, Text: "R-009 Names leave the organisation", Sub: "Accepted", Class: "ink-rule2", Kind: "Risk", Relation: "Risks", State: ok, Href: "#charts"},
		{Column: 1, Text: "DS-002 Claim files", Sub: "Registered", Class: "ink-rule2", Kind: "Data set", Relation: "Data", State: ok, Href: "#charts"},
		{Column: 3, Text: "MOD-001 mistral-large-2411", Sub: "Registered", Class: "ink-rule2", Kind: "Model", Relation: "Models", State: ok, Href: "#charts"},
		{Column: 3, Text: "mistral-small-2506", Sub: "Seen, not declared", Class: "ink-warn", Dashed: true, Kind: "Model", Relation: "Seen in use", State: warn},
		{Column: 4, Text: "SUP-001 Mistral (EU)", Sub: "Approved", Class: "ink-rule2", Kind: "Supplier", Relation: "Supplies", State: ok, Href: "#charts"},
	}
	centre := part.GraphNode{Text: "Claims Letter Assistant", Sub: "Operating", Class: "ink-accent"}
	graph = part.GraphOf("style-graph", "What a system is made of", part.RelationColumns, 2, centre, nodes, []part.GraphEdge{{From: 0, To: -1}, {From: 1, To: -1}, {From: -1, To: 2}, {From: -1, To: 3}, {From: 2, To: 4}})
	graph.Open = true
	return bars, graph
}
