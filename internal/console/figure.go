// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

// figure is one of a few of equal rank in a strip: it leads to its rows and says of
// how many it is.
type figure struct {
	Label string
	Value string
	Href  string
	Mark  *mark // instead of a value
	Note  string
}
