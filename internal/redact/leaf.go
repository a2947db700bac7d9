// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxLeafDepth is how many JSON documents inside strings of JSON documents
// [Leaves] looks through.
const MaxLeafDepth = 3

// Leaf is a string value in a JSON document that is itself a decoded string,
// such as a value in the arguments of a tool call.
type Leaf struct {
	Text  string // decoded
	Depth int    // documents it lies in, from 1

	raw    string // its literal in the document, quotes included
	offset int    // of raw in the document
	outer  *Leaf  // the leaf that is the document; nil at depth 1
}

// Range translates the bytes start to end of the leaf's text into offsets in
// the text given to [Leaves], snapping outward like [RawRange]. A placeholder
// put there needs no escaping; any other text needs Depth times.
func (l *Leaf) Range(start, end int) (outerStart, outerEnd int) {
	for ; l != nil; l = l.outer {
		start, end = RawRange(l.raw, start, end)
		start, end = start+l.offset, end+l.offset
	}
	return start, end
}

// Leaves returns the string values of text in order if text is, strictly, one
// JSON object or array: no duplicate names, no bad UTF-8, nothing behind it.
// Otherwise it returns nil. Names of members are no values. A value that is
// again such a document yields, if it has any, its own leaves instead of
// itself, to a depth of [MaxLeafDepth].
func Leaves(text string) []Leaf {
	return appendLeaves(nil, text, nil)
}

func appendLeaves(dst []Leaf, document string, outer *Leaf) []Leaf {
	if !looksLikeDocument(document) {
		return dst
	}
	flat, ok := flatLeaves(document, outer)
	if !ok {
		return dst
	}
	for i := range flat {
		leaf := &flat[i]
		inner := dst
		if leaf.Depth < MaxLeafDepth {
			inner = appendLeaves(dst, leaf.Text, leaf)
		}
		if len(inner) > len(dst) {
			dst = inner
			continue
		}
		dst = append(dst, *leaf)
	}
	return dst
}

// looksLikeDocument spares most strings the parser.
func looksLikeDocument(text string) bool {
	text = strings.Trim(text, " \t\r\n")
	if len(text) < 2 {
		return false
	}
	first, last := text[0], text[len(text)-1]
	return first == '{' && last == '}' || first == '[' && last == ']'
}

// flatLeaves returns the leaves of one document; ok is false if it is none.
func flatLeaves(document string, outer *Leaf) (leaves []Leaf, ok bool) {
	depth := 1
	if outer != nil {
		depth = outer.Depth + 1
	}
	d := jsontext.NewDecoder(strings.NewReader(document))
	for {
		if d.PeekKind() != '"' {
			if _, err := d.ReadToken(); err != nil {
				return nil, false
			}
			if d.StackDepth() == 0 {
				_, err := d.ReadToken()
				return leaves, err == io.EOF
			}
			continue
		}
		kind, members := d.StackIndex(d.StackDepth())
		value, err := d.ReadValue()
		if err != nil {
			return nil, false
		}
		if kind == '{' && members%2 == 0 {
			continue // a name
		}
		end := int(d.InputOffset())
		raw := document[end-len(value) : end]
		text, err := unquoted(raw)
		if err != nil {
			return nil, false
		}
		leaves = append(leaves, Leaf{Text: text, Depth: depth, raw: raw, offset: end - len(value), outer: outer})
	}
}

// unquoted decodes a literal, without copying where nothing is escaped.
func unquoted(raw string) (string, error) {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], nil
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	return string(text), err
}
