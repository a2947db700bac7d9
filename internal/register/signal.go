// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// Judged is one member of a signal's population and whether it is as it should be. A
// member that nobody recorded, such as a role nobody holds, has no record.
type Judged struct {
	Record *Record
	Good   bool
}

// signal is a measure of the catalogue that records answer by themselves.
type signal struct {
	judge  func(ctx context.Context, r *Reader) ([]Judged, error)
	counts func(list []Judged) float64 // nil: the share of the good ones
}

// Ways to count that are no share.
func anyGood(list []Judged) float64 {
	return score(slices.ContainsFunc(list, func(j Judged) bool { return j.Good }))
}

func allGood(list []Judged) float64 {
	return score(!slices.ContainsFunc(list, func(j Judged) bool { return !j.Good }))
}

func score(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// signals are those of the catalogue's measures that the register answers as they are
// written. A measure that needs traffic, or of which the records show only a part, is
// not here: it stays a question for a person.
var signals = sync.OnceValue(func() map[string]signal {
	all := map[string]signal{}
	for _, group := range []map[string]signal{inventorySignals(), riskSignals(), governanceSignals(), supplySignals()} {
		maps.Copy(all, group)
	}
	return all
})

// Signals lists the measures of the catalogue that records answer.
func Signals() []string {
	return slices.Sorted(maps.Keys(signals()))
}

// Reading is what a signal says at a moment.
type Reading struct {
	Signal     string
	Value      string
	Population int
	Verdict    string   // as of package standard
	Behind     []Judged // with a record: those that are not as they should be, or else the others
	others     int      // more of them
}

// behindMost is how many records a reading names.
const behindMost = 12

// Read measures a signal; false when the register does not answer it. Without a record
// behind it a reading has no verdict but "no data", also where the catalogue lets an
// empty population pass: nothing recorded shows nothing.
func (r *Reader) Read(ctx context.Context, id string) (Reading, bool, error) {
	measure, ok := signals()[id]
	definition, known := standard.ISO42001().Signals[id]
	if !ok || !known {
		return Reading{}, false, nil
	}
	list, err := measure.judge(ctx, r)
	if err != nil {
		return Reading{}, false, fmt.Errorf("measure %s: %w", id, err)
	}
	reading := Reading{Signal: id, Population: len(list), Verdict: standard.VerdictNoData, Value: "no data"}
	reading.name(list)
	if len(reading.Behind) == 0 {
		return reading, true, nil
	}
	value := 0.0
	if measure.counts != nil {
		value = measure.counts(list)
		reading.Value = map[bool]string{true: "yes", false: "no"}[value == 1]
	} else {
		good := 0
		for _, j := range list {
			good += int(score(j.Good))
		}
		value = float64(good) / float64(len(list))
		reading.Value = fmt.Sprintf("%d of %d", good, len(list))
	}
	reading.Verdict = definition.Verdict(value)
	return reading, true, nil
}

// name picks the records behind a reading.
func (r *Reading) name(list []Judged) {
	wrong := slices.ContainsFunc(list, func(j Judged) bool { return j.Record != nil && !j.Good })
	for _, j := range list {
		switch {
		case j.Record == nil || wrong && j.Good:
		case len(r.Behind) == behindMost:
			r.others++
		default:
			r.Behind = append(r.Behind, j)
		}
	}
}

// row is a reading as an item of a gap assessment keeps it.
func (r *Reading) row(now time.Time) map[string]any {
	row := map[string]any{
		"signal": r.Signal + " " + standard.ISO42001().Signals[r.Signal].Name, "value": r.Value, "population": int64(r.Population),
		"day": now.UTC().Format(time.DateOnly), "verdict": r.Verdict,
	}
	if len(r.Behind) > 0 {
		numbers := make([]string, len(r.Behind))
		for i, j := range r.Behind {
			numbers[i] = j.Record.Number()
		}
		text := strings.Join(numbers, ", ")
		if r.others > 0 {
			text += " and " + strconv.Itoa(r.others) + " more"
		}
		row["record"], row["records"] = r.Behind[0].Record.ID.String(), text
	}
	return row
}

// propose fills in what signals say of an item's requirement: each reading, and an
// answer when there is one to propose. It is "yes" only when every question has a
// signal and each of them passes with a record behind it.
func (r *Reader) propose(ctx context.Context, v kind.Values, req *standard.Requirement) error {
	for _, id := range []string{"measured", "proposed", "proposed_why"} {
		delete(v, id)
	}
	readings := map[string]Reading{}
	var rows []map[string]any
	for _, id := range signalsOf(req) {
		reading, ok, err := r.Read(ctx, id)
		if err != nil {
			return err
		}
		if ok {
			readings[id] = reading
			rows = append(rows, reading.row(r.Now()))
		}
	}
	if len(rows) > 0 {
		v["measured"] = rows
	}
	if answer, why := proposal(req.Questions, readings); answer != "" {
		v["proposed"], v["proposed_why"] = answer, why
	}
	return nil
}

// signalsOf are the signals of a requirement's questions, and those it is measured by.
func signalsOf(req *standard.Requirement) []string {
	var ids []string
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, q := range req.Questions {
		add(q.Auto)
	}
	for _, s := range req.Signals {
		add(s.Signal)
	}
	return ids
}

// proposal is the answer that readings of the questions' own signals allow, with how it
// came about; "" when none of them shows anything.
func proposal(questions []standard.Question, readings map[string]Reading) (answer, why string) {
	shown, passed := 0, 0
	var open []string
	for _, q := range questions {
		reading, ok := readings[q.Auto]
		if !ok || reading.Verdict == standard.VerdictNoData {
			open = append(open, q.ID)
			continue
		}
		shown++
		passed += int(score(reading.Verdict == standard.VerdictPass))
	}
	why = fmt.Sprintf("Records answer %d of %d questions, and show it for %d.", shown, len(questions), passed)
	if len(open) > 0 {
		why += " To be answered by a person: " + strings.Join(open, ", ") + "."
	}
	switch {
	case shown == 0:
		return "", ""
	case passed == len(questions):
		return "yes", why
	case passed == 0 && shown == len(questions):
		return "no", why
	}
	return "partly", why
}
