// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/index"
)

func TestStretches(t *testing.T) {
	all := index.Hours{}
	for i := range all {
		all[i] = 1
	}
	for want, h := range map[string]index.Hours{
		"":                               {},
		"00:00 to 24:00":                 all,
		"08:00 to 10:00, 23:00 to 24:00": {8: 1, 9: 2, 23: 1},
		"05:00 to 06:00, 22:00 to 02:00": {22: 1, 23: 1, 0: 1, 1: 5, 5: 1},
	} {
		if got := strings.Join(stretches(&h), ", "); got != want {
			t.Errorf("%v: %s, want %s", h, got, want)
		}
	}
	for _, c := range []struct {
		hour, from, until int
		in                bool
	}{{8, 8, 18, true}, {18, 8, 18, false}, {23, 22, 6, true}, {6, 22, 6, false}, {0, 22, 0, false}, {23, 22, 24, true}} {
		if within(c.hour, c.from, c.until) != c.in {
			t.Errorf("%+v", c)
		}
	}
}
