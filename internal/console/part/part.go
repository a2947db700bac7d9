// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package part

import (
	"time"
)

// Figure is one of a few of equal rank in a strip: it leads to its rows and says of
// how many it is.
type Figure struct {
	Label string
	Value string
	Href  string
	Mark  *Mark // instead of a value
	Note  string
}

// Fact is a label and a value, with at most one way to show the value.
type Fact struct {
	Label   string
	Value   string
	Sub     string // explains the value
	Href    string
	Mono    bool
	Missing bool // the value says why there is none
	Time    time.Time
	Mark    *Mark
}

// Link is an act or a place to go.
type Link struct {
	Label   string
	Href    string
	Current bool
}

// Notice is what just happened or needs attention.
type Notice struct {
	Class string // "", "ok", "warn", "bad"
	Shape string
	Title string
	Text  string
}
