// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strconv"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// standingRows is how many rows a section of the page shows; the rest is behind
// its link.
const standingRows = 5

// ledgerPage says how the ledger stands and what it says of itself.
type ledgerPage struct {
	page
	Lead     string
	Stub     []fact
	Trouble  *notice
	Leaving  *notice // what is unrecorded now
	Head     []fact
	Signed   string
	Keys     []fact
	Outside  *outside
	Sections []eventSection
	Keep     []fact
}

// eventSection is one table of events.
type eventSection struct {
	ID, Title, Note string
	Href            string // to all of them
	Count           string // heading of the column of counts
	Rows            []eventRow
	Empty           string
}

type eventRow struct {
	Entry string
	Href  string
	Time  time.Time
	Kind  string
	What  fact
	Count string
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

func (c *Console) showLedger(w http.ResponseWriter, r *http.Request) error {
	p := ledgerPage{page: c.page(r, "Ledger", "ledger")}
	if signed := c.ledger.Published(); len(signed) > 0 {
		if err := c.fillHead(&p, signed); err != nil {
			return err
		}
	}
	if err := c.ledger.Health(); err != nil {
		p.Trouble = &notice{"bad", "cross", "The ledger takes nothing new", sentence(visible(err.Error()))}
	}
	p.Leaving = c.leaving()
	var err error
	if p.Outside, err = c.outsideOf(r); err != nil {
		return err
	}
	for _, s := range sections {
		section, err := c.section(r, s.id, s.title, s.note, s.count, s.empty, s.kinds)
		if err != nil {
			return err
		}
		p.Sections = append(p.Sections, section)
	}
	last := p.Sections[0].Rows
	p.Lead = c.ledgerLead(last)
	p.Stub = c.ledgerStub(last)
	p.Keep = []fact{
		{Label: "Text of interactions", Value: days(c.retention.Interactions)},
		{Label: "Records", Value: days(c.retention.Records)},
		{Label: "Entries", Value: "For as long as the ledger lives", Sub: "They hold no text, no name and no address"},
	}
	return c.render(w, http.StatusOK, "ledger", &p)
}

// fillHead shows a signed head and the keys that check it.
func (c *Console) fillHead(p *ledgerPage, signed []byte) error {
	head, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		return err
	}
	p.Signed = string(signed)
	p.Head = []fact{
		{Label: "Log", Value: head.Origin, Mono: true},
		{Label: "Size", Value: counted(head.Size, "entry", "entries")},
		{Label: "Root", Value: grouped(head.Root), Mono: true},
	}
	for i, key := range c.ledger.VerifierKeys() {
		label := "Verifier key"
		if i > 0 {
			label = "Former key, still signing along"
		}
		p.Keys = append(p.Keys, fact{Label: label, Value: key, Mono: true})
	}
	return nil
}

func (c *Console) section(r *http.Request, id, title, note, count, empty string, kinds []counterfoil.Kind) (eventSection, error) {
	events, err := c.index.Events(r.Context(), index.EventFilter{Kinds: kinds, Limit: standingRows + 1})
	if err != nil {
		return eventSection{}, err
	}
	s := eventSection{ID: id, Title: title, Note: note, Count: count, Empty: empty}
	if len(events) > standingRows {
		events = events[:standingRows]
	}
	if len(events) > 0 {
		var q eventQuery
		if len(kinds) == 1 {
			q.kind = kinds[0].String()
		}
		s.Href = q.address("/ledger/events")
	}
	for i := range events {
		s.Rows = append(s.Rows, rowOfEvent(&events[i]))
	}
	return s, nil
}

func (c *Console) ledgerLead(checks []eventRow) string {
	lead := sentence(spelled(c.ledger.Size(), "entry is", "entries are")) + " recorded."
	switch {
	case len(checks) == 0:
		return lead + " No self-check has run yet."
	case checks[0].What.Mark.Class == "bad":
		return lead + " The last self-check found that the ledger does not verify."
	default:
		return lead + " The last self-check found all before it sound."
	}
}

func (c *Console) ledgerStub(checks []eventRow) []fact {
	stub := []fact{{Label: "Entries", Value: number(c.ledger.Size())}}
	index := fact{Label: "Index", Mark: &mark{"ok", "dot", "Up to date"}}
	if lag := c.lag(); lag > 0 {
		index = fact{Label: "Index", Mark: &mark{"now", "target", "Following"}, Sub: counted(lag, "entry", "entries") + " behind the ledger"}
	}
	stub = append(stub, index)
	if len(checks) > 0 {
		return append(stub, fact{Label: "Last self-check", Mark: checks[0].What.Mark, Sub: stamp(checks[0].Time)})
	}
	return append(stub, fact{Label: "Last self-check", Value: "None yet", Missing: true})
}

// downloadHead hands out the newest signed head, to be kept elsewhere.
func (c *Console) downloadHead(w http.ResponseWriter, r *http.Request) error {
	head, err := counterfoil.ParseCheckpoint(c.ledger.Published())
	if err != nil {
		return notFound("No head is signed yet. One is signed each second; try again.")
	}
	download(w, "text/plain; charset=utf-8", "checkpoint-"+strconv.FormatUint(head.Size, 10), c.ledger.Published())
	return nil
}

// days reads a time to keep something.
func days(d time.Duration) string {
	if d <= 0 {
		return "For ever"
	}
	return counted(uint64(d/(24*time.Hour)), "day", "days")
}
