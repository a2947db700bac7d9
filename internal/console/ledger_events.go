// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// eventsPage lists the entries in which the ledger speaks of itself.
type eventsPage struct {
	page
	Stub   []fact
	Kind   field
	Saved  *savedRow
	Rows   []eventRow
	Pager  pager
	Empty  empty
	Export string
}

// eventKinds are the kinds that stand in the list.
var eventKinds = []counterfoil.Kind{
	counterfoil.KindBoot, counterfoil.KindConfig, counterfoil.KindSignal, counterfoil.KindKey,
	counterfoil.KindErasure, counterfoil.KindGap, counterfoil.KindAnchor, counterfoil.KindSeal,
}

var kindWords = map[counterfoil.Kind]string{
	counterfoil.KindBoot: "Start", counterfoil.KindConfig: "Configuration", counterfoil.KindSignal: "Check", counterfoil.KindKey: "Signing key",
	counterfoil.KindErasure: "Erasure", counterfoil.KindGap: "Gap", counterfoil.KindAnchor: "Anchor", counterfoil.KindSeal: "Seal",
}

// eventWords say what a code means; a code that is not here reads as itself.
var eventWords = map[string]string{
	"ledger_self_check": "Self-check", "reload": "Reloaded", "demonstration": "Demonstration: invented, with a set clock",
	counterfoil.KeyEnrolled: "Enrolled", counterfoil.KeyRotated: "Rotated", counterfoil.KeyRetired: "Former key retired",
	counterfoil.KeyCompromised: "A former key was stolen and counts up to here only", counterfoil.KeySucceeded: "The log goes on under another name and key",
	counterfoil.ErasePerson: "A person", counterfoil.EraseInteraction: "Interactions", counterfoil.EraseBefore: "Up to a date",
	counterfoil.EraseRetention: "Retention was over", counterfoil.EraseSegments: "Files of erased payloads",
	"ledger_full": "The disk was full", "ledger_busy": "The ledger was busy",
	counterfoil.AnchorHead: "Head of a node", counterfoil.AnchorCosigned: "Cosigned head", counterfoil.AnchorTimestamp: "Time-stamp", counterfoil.AnchorRegistry: "Head of the registry",
}

// eventQuery is what the address of the list says.
type eventQuery struct {
	kind   string
	before uint64
}

func parseEventQuery(values url.Values) (eventQuery, []counterfoil.Kind, error) {
	q := eventQuery{kind: values.Get("kind")}
	if before := values.Get("before"); before != "" {
		n, err := strconv.ParseUint(before, 10, 63)
		if err != nil {
			return q, nil, invalid("The page to show is not given as the number of an entry.")
		}
		q.before = n
	}
	if q.kind == "" {
		return q, nil, nil
	}
	kind, err := counterfoil.ParseKind(q.kind)
	if err != nil || kindWords[kind] == "" {
		return q, nil, invalid("There is no list of this kind of entry.")
	}
	return q, []counterfoil.Kind{kind}, nil
}

func (q eventQuery) address(path string) string {
	values := url.Values{}
	if q.kind != "" {
		values.Set("kind", q.kind)
	}
	if q.before > 0 {
		values.Set("before", strconv.FormatUint(q.before, 10))
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

const eventsOnPage = 50

func (c *Console) listEvents(w http.ResponseWriter, r *http.Request) error {
	q, kinds, err := parseEventQuery(r.URL.Query())
	if err != nil {
		return err
	}
	events, err := c.index.Events(r.Context(), index.EventFilter{Kinds: kinds, Before: counterfoil.Index(q.before), Limit: eventsOnPage + 1})
	if err != nil {
		return err
	}
	p := eventsPage{page: c.page(r, "What the ledger says of itself", "ledger"), Kind: field{Name: "kind", Label: "Kind", Options: []option{{Label: "All"}}}}
	for _, k := range eventKinds {
		p.Kind.Options = append(p.Kind.Options, option{Value: k.String(), Label: kindWords[k], Selected: k.String() == q.kind})
	}
	more := len(events) > eventsOnPage
	events = events[:min(len(events), eventsOnPage)]
	for i := range events {
		p.Rows = append(p.Rows, rowOfEvent(&events[i]))
	}
	p.Stub = []fact{{Label: "Shown", Value: counted(uint64(len(events)), "entry", "entries")}, {Label: "Order", Value: "Newest first"}}
	p.Empty = empty{Title: "No entry of this kind", Text: []string{"Nothing of this kind has happened, or the index has not read it yet."}}
	if len(events) > 0 {
		p.Export = eventQuery{kind: q.kind}.address("/ledger/events.csv")
		p.Pager = eventPager(q, events, more)
	}
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	if p.Saved, err = d.savedViews(r, "/ledger/events"); err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "ledger_events", &p)
}

func eventPager(q eventQuery, events []index.Event, more bool) pager {
	p := pager{Text: "Entries " + number(events[0].Entry) + " to " + number(events[len(events)-1].Entry) + "."}
	if more {
		p.Older = eventQuery{q.kind, uint64(events[len(events)-1].Entry)}.address("/ledger/events")
	}
	if q.before > 0 {
		p.Newer = eventQuery{kind: q.kind}.address("/ledger/events")
	}
	return p
}

func rowOfEvent(v *index.Event) eventRow {
	word := eventWords[v.Code]
	if word == "" {
		word = clip(v.Code)
	}
	row := eventRow{
		Entry: number(v.Entry), Href: "/ledger/entries/" + strconv.FormatUint(uint64(v.Entry), 10), Time: micros(v.Time),
		Kind: kindWords[v.Kind], What: fact{Value: word}, Count: number(v.Count),
	}
	if v.Kind == counterfoil.KindSignal {
		row.What.Mark = &mark{"ok", "dot", word + " passed"}
		if v.Bad {
			row.What.Mark = &mark{"bad", "cross", word + " failed"}
		}
	}
	if v.Kind == counterfoil.KindConfig {
		row.Count = "–"
	}
	return row
}

// exportEvents writes the whole list as CSV; the export is recorded first.
func (c *Console) exportEvents(w http.ResponseWriter, r *http.Request) error {
	_, kinds, err := parseEventQuery(r.URL.Query())
	if err != nil {
		return err
	}
	f := index.EventFilter{Kinds: kinds, Limit: exportRows}
	events, err := c.index.Events(r.Context(), f)
	if err != nil {
		return err
	}
	if err := c.recorder.Access(r.Context(), person(r), "exported", counterfoil.ID{}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="ledger-`+c.clock.Now().Format("20060102-150405")+`.csv"`)
	out := newSheet(w)
	out.write([]string{"entry", "time", "kind", "what", "count", "failed", "leaf"})
	for len(events) > 0 && out.Error() == nil {
		for i := range events {
			v := &events[i]
			out.write([]string{
				strconv.FormatUint(uint64(v.Entry), 10), micros(v.Time).Format("2006-01-02T15:04:05.000000Z"), v.Kind.String(), strings.ToValidUTF8(v.Code, "\uFFFD"),
				strconv.FormatUint(v.Count, 10), strconv.FormatBool(v.Bad), v.Leaf.String(),
			})
		}
		f.Before = events[len(events)-1].Entry
		if f.Before == 0 {
			break
		}
		if events, err = c.index.Events(r.Context(), f); err != nil {
			c.log.ErrorContext(r.Context(), "export ended early", "error", err)
			panic(http.ErrAbortHandler) // a cut download, not a file that looks complete
		}
	}
	out.Flush()
	return nil
}
