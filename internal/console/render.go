// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// shared are the templates every page is built on.
var shared = []string{"templates/layout.html", "templates/parts.html", "templates/parts_drawn.html", "templates/parts_saved.html", "templates/parts_scope.html"}

// functions are few and pure.
var functions = template.FuncMap{
	"iso":   func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z07:00") },
	"stamp": stamp,
	"short": func(t time.Time) string { return t.UTC().Format("2 Jan, 15:04:05") },
	"clock": clockTime,
	"day":   func(t time.Time) string { return t.UTC().Format("2 Jan 2006") },
	"lower": strings.ToLower,
	"first": firstSentence,

	"places": places,
}

// slots are what a page defines; the layout has a place for each.
var slots = []string{"head", "stub", "leaf"}

// parseTemplates builds one set with a template a page, named as its file. Pages share
// the parts: with a set each, copies of the parts were a third of the program's heap.
func parseTemplates() (*template.Template, error) {
	set, err := template.New("").Funcs(functions).ParseFS(templateFiles, shared...)
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	layout := set.Lookup("layout").Tree
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if slices.Contains(shared, file) {
			continue
		}
		page, err := template.New("").Funcs(functions).ParseFS(templateFiles, file)
		if err != nil {
			return nil, fmt.Errorf("parse page %s: %w", file, err)
		}
		name := strings.TrimSuffix(path.Base(file), ".html")
		if err := addPage(set, name, layout.Copy(), page); err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
	}
	return set, nil
}

// addPage adds what a page defines, and the layout with the page's own slots in it.
func addPage(set *template.Template, name string, layout *parse.Tree, page *template.Template) error {
	for _, part := range page.Templates() {
		own := part.Name()
		switch {
		case part.Tree == nil || strings.HasSuffix(own, ".html"): // what stands around the definitions
			continue
		case slices.Contains(slots, own):
			own = name + " " + own
		}
		if set.Lookup(own) != nil {
			return fmt.Errorf("%q is defined elsewhere too", own)
		}
		if _, err := set.AddParseTree(own, part.Tree); err != nil {
			return err
		}
	}
	fillSlots(layout.Root, name)
	_, err := set.AddParseTree(name, layout)
	return err
}

// fillSlots points the slots of a layout to those of a page.
func fillSlots(list *parse.ListNode, page string) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TemplateNode:
			if slices.Contains(slots, n.Name) {
				n.Name = page + " " + n.Name
			}
		case *parse.IfNode:
			fillSlots(n.List, page)
			fillSlots(n.ElseList, page)
		case *parse.WithNode:
			fillSlots(n.List, page)
			fillSlots(n.ElseList, page)
		case *parse.RangeNode:
			fillSlots(n.List, page)
			fillSlots(n.ElseList, page)
		}
	}
}

// render writes a whole page or an error, never half a page.
func (c *Console) render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := c.pages.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the client may have left; nobody is there to tell
	return nil
}

// stamp is a moment as it is read: "24 Nov 2026, 14:17:42". Times are UTC, which the footer says.
func stamp(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05") }

func clockTime(t time.Time) string { return t.UTC().Format("15:04:05") }

// micros turns microseconds since the epoch into a time.
func micros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// number groups thousands by comma.
func number[T ~uint64 | ~int64 | ~int | ~uint32](n T) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// counted is a number with its noun: "1 rule", "2 rules".
func counted(n uint64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + more
}
