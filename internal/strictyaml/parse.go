// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// parse returns the content of the only document in raw; nil when the file is
// empty or cannot be read at all.
func (d *Document) parse(raw []byte) *yaml.Node {
	if len(raw) > MaxBytes {
		d.Faultf("", "the file has %d bytes; at most %d are read", len(raw), MaxBytes)
		return nil
	}
	if line, ok := badUTF8(raw); !ok {
		d.faults = append(d.faults, Fault{Line: line, Column: 1, Text: "the file is not UTF-8"})
		return nil
	}
	parser := yaml.NewDecoder(bytes.NewReader(raw))
	var first, second yaml.Node
	if err := parser.Decode(&first); err != nil {
		if !errors.Is(err, io.EOF) {
			d.syntax(err)
		}
		return nil
	}
	switch err := parser.Decode(&second); {
	case err == nil:
		d.faults = append(d.faults, Fault{Line: second.Line, Column: second.Column, Text: "a second document begins here; only one is read"})
	case !errors.Is(err, io.EOF):
		d.syntax(err)
	}
	return first.Content[0]
}

// badUTF8 tells the line of the first byte that is not UTF-8.
func badUTF8(raw []byte) (line int, ok bool) {
	if utf8.Valid(raw) {
		return 0, true
	}
	line = 1
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		raw = raw[size:]
	}
	return line, false
}

// yamlErrorLine finds the line in the parser's own text.
var yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func (d *Document) syntax(err error) {
	text := err.Error()
	fault := Fault{Text: "not YAML: " + yamlErrorLine.ReplaceAllString(text, "")}
	if m := yamlErrorLine.FindStringSubmatch(text); m != nil && m[1] != "" {
		fault.Line, _ = strconv.Atoi(m[1]) // digits by the expression; 0 is "unknown"
		fault.Column = 1
	}
	d.faults = append(d.faults, fault)
}

// maxDepth is twice what any file of ours needs. It bounds what paths cost.
const maxDepth = 24

// refuse walks the whole tree, known keys or not, and reports what YAML allows
// and we do not.
func (d *Document) refuse(n *yaml.Node, path string, depth int) {
	d.note(n, path)
	switch {
	case depth > maxDepth:
		d.Faultf(path, "is nested more than %d deep", maxDepth)
		n.Content = nil
		return
	case n.Kind == yaml.AliasNode:
		d.Faultf(path, "aliases (*%s) are not supported; write the value again", n.Value)
		return
	case n.Anchor != "":
		d.Faultf(path, "anchors (&%s) are not supported", n.Anchor)
	case n.Style&yaml.TaggedStyle != 0:
		d.Faultf(path, "tags (%s) are not supported; put a value that begins with ! in quotes", n.Tag)
		n.Tag, n.Style = "", n.Style&^yaml.TaggedStyle // read it as if it were not there
	}
	switch n.Kind {
	case yaml.MappingNode:
		d.refuseMapping(n, path, depth)
	case yaml.SequenceNode:
		for i, item := range n.Content {
			d.refuse(item, Element(path, i), depth+1)
		}
	}
}

func (d *Document) refuseMapping(n *yaml.Node, path string, depth int) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !plainKey(key) {
			d.faults = append(d.faults, Fault{Line: key.Line, Column: key.Column, Path: path, Text: "a key must be a plain word; merging (<<) is not supported"})
			continue
		}
		if line, twice := seen[key.Value]; twice {
			d.faults = append(d.faults, Fault{Line: key.Line, Column: key.Column, Path: member(path, key.Value), Text: fmt.Sprintf("stands here a second time; the first is on line %d", line)})
			continue
		}
		seen[key.Value] = key.Line
		d.refuse(value, member(path, key.Value), depth+1)
		d.note(key, member(path, key.Value))
	}
}

// plainKey tells whether a key is a word, not a structure or a merge.
func plainKey(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.ShortTag() != "!!merge"
}

// note remembers where a path stands. A key's own place wins over its value's,
// since that is where people look.
func (d *Document) note(n *yaml.Node, path string) {
	d.positions[path] = position{n.Line, n.Column}
}

// at finds the place of a path or of its nearest parent in the file.
func (d *Document) at(path string) position {
	for {
		if p, ok := d.positions[path]; ok || path == "" {
			return p
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
}

func member(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// Element is the path of the item at i in the list at path.
func Element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
