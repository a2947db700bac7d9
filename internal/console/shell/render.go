// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// base is what the pages of every section are built on.
//
//go:embed base/*.html
var base embed.FS

// ownPages are the pages of the shell itself.
//
//go:embed templates/*.html
var ownPages embed.FS

//go:embed static
var staticFiles embed.FS

// Templates builds one set with a template a page, named as its file, on the layout and
// the parts. Pages share the parts: with a set each, copies of the parts were a third of
// the program's heap. The pages of each section lie in its folder templates.
func Templates(sections ...fs.FS) (*template.Template, error) {
	set, err := template.New("").Funcs(functions).ParseFS(base, "base/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	for _, files := range sections {
		if err := addPages(set, files); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// addPages adds the pages of a section. Their names are one set: no two sections may
// use the same.
func addPages(set *template.Template, files fs.FS) error {
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return err
	}
	layout := set.Lookup("layout").Tree
	for _, file := range names {
		page, err := template.New("").Funcs(functions).ParseFS(files, file)
		if err != nil {
			return fmt.Errorf("parse page %s: %w", file, err)
		}
		name := strings.TrimSuffix(path.Base(file), ".html")
		if err := addPage(set, name, layout.Copy(), page); err != nil {
			return fmt.Errorf("page %s: %w", name, err)
		}
	}
	return nil
}

// Static are the files that browsers keep: stylesheet, mark and keys.
func Static() fs.FS { return staticFiles }

// Render writes a whole page or an error, never half a page.
func (s *Shell) Render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the client may have left; nobody is there to tell
	return nil
}
