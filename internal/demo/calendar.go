// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Weeks is how long the history is.
const Weeks = 39

// calendar turns the script's days into dates. Weeks are counted from 1 and begin on a
// Monday, so that working days stay working days whenever it is played; numbers below 1
// and above Weeks are before and after the history.
type calendar struct {
	begin time.Time // Monday of week 1, 00:00
}

// newCalendar ends the history on the Sunday before until.
func newCalendar(until time.Time) calendar {
	day := until.UTC().Truncate(24 * time.Hour)
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	return calendar{monday.AddDate(0, 0, -7*Weeks)}
}

var days = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// day reads such as "12 tue".
func (c calendar) day(text string) (time.Time, error) {
	week, name, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(week)
	d := slices.Index(days, name)
	if err != nil || d < 0 {
		return time.Time{}, fmt.Errorf("%q is no day such as 12 tue", text)
	}
	return c.begin.AddDate(0, 0, 7*(n-1)+d), nil
}

// moment reads such as "12 tue 10:15".
func (c calendar) moment(text string) (time.Time, error) {
	i := strings.LastIndexByte(text, ' ')
	if i < 0 {
		return time.Time{}, fmt.Errorf("%q is no time such as 12 tue 10:15", text)
	}
	day, err := c.day(text[:i])
	if err != nil {
		return time.Time{}, err
	}
	return at(day, text[i+1:])
}

func at(day time.Time, clock string) (time.Time, error) {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time of the day such as 10:15", clock)
	}
	return day.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute), nil
}

// later reads such as "3 10:15": working days after start, and the time of that day.
// Without a time it is that of start.
func later(start time.Time, text string) (time.Time, error) {
	if text == "" {
		return start, nil
	}
	count, clock, timed := strings.Cut(text, " ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 {
		return time.Time{}, fmt.Errorf("%q is no number of working days", text)
	}
	t := start
	for n > 0 {
		if t = t.AddDate(0, 0, 1); works(t) {
			n--
		}
	}
	if !timed {
		return t, nil
	}
	return at(t.Truncate(24*time.Hour), clock)
}

func works(t time.Time) bool { return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday }
