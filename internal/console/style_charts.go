// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import "time"

// styleCharts are specimens of the two charts.
func styleCharts(day time.Time) (bars, graph chart) {
	var days []dayBar
	for i := range 14 {
		n := uint64(3000 + 137*i%900)
		if i%7 > 4 {
			n = 240
		}
		days = append(days, dayBar{Day: day.AddDate(0, 0, i-13), All: n, Touched: n / 5})
	}
	bars = barsOf("style-bars", days, func(time.Time) string { return "#charts" })
	ok, warn := mark{"ok", "dot", "Declared"}, mark{"warn", "triangle", "Not declared"}
	nodes := []graphNode{
		{Column: 0, Text: "R-009 Names leave the organisation", Sub: "Accepted", Class: "ink-rule2", Kind: "Risk", Relation: "Risks", State: ok, Href: "#charts"},
		{Column: 1, Text: "DS-002 Claim files", Sub: "Registered", Class: "ink-rule2", Kind: "Data set", Relation: "Data", State: ok, Href: "#charts"},
		{Column: 3, Text: "MOD-001 mistral-large-2411", Sub: "Registered", Class: "ink-rule2", Kind: "Model", Relation: "Models", State: ok, Href: "#charts"},
		{Column: 3, Text: "mistral-small-2506", Sub: "Seen, not declared", Class: "ink-warn", Dashed: true, Kind: "Model", Relation: "Seen in use", State: warn},
		{Column: 4, Text: "SUP-001 Mistral (EU)", Sub: "Approved", Class: "ink-rule2", Kind: "Supplier", Relation: "Supplies", State: ok, Href: "#charts"},
	}
	centre := graphNode{Text: "Claims Letter Assistant", Sub: "Operating", Class: "ink-accent"}
	graph = graphOf("style-graph", "What a system is made of", relationColumns, 2, centre, nodes, []graphEdge{{0, -1}, {1, -1}, {-1, 2}, {-1, 3}, {2, 4}})
	graph.Open = true
	return bars, graph
}

// relationColumns are those of a system's relation graph.
var relationColumns = []string{"Risks and people", "Draws on", "The system", "Calls", "Supplied by"}
