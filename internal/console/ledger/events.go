// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/event"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/sheet"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
)

// eventsPage lists the entries in which the ledger speaks of itself.
type eventsPage struct {
	shell.Page
	Stub   []part.Fact
	Kind   part.Field
	Saved  *shell.SavedRow
	Rows   []event.Row
	Pager  part.Pager
	Empty  part.Empty
	Export string
}

// eventKinds are the kinds that stand in the list.
var eventKinds = []counterfoil.Kind{
	counterfoil.KindBoot, counterfoil.KindConfig, counterfoil.KindSignal, counterfoil.KindKey,
	counterfoil.KindErasure, counterfoil.KindGap, counterfoil.KindAnchor, counterfoil.KindSeal,
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
			return q, nil, shell.Invalid("The page to show is not given as the number of an entry.")
		}
		q.before = n
	}
	if q.kind == "" {
		return q, nil, nil
	}
	kind, err := counterfoil.ParseKind(q.kind)
	if err != nil || event.KindWords[kind] == "" {
		return q, nil, shell.Invalid("There is no list of this kind of entry.")
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

func (s *Section) listEvents(w http.ResponseWriter, r *http.Request) error {
	q, kinds, err := parseEventQuery(r.URL.Query())
	if err != nil {
		return err
	}
	events, err := s.index.Events(r.Context(), index.EventFilter{Kinds: kinds, Before: counterfoil.Index(q.before), Limit: eventsOnPage + 1})
	if err != nil {
		return err
	}
	p := eventsPage{Page: s.Page(r, "What the ledger says of itself", "ledger"), Kind: part.Field{Name: "kind", Label: "Kind", Options: []part.Option{{Label: "All"}}}}
	for _, k := range eventKinds {
		p.Kind.Options = append(p.Kind.Options, part.Option{Value: k.String(), Label: event.KindWords[k], Selected: k.String() == q.kind})
	}
	more := len(events) > eventsOnPage
	events = events[:min(len(events), eventsOnPage)]
	for i := range events {
		p.Rows = append(p.Rows, event.RowOf(&events[i]))
	}
	p.Stub = []part.Fact{{Label: "Shown", Value: words.Counted(uint64(len(events)), "entry", "entries")}, {Label: "Order", Value: "Newest first"}}
	p.Empty = part.Empty{Title: "No entry of this kind", Text: []string{"Nothing of this kind has happened, or the index has not read it yet."}}
	if len(events) > 0 {
		p.Export = eventQuery{kind: q.kind}.address("/ledger/events.csv")
		p.Pager = eventPager(q, events, more)
	}
	d, err := s.Desk(r)
	if err != nil {
		return err
	}
	if p.Saved, err = d.SavedRow(r, "/ledger/events"); err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "ledger_events", &p)
}

func eventPager(q eventQuery, events []index.Event, more bool) part.Pager {
	p := part.Pager{Text: "Entries " + words.Number(events[0].Entry) + " to " + words.Number(events[len(events)-1].Entry) + "."}
	if more {
		p.Older = eventQuery{q.kind, uint64(events[len(events)-1].Entry)}.address("/ledger/events")
	}
	if q.before > 0 {
		p.Newer = eventQuery{kind: q.kind}.address("/ledger/events")
	}
	return p
}

// exportEvents writes the whole list as CSV; the export is recorded first.
func (s *Section) exportEvents(w http.ResponseWriter, r *http.Request) error {
	_, kinds, err := parseEventQuery(r.URL.Query())
	if err != nil {
		return err
	}
	f := index.EventFilter{Kinds: kinds, Limit: sheet.ExportRows}
	events, err := s.index.Events(r.Context(), f)
	if err != nil {
		return err
	}
	out, err := s.ExportSheet(w, r, "ledger", "entry", "time", "kind", "what", "count", "failed", "leaf")
	if err != nil {
		return err
	}
	for len(events) > 0 && out.Error() == nil {
		for i := range events {
			v := &events[i]
			out.Line([]string{
				strconv.FormatUint(uint64(v.Entry), 10), words.Micros(v.Time).Format("2006-01-02T15:04:05.000000Z"), v.Kind.String(), strings.ToValidUTF8(v.Code, "\uFFFD"),
				strconv.FormatUint(v.Count, 10), strconv.FormatBool(v.Bad), v.Leaf.String(),
			})
		}
		f.Before = events[len(events)-1].Entry
		if f.Before == 0 {
			break
		}
		if events, err = s.index.Events(r.Context(), f); err != nil {
			s.CutExport(r, err)
		}
	}
	out.Flush()
	return nil
}

func mend(q url.Values) (url.Values, []string) {
	m := shell.Mending{From: q, Clean: url.Values{}}
	m.Keep("kind", func(s string) bool { k, err := counterfoil.ParseKind(s); return err == nil && event.KindWords[k] != "" }, "the kind")
	return m.Clean, m.Gone
}
