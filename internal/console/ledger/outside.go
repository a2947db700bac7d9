// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/registry"
)

// outside is what others have seen and signed: the registry, its witnesses and
// its time-stamp authorities.
type outside struct {
	Facts []part.Fact
	Rows  []outsideRow
	Empty string
}

type outsideRow struct {
	Name    string
	What    string
	State   part.Mark
	Size    string
	Time    part.Fact
	Problem string
}

func (s *Section) outsideOf(r *http.Request) (*outside, error) {
	if s.registry == nil {
		return nil, nil
	}
	status, err := s.registry(r.Context())
	if err != nil {
		return nil, err
	}
	o := &outside{
		Facts: []part.Fact{
			{Label: "Registry", Value: status.Origin, Mono: true, Sub: words.Counted(status.Size, "entry", "entries") + "; its newest head of this log covers " + words.Counted(status.Covered, "entry", "entries")},
			quorumFact(&status.Quorum),
		},
		Empty: "Nobody outside signs along: a history rewritten by whoever holds the key would not be noticed by this page. Set up witnesses and a time-stamp authority.",
	}
	if status.Alarm != "" {
		o.Facts = append(o.Facts, part.Fact{Label: "Alarm", Mark: new(part.Bad("Another history")), Sub: words.Sentence(words.Visible(status.Alarm))})
	}
	if status.Problem != "" {
		o.Facts = append(o.Facts, part.Fact{Label: "Last round", Mark: new(part.Bad("Failed")), Sub: words.Sentence(words.Visible(status.Problem))})
	}
	for i := range status.Witnesses {
		o.Rows = append(o.Rows, witnessRow(&status.Witnesses[i]))
	}
	for i := range status.Authorities {
		o.Rows = append(o.Rows, authorityRow(&status.Authorities[i]))
	}
	return o, nil
}

func quorumFact(q *registry.QuorumStatus) part.Fact {
	f := part.Fact{Label: "Witnesses asked for"}
	switch {
	case !q.Asked:
		f.Value, f.Missing = "None", true
	case q.Overdue:
		f.Mark, f.Sub = new(part.Bad("Overdue")), "Missing: "+words.ClipTo(strings.Join(q.Missing, ", "), 200)
	case q.Size == 0:
		f.Mark = new(part.Current("Not yet"))
	default:
		f.Mark, f.Sub = new(part.OK("Enough have signed")), "A head of "+words.Counted(q.Size, "entry", "entries")+", "+words.Stamp(q.Time)
	}
	return f
}

func witnessRow(w *registry.WitnessStatus) outsideRow {
	row := outsideRow{Name: words.Visible(w.Name), What: "Witness", Size: words.Number(w.Size), Time: moment(w.Time), Problem: words.Sentence(words.ClipTo(w.Problem, 200))}
	switch {
	case w.Alarm:
		row.State = part.Bad("Has seen another history")
	case w.Problem != "":
		row.State = part.Warn("Does not answer")
	case w.Size == 0:
		row.State = part.Current("Not asked yet")
	default:
		row.State = part.OK("Signs along")
	}
	return row
}

func authorityRow(a *registry.AuthorityStatus) outsideRow {
	row := outsideRow{Name: words.Visible(a.Name), What: "Time-stamp authority", Size: words.Number(a.Size), Time: moment(a.Time), Problem: words.Sentence(words.ClipTo(a.Problem, 200))}
	switch {
	case a.Overdue:
		row.State = part.Bad("Overdue")
	case a.Problem != "":
		row.State = part.Warn("Does not answer")
	case a.Ending:
		row.State = part.Warn("Its certificate ends soon")
	case a.Size == 0:
		row.State = part.Current("Not asked yet")
	default:
		row.State = part.OK("Stamps")
	}
	return row
}

// moment is a time, or that there was none.
func moment(t time.Time) part.Fact {
	if t.IsZero() {
		return part.Fact{Value: "Never", Missing: true}
	}
	return part.Fact{Time: t}
}
