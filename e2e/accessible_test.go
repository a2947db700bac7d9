// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// looks are how a page is looked at. Without -long each page has one of them, in turn.
var looks = []struct {
	width int64
	theme string
}{{1280, "light"}, {390, "dark"}, {1280, "dark"}, {390, "light"}}

// inspector follows the links of the console and lets axe, which knows the rules of
// WCAG, judge each sort of page.
type inspector struct {
	*browser
	console string
	axe     string
	sorts   map[string]int // pages seen, by sort
	seen    int
}

// TestAccessible looks at every sort of page of the console, over the demonstration and
// over an organisation that has nothing yet, and at forms with errors. What axe calls
// serious or critical fails the test, and so does what stands out at the side.
func TestAccessible(t *testing.T) {
	t.Run("demonstration", func(t *testing.T) {
		t.Parallel()
		in := prepare(t, options{})
		if out, code := in.command("demo"); code != 0 {
			t.Fatalf("demo: %s", out)
		}
		in.launch()
		i := newInspector(t, in.Console)
		i.open(in.Console + "/login")
		i.check("/login")
		i.refused("/login", "form.form")
		i.fill("email", "ruth.osei@northgate.example", "password", "look around in northgate")
		i.submit()
		i.follow("/", "/kinds/risk?at=2026-06-30T00:00:00Z", "/nowhere", "/views", "/go?q=letter", "/kinds/risk?state=accepted")
		forms := []string{"/kinds/risk/new", "/kinds/scope/new", "/systems/new", "/erasures/new", "/holds/new"}
		if *long {
			forms = append(forms, i.all("a[href^='/kinds/'][href$='/new']", "/palette")...)
		}
		for _, form := range forms {
			i.refused(form, "form.form")
		}
		i.refused("/kinds/risk?q=x", "form[action='/views']")
	})
	t.Run("nothing yet", func(t *testing.T) {
		t.Parallel()
		in := prepare(t, options{})
		in.launch()
		link := ""
		in.eventually("the set-up link is printed", func() bool {
			link = setupLink.FindString(in.output.String())
			return link != ""
		})
		i := newInspector(t, in.Console)
		setup := strings.TrimPrefix(link, in.Console)
		i.open(link)
		i.check(setup)
		i.refused(setup, "form.form")
		i.fill("email", "ada@northgate.example", "name", "Ada Okafor", "password", journeyPassword, "again", journeyPassword)
		i.submit()
		i.follow("/", "/interactions?decision=block")
		i.open(in.Console + "/kinds/person/new")
		i.fill("name", strings.Repeat("unbreakable", 15), "email", strings.Repeat("u", 60)+"@northgate.example")
		i.submit()
		i.fits(i.path(), "/kinds/person", "/people", "/kinds/appointment/new", "/palette", "/go?q=unbreak")
	})
}

func newInspector(t *testing.T, console string) *inspector {
	t.Helper()
	axe, err := os.ReadFile(filepath.Join("clients", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal("axe is not installed: run make deps")
	}
	most := 20 * time.Minute
	if *long {
		most = time.Hour
	}
	return &inspector{browser: openBrowserFor(t, most), console: console, axe: string(axe), sorts: map[string]int{}}
}

// follow looks at pages and at whatever they lead to.
func (i *inspector) follow(paths ...string) {
	i.t.Helper()
	began := time.Now()
	for queue := paths; len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		sort, most := sortOf(path)
		if i.sorts[sort] >= most {
			continue
		}
		i.sorts[sort]++
		i.open(i.console + path)
		queue = append(queue, evaluate[[]string](i.browser, "[...document.links].filter(a => a.origin === location.origin).map(a => a.pathname + a.search)")...)
		i.check(path)
	}
	i.t.Logf("%d pages, %s", i.seen, time.Since(began).Round(time.Second))
}

// fits demands of pages with a word without end that nothing has to be moved sideways.
func (i *inspector) fits(paths ...string) {
	i.t.Helper()
	for _, path := range paths {
		i.open(i.console + path)
		if !strings.Contains(i.html(), "unbreakable") {
			i.t.Errorf("%s does not show the word", path)
		}
		for _, width := range []int64{1280, 390} {
			i.do(chromedp.EmulateViewport(width, 900))
			if wide := evaluate[int64](i.browser, "Math.max(...[document.documentElement, document.querySelector('.leaf')].map(e => e.scrollWidth - e.clientWidth))"); wide > 0 {
				i.t.Errorf("%s at %d: %d pixels stand out", path, width, wide)
			}
		}
	}
}

