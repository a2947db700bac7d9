// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

// projection is one subject of the index: its tables, and how a batch of entries
// changes them. A further subject is one more value in projections.
type projection struct {
	tables []table
	apply  func(*writer, *folded) error
	often  []string // statements of apply that are kept ready
}

// table is made without its indexes, so that a load need not keep them in order;
// they are added when it is full. Those by which apply itself finds rows are there from
// the start: without them a load would walk the table for each entry.
type table struct {
	name    string
	columns string   // what stands between the brackets of CREATE TABLE
	options string   // what stands behind them
	indexes []string // statements, each with IF NOT EXISTS
	few     bool     // it stays so small that it may be read from end to end
	finding []string // the same, of those that are there from the start

	// What a comparison with the ledger needs to know. entry and closing are
	// expressions in which {row} stands for the row and {schema} for its database.
	entry   string // the entry a row rests on; empty for sums, which rest on many
	closing string // the entry on which the columns in closes rest
	closes  []string
	forgets []string // columns that are empty when built from a ledger whose payloads were deleted since
}

var projections = []projection{interactions, lanes, sums, crossed, used, refusals, records, kept, events, erasures}

// tables are the tables of all projections.
func tables() (all []table) {
	for _, p := range projections {
		all = append(all, p.tables...)
	}
	return all
}
