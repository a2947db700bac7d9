// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package words

import (
	"strconv"
)

// Share is a part in per cent.
func Share(piece, whole uint64) string {
	if whole == 0 {
		return "none"
	}
	return strconv.FormatFloat(100*float64(piece)/float64(whole), 'f', 1, 64) + " %"
}

// Bytes is a size with its noun.
func Bytes(n uint64) string { return Counted(n, "byte", "bytes") }

// Number groups thousands by comma.
func Number[T ~uint64 | ~int64 | ~int | ~uint32](n T) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Counted is a number with its noun: "1 rule", "2 rules".
func Counted(n uint64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + more
}

var smallNumbers = []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

// Spelled is a number with its noun in running text: "two rules".
func Spelled(n uint64, one, more string) string {
	if n < uint64(len(smallNumbers)) {
		if n == 1 {
			return smallNumbers[1] + " " + one
		}
		return smallNumbers[n] + " " + more
	}
	return Number(n) + " " + more
}
