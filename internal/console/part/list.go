// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package part

// Pager leads to the pages before and after this one.
type Pager struct{ Text, Newer, Older string }

// Empty says what an auditor will look for, and how the first record comes about.
type Empty struct {
	Title string
	Text  []string
	Act   *Link
}

// LinkGroup are the records connected by one relation.
type LinkGroup struct {
	Label string
	Rows  []LinkRow
}

// LinkRow is a record in a table of links.
type LinkRow struct {
	Href, Text, Kind string
	State            Mark
}
