// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"text/template/parse"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/words"
)

// functions are few and pure.
var functions = template.FuncMap{
	"iso":    func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z07:00") },
	"stamp":  words.Stamp,
	"short":  func(t time.Time) string { return t.UTC().Format("2 Jan, 15:04:05") },
	"clock":  words.Clock,
	"day":    func(t time.Time) string { return t.UTC().Format("2 Jan 2006") },
	"within": words.Within, "sentence": words.Sentence,
	"first": words.FirstSentence,

	"places": Places,
}

// slots are what a page defines; the layout has a place for each.
var slots = []string{"head", "stub", "leaf"}

// addPage adds what a page defines, and the layout with the page's own slots in it.
func addPage(set *template.Template, name string, layout *parse.Tree, page *template.Template) error {
	for _, piece := range page.Templates() {
		own := piece.Name()
		switch {
		case piece.Tree == nil || strings.HasSuffix(own, ".html"): // what stands around the definitions
			continue
		case slices.Contains(slots, own):
			own = name + " " + own
		}
		if set.Lookup(own) != nil {
			return fmt.Errorf("%q is defined elsewhere too", own)
		}
		if _, err := set.AddParseTree(own, piece.Tree); err != nil {
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
