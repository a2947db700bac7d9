// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/registry"
)

// outside is what others have seen and signed: the registry, its witnesses and
// its time-stamp authorities.
type outside struct {
	Facts []fact
	Rows  []outsideRow
	Empty string
}

type outsideRow struct {
	Name    string
	What    string
	State   mark
	Size    string
	Time    fact
	Problem string
}

func (c *Console) outsideOf(r *http.Request) (*outside, error) {
	if c.registry == nil {
		return nil, nil
	}
	s, err := c.registry(r.Context())
	if err != nil {
		return nil, err
	}
	o := &outside{
		Facts: []fact{
			{Label: "Registry", Value: s.Origin, Mono: true, Sub: counted(s.Size, "entry", "entries") + "; its newest head of this log covers " + counted(s.Covered, "entry", "entries")},
			quorumFact(&s.Quorum),
		},
		Empty: "Nobody outside signs along: a history rewritten by whoever holds the key would not be noticed by this page. Set up witnesses and a time-stamp authority.",
	}
	if s.Alarm != "" {
		o.Facts = append(o.Facts, fact{Label: "Alarm", Mark: &mark{"bad", "cross", "Another history"}, Sub: sentence(visible(s.Alarm))})
	}
	if s.Problem != "" {
		o.Facts = append(o.Facts, fact{Label: "Last round", Mark: &mark{"bad", "cross", "Failed"}, Sub: sentence(visible(s.Problem))})
	}
	for i := range s.Witnesses {
		o.Rows = append(o.Rows, witnessRow(&s.Witnesses[i]))
	}
	for i := range s.Authorities {
		o.Rows = append(o.Rows, authorityRow(&s.Authorities[i]))
	}
	return o, nil
}

func quorumFact(q *registry.QuorumStatus) fact {
	f := fact{Label: "Witnesses asked for"}
	switch {
	case !q.Asked:
		f.Value, f.Missing = "None", true
	case q.Overdue:
		f.Mark, f.Sub = &mark{"bad", "cross", "Overdue"}, "Missing: "+clipTo(strings.Join(q.Missing, ", "), 200)
	case q.Size == 0:
		f.Mark = &mark{"now", "target", "Not yet"}
	default:
		f.Mark, f.Sub = &mark{"ok", "dot", "Enough have signed"}, "A head of "+counted(q.Size, "entry", "entries")+", "+stamp(q.Time)
	}
	return f
}

func witnessRow(w *registry.WitnessStatus) outsideRow {
	row := outsideRow{Name: visible(w.Name), What: "Witness", Size: number(w.Size), Time: moment(w.Time), Problem: sentence(clipTo(w.Problem, 200))}
	switch {
	case w.Alarm:
		row.State = mark{"bad", "cross", "Has seen another history"}
	case w.Problem != "":
		row.State = mark{"warn", "triangle", "Does not answer"}
	case w.Size == 0:
		row.State = mark{"now", "target", "Not asked yet"}
	default:
		row.State = mark{"ok", "dot", "Signs along"}
	}
	return row
}

func authorityRow(a *registry.AuthorityStatus) outsideRow {
	row := outsideRow{Name: visible(a.Name), What: "Time-stamp authority", Size: number(a.Size), Time: moment(a.Time), Problem: sentence(clipTo(a.Problem, 200))}
	switch {
	case a.Overdue:
		row.State = mark{"bad", "cross", "Overdue"}
	case a.Problem != "":
		row.State = mark{"warn", "triangle", "Does not answer"}
	case a.Ending:
		row.State = mark{"warn", "triangle", "Its certificate ends soon"}
	case a.Size == 0:
		row.State = mark{"now", "target", "Not asked yet"}
	default:
		row.State = mark{"ok", "dot", "Stamps"}
	}
	return row
}

// moment is a time, or that there was none.
func moment(t time.Time) fact {
	if t.IsZero() {
		return fact{Value: "Never", Missing: true}
	}
	return fact{Time: t}
}
