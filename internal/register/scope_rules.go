// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import "slices"

// ScopeRule is one thing a scope is held against. Thresholds are those of the product.
type ScopeRule struct {
	ID     string // N1 to N10 too narrow, B1 to B8 too broad, C1 to C3 wording
	Asks   string
	Limit  string // above which it finds something
	Weight Level  // of what it finds: Warn or Block
}

// ScopeRules lists what a scope is held against.
func ScopeRules() []ScopeRule { return slices.Clone(scopeRules) }

var scopeRules = []ScopeRule{
	{"N1", "Do people of units inside use systems outside?", "5 % of their interactions", Block},
	{"N2", "Does something outside handle the data, or make the decision, of something inside?", "none", Warn},
	{"N3", "Does something outside decide on, rank or profile people?", "none", Block},
	{"N4", "Does something inside depend on something outside without a described interface?", "none", Block},
	{"N5", "Do many more people use AI outside than inside?", "4 to 1", Warn},
	{"N6", "Is everything inside of the lowest tier while something outside is not?", "none", Warn},
	{"N7", "Does an organisation that calls itself a user only make its own tools, agents or data?", "none", Block},
	{"N8", "Is something outside that customers were promised?", "none", Warn},
	{"N9", "Is a use that was found undecided for more than 14 days?", "none", Block},
	{"N10", "Does this gateway itself stand in the inventory, by the name of its log, with an approved impact assessment?", "it does", Warn},
	{"B1", "Do the owners have the hours to assess what is inside before Stage 1?", "100 % of their hours", Block},
	{"B2", "Has each system inside an owner who accepted, 30 days after the scope was begun?", "10 % without", Block},
	{"B3", "Is something inside over which who signs does not decide?", "none", Block},
	{"B4", "Are systems in operation inside that cannot be seen and have no record that replaces that?", "10 % of those in operation", Block},
	{"B5", "Are systems inside that nobody uses?", "20 % without use for 90 days", Warn},
	{"B6", "Is a competent person named for each legal regime?", "none without", Warn},
	{"B7", "Has the wording a boundary?", "it has", Warn},
	{"B8", "Are the systems inside assessed, 60 days before Stage 1?", "30 % without", Block},
	{"C1", "Does the wording for the certificate say which part the organisation plays?", "it does", Warn},
	{"C2", "Does the wording for the certificate say that something is left out?", "it does", Warn},
	{"C3", "Does the wording for the certificate name a unit, site or entity where it names a product?", "it does", Warn},
}
