// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"slices"
	texttemplate "text/template"

	"github.com/counterfoil/counterfoil"
)

//go:embed index.html.tmpl
var pageText string

//go:embed README.txt.tmpl
var readmeText string

var (
	pageTemplate   = template.Must(template.New("index.html").Parse(pageText))
	readmeTemplate = texttemplate.Must(texttemplate.New("README.txt").Parse(readmeText))
)

// page is what the files for people are made from.
type page struct {
	counterfoil.PackManifest
	Root       string
	Results    []result
	Absences   []string
	FirstIndex counterfoil.Index
	LastIndex  counterfoil.Index
}

// result is how many interactions ended in one way.
type result struct {
	Name  string
	Count uint64
}

// absences says what each code of the manifest means to a reader.
var absences = map[string]string{
	"other_entries":     "Entries of the range that belong to other AI systems, or to the node itself.",
	"payloads_withheld": "Texts that were not asked for. Their entries are here and bind them, so they can be disclosed later and checked then.",
	"payloads_erased":   "Texts that were erased before this pack was made. What happened stays proved; what was said is gone.",
	"registry":          "The registry: this node has none. So nobody outside has confirmed the head, and time rests on the node's own clock.",
	"registry_head":     "A head of the registry that covers the range. The head here is one the node signed by itself; make the pack again later to have more.",
	"cosignatures":      "Cosignatures of witnesses. Without them the operator could have shown somebody else another history.",
	"timestamp_after":   "A time-stamp from outside behind the range. Without one, that it existed by a certain time rests on the node's own clock.",
	"timestamp_before":  "A time-stamp from outside before the range. Without one, that it did not exist earlier rests on the node's own clock.",
}

// planPages adds the files for people.
func (p *packing) planPages(l *plan) error {
	predicate := p.predicate()
	v := page{
		PackManifest: predicate, Root: base64.StdEncoding.EncodeToString(p.head.Root[:]),
		FirstIndex: predicate.Range.From, LastIndex: predicate.Range.To - 1,
	}
	for _, name := range slices.Sorted(maps.Keys(p.outcomes)) {
		v.Results = append(v.Results, result{name, p.outcomes[name]})
	}
	for _, code := range predicate.Absent {
		v.Absences = append(v.Absences, absences[code])
	}
	var html, text bytes.Buffer
	if err := pageTemplate.Execute(&html, v); err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	if err := readmeTemplate.Execute(&text, v); err != nil {
		return fmt.Errorf("make the read-me: %w", err)
	}
	l.fixed("index.html", html.Bytes())
	l.fixed("README.txt", text.Bytes())
	return nil
}
