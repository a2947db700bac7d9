// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// person works in the console with a browser of their own.
type person struct {
	*browser
	name, mail string
	number     string // of their record
	console    string
	pages      int // they looked at
}

const journeyPassword = "a long passphrase nobody used 42"

func newPerson(t *testing.T, in *instance, name string, most time.Duration) *person {
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	return &person{browser: openBrowserFor(t, most), name: name, mail: first + "@northgate.example", console: in.Console}
}

func (p *person) visit(path string) {
	p.t.Helper()
	p.pages++
	if !strings.HasPrefix(path, "http") {
		path = p.console + path
	}
	p.open(path)
}

// answerScript fills a form by the names of its questions. Several answers to one question
// stand with | between; a record is chosen by its number.
const answerScript = `(() => {
	const form = document.querySelector(%s);
	if (!form) return 'there is no such form';
	const answers = %s;
	for (let i = 0; i < answers.length; i += 2) {
		const name = answers[i], wanted = answers[i+1].split('|');
		const fits = (value, label) => wanted.some(w => value === w || label === w || label.startsWith(w + ' '));
		const all = [...form.elements].filter(e => e.name === name);
		if (all.length === 0) return 'there is no question ' + name;
		let met = 0;
		for (const e of all) {
			if (e.type === 'radio' || e.type === 'checkbox') {
				const on = fits(e.value, e.labels[0].innerText.trim());
				if (on !== e.checked) e.click();
				met += on;
			} else if (e.tagName === 'SELECT') {
				for (const o of e.options) { const on = fits(o.value, o.text.trim()); if (on || e.multiple) o.selected = on; met += on; }
			} else { e.value = answers[i+1]; met += wanted.length; }
		}
		if (met < wanted.length) return name + ' does not offer ' + answers[i+1];
	}
	return '';
})()`

// fillIn answers the questions of a form and sends it.
func (p *person) fillIn(form string, answers ...string) {
	p.t.Helper()
	selector, _ := json.Marshal(form)
	list, _ := json.Marshal(append([]string{}, answers...))
	if wrong := evaluate[string](p.browser, fmt.Sprintf(answerScript, selector, list)); wrong != "" {
		p.t.Fatalf("%s at %s: %s; the page says:\n%s", p.name, p.path(), wrong, p.text())
	}
	p.pages++
	p.leave(form + " button[type=submit]")
	if refused := evaluate[string](p.browser, "(document.querySelector('.errsum') || {innerText: ''}).innerText"); refused != "" {
		p.t.Fatalf("%s at %s is told:\n%s", p.name, p.path(), refused)
	}
}

// record begins a record of a kind and returns its number.
func (p *person) record(kind string, answers ...string) string {
	p.t.Helper()
	p.visit("/kinds/" + kind + "/new")
	p.fillIn("form.form", answers...)
	number, ok := strings.CutPrefix(p.path(), "/records/")
	if !ok {
		p.t.Fatalf("%s began no %s; the page says:\n%s", p.name, kind, p.text())
	}
	return number
}

// move makes a move of a record by its button on the record's page.
func (p *person) move(number, move string, answers ...string) {
	p.t.Helper()
	p.visit("/records/" + number)
	button := fmt.Sprintf("a[href^='/records/%s/moves/%s']", number, move)
	if !evaluate[bool](p.browser, fmt.Sprintf("document.querySelector(%q) !== null", button)) {
		p.t.Fatalf("%s is not offered to %s %s; the page says:\n%s", p.name, move, number, p.text())
	}
	p.pages++
	p.leave(button)
	p.fillIn("form.form", answers...)
}

// moves makes moves that ask nothing but, perhaps, why.
func (p *person) moves(number string, moves ...string) {
	p.t.Helper()
	for _, move := range moves {
		p.move(number, move, "reason", "As agreed in the meeting")
	}
}

// state is what the page of a record says of where it stands.
func (p *person) state(number string) string {
	p.t.Helper()
	p.visit("/records/" + number)
	return evaluate[string](p.browser, "document.querySelector('.stub .mark').innerText.trim()")
}

// secret is what the page shows once.
func (p *person) secret() string {
	p.t.Helper()
	return evaluate[string](p.browser, "document.querySelector('.secret').innerText.trim()")
}
