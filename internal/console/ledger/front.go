// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"net/http"
	"strconv"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/event"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
)

// frontPage says how the ledger stands and what it says of itself.
type frontPage struct {
	shell.Page
	Lead     string
	Stub     []part.Fact
	Trouble  *part.Notice
	Leaving  *part.Notice // what is unrecorded now
	Head     []part.Fact
	Signed   string
	Keys     []part.Fact
	Outside  *outside
	Sections []eventSection
	Keep     []part.Fact
}

// eventSection is one table of events.
type eventSection struct {
	ID, Title, Note string
	Href            string // to all of them
	Count           string // heading of the column of counts
	Rows            []event.Row
	Empty           string
}

// sections are the questions an auditor asks of a ledger, each a kind or two.
var sections = []struct {
	id, title, note, count, empty string
	kinds                         []counterfoil.Kind
}{
	{"checks", "Self-checks", "Each night at 02:00", "Entries", "The first check runs at the next 02:00. An auditor will look for checks that nobody could leave out.", []counterfoil.Kind{counterfoil.KindSignal}},
	{"erasures", "Erasures", "Written before anything is deleted", "Payloads", "Nothing was erased. An auditor will look for the basis of each erasure and who approved it.", []counterfoil.Kind{counterfoil.KindErasure}},
	{"gaps", "Gaps", "Requests that went out unrecorded, as configured", "Requests", "No gap: every request that left has its record.", []counterfoil.Kind{counterfoil.KindGap}},
	{"seals", "Epochs", "A seal closes each quarter", "Entries before it", "No quarter has ended since the ledger began.", []counterfoil.Kind{counterfoil.KindSeal}},
	{"keys", "Changes of signing keys", "Who signs from where on", "At size", "The first key is still the only one.", []counterfoil.Kind{counterfoil.KindKey}},
	{"anchors", "Anchors", "What others signed, taken in", "At size", "Nothing signed outside was taken in. Without it, time and history rest on the operator’s word.", []counterfoil.Kind{counterfoil.KindAnchor}},
	{"starts", "Starts and configuration", "Which program, which rules", "Entries found", "", []counterfoil.Kind{counterfoil.KindBoot, counterfoil.KindConfig}},
}

func (s *Section) show(w http.ResponseWriter, r *http.Request) error {
	p := frontPage{Page: s.Page(r, "Ledger", "ledger")}
	if signed := s.ledger.Published(); len(signed) > 0 {
		if err := s.fillHead(&p, signed); err != nil {
			return err
		}
	}
	if err := s.ledger.Health(); err != nil {
		p.Trouble = &part.Notice{Class: "bad", Shape: "cross", Title: "The ledger takes nothing new", Text: words.Sentence(words.Visible(err.Error()))}
	}
	p.Leaving = s.Leaving()
	var err error
	if p.Outside, err = s.outsideOf(r); err != nil {
		return err
	}
	for _, wanted := range sections {
		section, err := s.section(r, wanted.id, wanted.title, wanted.note, wanted.count, wanted.empty, wanted.kinds)
		if err != nil {
			return err
		}
		p.Sections = append(p.Sections, section)
	}
	last := p.Sections[0].Rows
	p.Lead = s.lead(last)
	p.Stub = s.stub(last)
	p.Keep = []part.Fact{
		{Label: "Text of interactions", Value: days(s.retention.Interactions)},
		{Label: "Records", Value: days(s.retention.Records)},
		{Label: "Entries", Value: "For as long as the ledger lives", Sub: "They hold no text, no name and no address"},
	}
	return s.Render(w, http.StatusOK, "ledger", &p)
}

// fillHead shows a signed head and the keys that check it.
func (s *Section) fillHead(p *frontPage, signed []byte) error {
	head, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		return err
	}
	p.Signed = string(signed)
	p.Head = []part.Fact{
		{Label: "Log", Value: head.Origin, Mono: true},
		{Label: "Size", Value: words.Counted(head.Size, "entry", "entries")},
		{Label: "Root", Value: words.Grouped(head.Root), Mono: true},
	}
	for i, key := range s.ledger.VerifierKeys() {
		label := "Verifier key"
		if i > 0 {
			label = "Former key, still signing along"
		}
		p.Keys = append(p.Keys, part.Fact{Label: label, Value: key, Mono: true})
	}
	return nil
}

func (s *Section) section(r *http.Request, id, title, note, count, empty string, kinds []counterfoil.Kind) (eventSection, error) {
	events, err := s.index.Events(r.Context(), index.EventFilter{Kinds: kinds, Limit: event.StandingRows + 1})
	if err != nil {
		return eventSection{}, err
	}
	shown := eventSection{ID: id, Title: title, Note: note, Count: count, Empty: empty}
	if len(events) > event.StandingRows {
		events = events[:event.StandingRows]
	}
	if len(events) > 0 {
		var q eventQuery
		if len(kinds) == 1 {
			q.kind = kinds[0].String()
		}
		shown.Href = q.address("/ledger/events")
	}
	for i := range events {
		shown.Rows = append(shown.Rows, event.RowOf(&events[i]))
	}
	return shown, nil
}

func (s *Section) lead(checks []event.Row) string {
	lead := words.Sentence(words.Spelled(s.ledger.Size(), "entry is", "entries are")) + " recorded."
	switch {
	case len(checks) == 0:
		return lead + " No self-check has run yet."
	case checks[0].What.Mark.Class == "bad":
		return lead + " The last self-check found that the ledger does not verify."
	default:
		return lead + " The last self-check found all before it sound."
	}
}

func (s *Section) stub(checks []event.Row) []part.Fact {
	stub := []part.Fact{{Label: "Entries", Value: words.Number(s.ledger.Size())}}
	index := part.Fact{Label: "Index", Mark: new(part.OK("Up to date"))}
	if lag := s.Lag(); lag > 0 {
		index = part.Fact{Label: "Index", Mark: new(part.Current("Following")), Sub: words.Counted(lag, "entry", "entries") + " behind the ledger"}
	}
	stub = append(stub, index)
	if len(checks) > 0 {
		return append(stub, part.Fact{Label: "Last self-check", Mark: checks[0].What.Mark, Sub: words.Stamp(checks[0].Time)})
	}
	return append(stub, part.Fact{Label: "Last self-check", Value: "None yet", Missing: true})
}

// downloadHead hands out the newest signed head, to be kept elsewhere.
func (s *Section) downloadHead(w http.ResponseWriter, r *http.Request) error {
	head, err := counterfoil.ParseCheckpoint(s.ledger.Published())
	if err != nil {
		return shell.NotFound("No head is signed yet. One is signed each second; try again.")
	}
	shell.Download(w, "text/plain; charset=utf-8", "checkpoint-"+strconv.FormatUint(head.Size, 10), s.ledger.Published())
	return nil
}

// days reads a time to keep something.
func days(d time.Duration) string {
	if d <= 0 {
		return "For ever"
	}
	return words.Counted(uint64(d/(24*time.Hour)), "day", "days")
}

// Retention is how long what is kept; 0 means for ever.
type Retention struct{ Interactions, Records time.Duration }
