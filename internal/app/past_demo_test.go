// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/demo"
)

// demoMoment is when the replay of the demonstration stops: in the middle of a working
// day, after the erasure of a person. What is erased later is gone from the past too,
// rightly, and would differ.
var demoMoment = time.Date(2026, 9, 23, 11, 0, 0, 0, time.UTC)

// replayed is a directory in which the demonstration was played up to the first thing
// after demoMoment, and that moment.
func (h *house) replayed() (*App, time.Time) {
	h.t.Helper()
	set := clock.NewSet(demo.Begin(demoUntil))
	a := h.openAt(set)
	script, err := demo.Load()
	if err != nil {
		h.t.Fatal(err)
	}
	stop := errors.New("the moment has come")
	_, err = a.demonstrate(h.t.Context(), script, set, demoUntil, 1, func() error {
		if set.Now().Before(demoMoment) {
			return nil
		}
		return stop
	})
	if !errors.Is(err, stop) {
		h.t.Fatal(err)
	}
	if err := a.awaitAll(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	at := set.Now()
	set.Advance(time.Hour) // looking is recorded too, and is not of the moment
	return a, at
}

// TestPastOfTheDemonstration replays the demonstration in a fresh directory up to a
// moment, and holds every page of the whole one, as of that moment, against it. Ids and
// what is made of them differ from play to play; they are numbered as they come.
func TestPastOfTheDemonstration(t *testing.T) {
	cut, at := newHouse(t).replayed()
	whole := newHouse(t)
	whole.demonstrated(1)
	full := whole.openAt(clock.NewSet(demoUntil))

	text := at.Format(time.RFC3339Nano)
	paths := slices.DeleteFunc(recordPages(t, cut, text), func(path string) bool { return strings.HasPrefix(path, "/records/CN-") }) // concerns are for those they name
	for _, s := range cut.roll.Snapshot().Systems() {
		for _, path := range trafficPages(s.Slug, text) {
			if strings.Contains(path, s.Slug) || s.Number == "SYS-001" { // the others are the same of every system
				paths = append(paths, path)
			}
		}
	}
	who := control.Proof{As: demo.SignIn, Password: demo.Password}
	then := readAs(t, full, who, paths)
	differ := 0
	for path, page := range readAs(t, cut, who, paths) {
		if diff := cmp.Diff(comparable(page), comparable(then[path])); diff != "" {
			if differ++; differ <= 5 {
				t.Errorf("%s (-replayed +asked of the past):\n%s", path, diff)
			}
		}
	}
	if differ > 5 || len(paths) < 300 {
		t.Errorf("%d of %d pages differ", differ, len(paths))
	}
}

// What differs from play to play: ids, whole and as pages shorten them, digests of what
// holds some, hints of keys, the name of the ledger, and how long the machine took.
// needs is how much waits for the reader today, which every page says.
var (
	needs     = regexp.MustCompile(`<a href="/#needs">[^<]*</a>`)
	took      = regexp.MustCompile(`(data-l="Seconds">)[0-9.]+|[0-9]+\.[0-9]{3}(,[0-9]+,[0-9]*,)`)
	madeOfIDs = regexp.MustCompile(`sha256:[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[PK]-[0-9a-f]{8}\b|\b[0-9a-f]{64}\b|cfk_[0-9A-Za-z…]+|counterfoil/[0-9a-f]{8}`)
)

// comparable is a page without all that, and with its ids numbered in their order.
func comparable(page string) string {
	page = took.ReplaceAllString(needs.ReplaceAllString(page, ""), "$1$2")
	names := map[string]string{}
	return madeOfIDs.ReplaceAllStringFunc(page, func(id string) string {
		if names[id] == "" {
			names[id] = fmt.Sprintf("[%d]", len(names)+1)
		}
		return names[id]
	})
}
