// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package standard

import (
	"strconv"
	"strings"
)

// Verdicts of a signal.
const (
	VerdictPass   = "pass"
	VerdictWarn   = "warn"
	VerdictFail   = "fail"
	VerdictNoData = "no_data"
)

// Verdict judges a value by the signal's thresholds. A truth is 1 or 0. A threshold that
// cannot be read is not reached.
func (s *Signal) Verdict(value float64) string {
	switch {
	case reached(s.Pass, value):
		return VerdictPass
	case reached(s.Warn, value):
		return VerdictWarn
	}
	return VerdictFail
}

// reached reads a threshold such as ">= 0.95", "== true" or "<= 14".
func reached(threshold string, value float64) bool {
	sign, text, ok := strings.Cut(threshold, " ")
	if !ok {
		return false
	}
	bound, err := strconv.ParseFloat(text, 64)
	switch text {
	case "true":
		bound, err = 1, nil
	case "false":
		bound, err = 0, nil
	}
	if err != nil {
		return false
	}
	switch sign {
	case "==":
		return value == bound
	case ">=":
		return value >= bound
	case "<=":
		return value <= bound
	}
	return false
}
