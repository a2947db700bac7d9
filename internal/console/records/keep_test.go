// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

var (
	control   = regexp.MustCompile(`(?s)<(input)([^>]*)>|<(textarea)([^>]*)>([^<]*)</textarea>|<(select)([^>]*)>(.*?)</select>`)
	attribute = regexp.MustCompile(`([a-z]+)(?:="([^"]*)")?`)
	selected  = regexp.MustCompile(`<option value="([^"]*)" selected`)
)

// sent is what a browser sends back from the form of a page when nobody touches it.
func sent(page string) []string {
	var pairs []string
	form := page[strings.Index(page, `<form class="form"`):]
	for _, m := range control.FindAllStringSubmatch(form, -1) {
		has := map[string]string{}
		for _, a := range attribute.FindAllStringSubmatch(m[2]+m[4]+m[7], -1) {
			has[a[1]] = a[2]
		}
		_, checked := has["checked"]
		value := has["value"]
		switch {
		case m[3] == "textarea":
			value = m[5]
		case m[6] == "select":
			chosen := selected.FindStringSubmatch(m[8])
			if chosen == nil {
				continue
			}
			value = chosen[1]
		case (has["type"] == "radio" || has["type"] == "checkbox") && !checked:
			continue
		}
		pairs = append(pairs, has["name"], value)
	}
	return pairs
}

// A form saved by somebody who may not see a linked record keeps the link.
func TestFormKeepsLinksOutOfSight(t *testing.T) {
	w := consoletest.New(t)
	me := w.In()
	var risks []string
	for _, title := range []string{"Leak", "Bias"} {
		r, err := w.Register.Create(t.Context(), register.Program, "risk", register.Input{Values: kind.Values{"title": title}})
		if err != nil {
			t.Fatal(err)
		}
		risks = append(risks, r.ID.String())
	}
	plan, err := w.Register.Create(t.Context(), register.Program, "treatment", register.Input{Values: kind.Values{
		"title": "Mask names", "option": "modify", "owner": me.Person.String(), "risks": risks[:1],
	}})
	if err != nil {
		t.Fatal(err)
	}
	page := w.Get("/records/" + plan.Number() + "/edit").Body.String()
	consoletest.Holds(t, page, "A record not for you")
	if strings.Contains(page, "Leak") || strings.Contains(page, "R-001") {
		t.Error("the form tells of a record that the person may not see")
	}
	if saved := w.Post("/records/"+plan.Number(), append(sent(page), "title", "Mask all names")...); saved.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", saved.Code, saved.Body)
	}
	now, err := w.Register.Reader().Record(t.Context(), plan.ID)
	if err != nil || now.Version != 2 || now.Values.Text("title") != "Mask all names" || len(now.Values.List("risks")) != 1 {
		t.Errorf("after the save: %+v, %v", now, err)
	}
}

// Of two editors each keeps what only they changed; what both changed is asked.
func TestTwoEditorsAreJoined(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Post("/kinds/override", consoletest.OverrideForm()...)
	w.Post("/records/OV-001", consoletest.OverrideForm("version", "1", "measure", "A daily look", "until", "2026-12-25")...)
	conflict := w.Post("/records/OV-001", consoletest.OverrideForm("version", "1", "why", "Tests are later still", "until", "2026-12-26")...)
	page := conflict.Body.String()
	if conflict.Code != http.StatusConflict {
		t.Fatalf("%d: %s", conflict.Code, page)
	}
	consoletest.Holds(t, page, "24 Dec 2026", "25 Dec 2026", "26 Dec 2026") // as opened, theirs, yours
	if saved := w.Post("/records/OV-001", sent(page)...); saved.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", saved.Code, saved.Body)
	}
	record := w.Get("/records/OV-001").Body.String()
	consoletest.Holds(t, record, "A daily look", "Tests are later still", "26 Dec 2026")
}
