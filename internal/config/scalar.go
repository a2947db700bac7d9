// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// Duration is a time.Duration that is written like 90s, 12h or 400d. A day has
// 24 hours; months and years have no fixed length and are refused.
type Duration struct{ time.Duration }

var daysForm = regexp.MustCompile(`^([0-9]{1,6})d(.*)$`)

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	fault := errors.New("must be a length of time such as 90s, 12h or 400d")
	rest := string(text)
	var days time.Duration
	if m := daysForm.FindStringSubmatch(rest); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > 36_500 {
			return errors.New("must be at most 36500d")
		}
		days, rest = time.Duration(n)*day, m[2]
	}
	if rest != "" || days == 0 && len(text) == 0 {
		parsed, err := time.ParseDuration(rest)
		if err != nil || parsed < 0 {
			return fault
		}
		days += parsed
	}
	if days < 0 {
		return fault // overflow
	}
	d.Duration = days
	return nil
}

// MarshalText writes whole days as such.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String is the form UnmarshalText reads.
func (d Duration) String() string {
	if d.Duration >= day && d.Duration%day == 0 {
		return strconv.FormatInt(int64(d.Duration/day), 10) + "d"
	}
	return d.Duration.String()
}

// Size is a number of bytes that is written like 32MiB or 33554432.
type Size int64

var (
	sizeForm  = regexp.MustCompile(`^([0-9]{1,15}) ?(B|KiB|MiB|GiB)?$`)
	sizeUnits = map[string]int64{"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) error {
	m := sizeForm.FindStringSubmatch(strings.TrimSpace(string(text)))
	if m == nil {
		return errors.New("must be a number of bytes such as 32MiB or 33554432; units are KiB, MiB and GiB")
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || n > math.MaxInt64/sizeUnits[m[2]] {
		return errors.New("is too large")
	}
	*s = Size(n * sizeUnits[m[2]])
	return nil
}

// MarshalText writes the largest unit that divides the size.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String is the form UnmarshalText reads.
func (s Size) String() string {
	for _, unit := range []string{"GiB", "MiB", "KiB"} {
		if n := sizeUnits[unit]; s != 0 && int64(s)%n == 0 {
			return strconv.FormatInt(int64(s)/n, 10) + unit
		}
	}
	return strconv.FormatInt(int64(s), 10)
}
