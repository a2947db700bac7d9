// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pagetest

import (
	"bytes"
	"io/fs"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/shell"
)

// Check fails a test unless every page of a section has a type, shows hostile content
// escaped, keeps the content security policy and uses classes the stylesheet knows.
// Pages has one value of each page's type, by the name of its template.
func Check(t *testing.T, files fs.FS, pages map[string]any) {
	t.Helper()
	templates, err := shell.Templates(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range templates.Templates() {
		if name, isPage := strings.CutSuffix(one.Name(), " leaf"); isPage && pages[name] == nil {
			t.Errorf("page %s has a template and no type here", name)
		}
	}
	for kind, text := range Hostile {
		for name, data := range pages {
			fill(reflect.ValueOf(data).Elem(), text)
			var b bytes.Buffer
			if err := templates.ExecuteTemplate(&b, name, data); err != nil {
				t.Errorf("%s with %s: %v", name, kind, err)
				continue
			}
			if found := Unsafe(b.String()); found != "" {
				t.Errorf("%s with %s: the page contains %q", name, kind, found)
			}
		}
	}
	Policy(t, files)
	Classes(t, files)
}

// forbidden is what the content security policy allows in no template: it allows
// neither inline script nor inline style.
var forbidden = regexp.MustCompile(`(?i)\sstyle=|<script|<style|\son[a-z]+=|javascript:|https?://`)

// Policy looks for what the content security policy forbids in templates.
func Policy(t *testing.T, files fs.FS) {
	t.Helper()
	each(t, files, func(name string, text []byte) {
		text = bytes.ReplaceAll(text, []byte(`<script src="/static/keys.js" defer>`), nil) // the one script
		if found := forbidden.Find(text); found != nil {
			t.Errorf("%s contains %q", name, found)
		}
	})
}

var classAttribute = regexp.MustCompile(`class="([^"{]*)`)

// Classes looks for classes in templates that the stylesheet does not know.
func Classes(t *testing.T, files fs.FS) {
	t.Helper()
	css, err := fs.ReadFile(shell.Static(), "static/counterfoil.css")
	if err != nil {
		t.Fatal(err)
	}
	each(t, files, func(name string, text []byte) {
		for _, match := range classAttribute.FindAllSubmatch(text, -1) {
			for class := range strings.FieldsSeq(string(match[1])) {
				known := regexp.MustCompile(`\.` + regexp.QuoteMeta(class) + `\b`)
				if !known.Match(css) && class != "over" {
					t.Errorf("%s uses class %q, which the stylesheet does not know", name, class)
				}
			}
		}
	})
}

func each(t *testing.T, files fs.FS, look func(name string, text []byte)) {
	t.Helper()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err == nil {
			look(name, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
