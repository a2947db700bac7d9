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
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// shared are the templates every page is built on.
var shared = []string{"templates/layout.html", "templates/parts.html", "templates/parts_drawn.html"}

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

// parseTemplates builds one template set a page, named as its file.
func parseTemplates() (map[string]*template.Template, error) {
	base, err := template.New("base").Funcs(functions).ParseFS(templateFiles, shared...)
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := make(map[string]*template.Template)
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if slices.Contains(shared, file) {
			continue
		}
		t, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if pages[name], err = t.ParseFS(templateFiles, file); err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
	}
	return pages, nil
}

// render writes a whole page or an error, never half a page.
func (c *Console) render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := c.pages[name].ExecuteTemplate(&b, "layout", data); err != nil {
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
