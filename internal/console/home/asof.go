// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"net/http"
	"net/url"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/moment"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
)

// asOfPage asks which moment a page shall show.
type asOfPage struct {
	shell.Page
	Target  string // the address that is shown again, without its moment
	Value   string
	Error   string
	Stub    []part.Fact
	Choices []part.Link
}

// chooseMoment shows the form, or leads to the page at the moment chosen.
func (s *Section) chooseMoment(w http.ResponseWriter, r *http.Request) error {
	target := shell.LocalPath(r.FormValue("page"))
	p := asOfPage{Page: s.Page(r, "As of which moment?", ""), Target: target, Value: r.FormValue("shown")}
	if r.Form.Has("at") {
		at := r.FormValue("at")
		if _, err := moment.Of(at); err == nil {
			http.Redirect(w, r, atMoment(target, at), http.StatusSeeOther)
			return nil
		}
		p.Error, p.Value = "Enter a day such as 2026-11-24, or a moment such as 2026-11-24T14:20.", at
	}
	today := s.Clock.Now().UTC().Truncate(24 * time.Hour)
	month := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	quarter := month.AddDate(0, -(int(month.Month())-1)%3, 0)
	p.Stub = []part.Fact{{Label: "Page", Value: target, Mono: true}, {Label: "A day", Value: "Means its end", Sub: "Times are UTC"}}
	for _, choice := range []struct {
		label string
		next  time.Time
	}{
		{"The end of yesterday", today}, {"The end of last month", month}, {"The end of last quarter", quarter}, {"The end of last year", time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		day := choice.next.AddDate(0, 0, -1).Format(time.DateOnly)
		p.Choices = append(p.Choices, part.Link{Label: choice.label + ", " + words.DayOf(day), Href: atMoment(target, day)})
	}
	p.Choices = append(p.Choices, part.Link{Label: "Now", Href: target})
	return s.Render(w, http.StatusOK, "asof", &p)
}

// atMoment is a local address that shows a moment.
func atMoment(target, at string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "/"
	}
	q := u.Query()
	if q.Del("at"); at != "" {
		q.Set("at", at)
	}
	u.RawQuery = q.Encode()
	return u.String()
}
