// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package words

import (
	"time"
)

// Minutes is a wait in words, rounded up.
func Minutes(wait time.Duration) string {
	return Counted(uint64((wait+time.Minute-1)/time.Minute), "minute", "minutes")
}

// DayOf is a date as people read it.
func DayOf(text string) string {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return t.Format("2 Jan 2006")
}

// Stamp is a moment as it is read: "24 Nov 2026, 14:17:42". Times are UTC, which the footer says.
func Stamp(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05") }

// Clock is the time of a moment's day: 15:04:05.
func Clock(t time.Time) string { return t.UTC().Format("15:04:05") }

// Micros turns microseconds since the epoch into a time.
func Micros(us int64) time.Time { return time.UnixMicro(us).UTC() }