// all are the targets of links on a page.
func (i *inspector) all(selector, path string) []string {
	i.t.Helper()
	i.open(i.console + path)
	return evaluate[[]string](i.browser, fmt.Sprintf("[...document.querySelectorAll(%q)].map(a => a.getAttribute('href'))", selector))
}

// refused sends a form with nothing in it and looks at what comes back.
func (i *inspector) refused(path, form string) {
	i.t.Helper()
	i.open(i.console + path)
	i.do(chromedp.EmulateViewport(1280, 900))
	if !evaluate[bool](i.browser, fmt.Sprintf("(() => { const f = document.querySelector(%q); if (!f) return false; f.noValidate = true; document.querySelectorAll('details').forEach(d => d.open = true); return true })()", form)) {
		i.t.Fatalf("%s has no form %s", path, form)
	}
	i.leave(form + " button[type=submit]")
	if !evaluate[bool](i.browser, "document.querySelector('.errsum') !== null") {
		i.t.Errorf("%s: the empty form was not refused", path)
	}
	i.check(path + ", refused")
}

// check lets axe judge the page that is open, with everything on it unfolded.
func (i *inspector) check(path string) {
	i.t.Helper()
	chosen := looks
	if !*long {
		chosen = looks[i.seen%len(looks):][:1]
	}
	i.seen++
	evaluate[bool](i.browser, "document.querySelectorAll('details').forEach(d => d.open = true), true")
	evaluate[bool](i.browser, i.axe+"; true")
	for _, look := range chosen {
		i.do(chromedp.EmulateViewport(look.width, 900))
		if _, err := chromedp.Call(i.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.theme}}}); err != nil {
			i.t.Fatal(err)
		}
		where := fmt.Sprintf("%s at %d, %s", path, look.width, look.theme)
		if wide := evaluate[int64](i.browser, "document.documentElement.scrollWidth"); wide > look.width {
			i.t.Errorf("%s: %d pixels wide", where, wide)
		}
		for _, v := range i.violations() {
			i.t.Errorf("%s: %s (%s):\n\t%s", where, v.Help, v.ID, strings.Join(v.Nodes, "\n\t"))
		}
	}
}

type violation struct {
	ID, Help string
	Nodes    []string
}

const axeScript = `axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.
	filter(v => v.impact === 'serious' || v.impact === 'critical').
	map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + n.any.concat(n.all, n.none).map(c => c.message).join(' '))}))))`

func (i *inspector) violations() (list []violation) {
	i.t.Helper()
	text, err := chromedp.Run(i.ctx, chromedp.Evaluate[string](axeScript, chromedp.EvalAwaitPromise))
	if err == nil {
		err = json.Unmarshal([]byte(text), &list)
	}
	if err != nil {
		i.t.Fatalf("run axe: %v", err)
	}
	return list
}

var (
	noPage     = regexp.MustCompile(`\.csv$|/export$|/raw$|/proof(/|$)|/checkpoint$|^/static/|/attachments/|/entry/`)
	recordName = regexp.MustCompile(`^([A-Z]{1,4})-\d+$`)
	anyID      = regexp.MustCompile(`^([0-9a-f]{8}-[0-9a-f-]{27}|\d+)$`)
)

// sortOf is the sort of page at an address, and how many of it are looked at: none of what
// is no page. Two records of one kind are of one sort. Kinds share their templates, so
// that some stand for all, but with -long.
func sortOf(address string) (sort string, most int) {
	u, err := url.Parse(address)
	if err != nil || noPage.MatchString(u.Path) {
		return "", 0
	}
	most = 1
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	for n, part := range parts {
		of := parts[0]
		switch record := recordName.FindStringSubmatch(part); {
		case record != nil && n == len(parts)-1 && *long:
			parts[n] = record[1] + "-N"
		case n == 1 && of == "kinds" && !*long, record != nil:
			parts[n], most = "N", 2
		case anyID.MatchString(part), n == 1 && of == "systems" && part != "new", n == 3 && parts[2] == "moves":
			parts[n] = "N"
		case n == 1 && of == "requirements" && strings.HasPrefix(part, "A."):
			parts[n] = "A.N"
		case n == 1 && of == "requirements" && part != "export":
			parts[n] = "N"
		}
	}
	if u.Query().Has("at") {
		return "past " + parts[0], 1
	}
	return strings.Join(parts, "/"), most
}
