// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package body reads a JSON body strictly and yields every string in it with
// the place where it stands, so that findings can be spliced out without
// touching another byte. Duplicate keys (compared after unescaping), invalid
// UTF-8, trailing values and excessive depth are refused: where two parsers
// could disagree, text would slip past the scanner.
package body

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth bounds the nesting of a body; providers' formats use about ten.
const MaxDepth = 64

// MaxValues bounds the strings, objects and arrays of a body, so that a small
// body cannot ask for much memory (about 90 bytes each).
const MaxValues = 250_000

// minNumber is the number of digits from which a JSON number is text too: the
// shortest card number has twelve.
const minNumber = 12

// Leaf is one string of a body: a value, an object's key or a long number.
type Leaf struct {
	Text   string // decoded; valid as long as the body's bytes are not changed
	Start  int    // offsets of the raw JSON literal, quotes included
	End    int
	Key    bool // an object's key
	Number bool // a JSON number of at least twelve digits
	node   int32
}

// node is one step of a path; the root has no parent.
type node struct {
	parent int32
	name   string // key in the parent object, "" in an array
	index  int32  // position in the parent array, -1 in an object
	number int32  // value of the member "index", -1 when there is none
}

// Doc is a walked body. It is reused through Walk and not safe for concurrent use.
type Doc struct {
	Raw    []byte
	Leaves []Leaf
	nodes  []node
	ints   []member
	open   []frame
	names  []byte // backing of decoded strings
}

// member is a short whole number that stands in an object.
type member struct {
	parent int32
	name   string
	value  int64
}

type frame struct {
	node  int32
	array bool
	next  int32 // position of the next array element
}

// Fault tells why a body was refused. Reason is a code of docs/ledger-format.md.
type Fault struct {
	Reason string
	Text   string // for the caller
}

func (f *Fault) Error() string { return f.Reason + ": " + f.Text }

// reader is a decoder with the buffer it reads from.
type reader struct {
	jsontext.Decoder
	src bytes.Buffer
}

var readers = sync.Pool{New: func() any { return new(reader) }}

// Walk reads raw into d, replacing what d held. The error is a *Fault.
// raw must not be changed while d or its leaves are in use.
func (d *Doc) Walk(raw []byte) error {
	d.Raw, d.Leaves, d.nodes, d.open, d.names = raw, d.Leaves[:0], d.nodes[:0], d.open[:0], nil
	d.ints = d.ints[:0]
	r := readers.Get().(*reader)
	defer readers.Put(r)
	r.src = *bytes.NewBuffer(raw)
	r.Reset(&r.src)
	if err := d.walk(&r.Decoder); err != nil {
		return classify(err)
	}
	if _, err := r.ReadToken(); !errors.Is(err, io.EOF) {
		return &Fault{Reason: "malformed_json", Text: "something follows the JSON value"}
	}
	return nil
}

var errMany = &Fault{Reason: "too_large", Text: "the JSON holds more than " + strconv.Itoa(MaxValues) + " values"}

var errDeep = &Fault{Reason: "too_deep", Text: "the JSON is nested deeper than " + strconv.Itoa(MaxDepth) + " levels"}

func (d *Doc) walk(dec *jsontext.Decoder) error {
	name, named := "", false // the key just read
	for {
		kind := dec.PeekKind()
		switch kind {
		case '{', '[':
			if len(d.open) == MaxDepth {
				return errDeep
			}
			if _, err := dec.ReadToken(); err != nil {
				return err
			}
			d.open = append(d.open, frame{node: d.step(name), array: kind == '['})
			named = false
		case '}', ']':
			if _, err := dec.ReadToken(); err != nil {
				return err
			}
			d.open = d.open[:len(d.open)-1]
			named = false
		default:
			raw, err := dec.ReadValue()
			if err != nil {
				return err
			}
			end := int(dec.InputOffset())
			isKey := len(d.open) > 0 && !d.open[len(d.open)-1].array && !named
			if isKey {
				name, named = d.key(raw, end), true
				continue
			}
			d.value(kind, raw, end, name)
			named = false
		}
		if len(d.open) == 0 {
			return nil
		}
		if len(d.nodes) > MaxValues || len(d.Leaves) > 2*MaxValues {
			return errMany
		}
	}
}

// key notes an object's key and returns it decoded.
func (d *Doc) key(raw []byte, end int) string {
	text := d.text(raw, end)
	d.Leaves = append(d.Leaves, Leaf{Text: text, Start: end - len(raw), End: end, Key: true, node: d.open[len(d.open)-1].node})
	return text
}

// value notes a scalar, if it is text.
func (d *Doc) value(kind jsontext.Kind, raw []byte, end int, name string) {
	switch {
	case kind == '"':
		leaf := Leaf{Text: d.text(raw, end), Start: end - len(raw), End: end}
		leaf.node = d.step(name)
		d.Leaves = append(d.Leaves, leaf)
	case kind == '0':
		d.number(raw, end, name)
	case kind == 't' && len(d.open) > 0 && !d.open[len(d.open)-1].array && len(d.ints) < MaxValues:
		d.ints = append(d.ints, member{parent: d.open[len(d.open)-1].node, name: name, value: 1})
	default:
		d.skip()
	}
}

func (d *Doc) number(raw []byte, end int, name string) {
	if k := len(d.open); k > 0 && !d.open[k-1].array && len(raw) < minNumber && len(d.ints) < MaxValues {
		d.whole(raw, name, d.open[k-1].node)
	}
	if len(raw) < minNumber {
		d.skip()
		return
	}
	d.Leaves = append(d.Leaves, Leaf{Text: alias(d.Raw[end-len(raw) : end]), Start: end - len(raw), End: end, Number: true, node: d.step(name)})
}

// whole notes a short whole number of an object, such as a token count.
func (d *Doc) whole(raw []byte, name string, parent int32) {
	n, err := strconv.ParseInt(alias(raw), 10, 64)
	if err != nil {
		return
	}
	d.ints = append(d.ints, member{parent: parent, name: name, value: n})
	if name == "index" && n >= 0 && n < 1<<31 {
		d.nodes[parent].number = int32(n)
	}
}

// Int returns the whole number that stands as name in an object named parent
// ("" for the root), 1 for true, or 0.
func (d *Doc) Int(parent, name string) int64 {
	for _, m := range d.ints {
		if m.name == name && d.nodes[m.parent].name == parent && (parent != "" || m.parent == 0) {
			return m.value
		}
	}
	return 0
}

// skip counts an array element that is not text.
func (d *Doc) skip() {
	if n := len(d.open); n > 0 && d.open[n-1].array {
		d.open[n-1].next++
	}
}

// step adds the node of a value that begins now.
func (d *Doc) step(name string) int32 {
	n := node{parent: -1, index: -1, number: -1}
	if k := len(d.open); k > 0 {
		f := &d.open[k-1]
		n.parent = f.node
		if f.array {
			n.index = f.next
			f.next++
		} else {
			n.name = name
		}
	}
	d.nodes = append(d.nodes, n)
	return int32(len(d.nodes) - 1)
}

// text decodes a string literal; without escapes it is the body's own bytes.
func (d *Doc) text(raw []byte, end int) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return alias(d.Raw[end-len(raw)+1 : end-1])
	}
	from := len(d.names)
	out, err := jsontext.AppendUnquote(d.names, raw)
	if err != nil {
		out = d.names // the decoder has accepted the literal; cannot happen
	}
	d.names = out
	return alias(out[from:])
}

// alias views bytes as a string without a copy. Body bytes are read-only from
// Walk on, and appended decoded bytes are never overwritten, only outgrown.
func alias(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}

// Object tells whether the document is a JSON object.
func (d *Doc) Object() bool {
	at := bytes.IndexAny(d.Raw, "{[\"-0123456789tfn")
	return at >= 0 && d.Raw[at] == '{'
}

// Small tells whether the document holds little memory, so that it may be kept
// for reuse.
func (d *Doc) Small() bool {
	const keep = 4096
	return cap(d.nodes) <= keep && cap(d.Leaves) <= keep && cap(d.ints) <= keep
}

// Path writes where a leaf stands, such as messages[0].content.
func (d *Doc) Path(l Leaf) string {
	return string(d.AppendPath(nil, l, false))
}

// AppendPath appends the path of a leaf. With byIndex, an element that states
// an "index" member is named by it, so that the pieces of one streamed text
// share a path, and a root that states one is written first.
func (d *Doc) AppendPath(dst []byte, l Leaf, byIndex bool) []byte {
	return d.appendNode(dst, l.node, byIndex)
}

func (d *Doc) appendNode(dst []byte, i int32, byIndex bool) []byte {
	n := d.nodes[i]
	if n.parent < 0 {
		if byIndex && n.number >= 0 {
			dst = append(dst, '#')
			dst = strconv.AppendInt(dst, int64(n.number), 10)
		}
		return dst
	}
	dst = d.appendNode(dst, n.parent, byIndex)
	if n.index < 0 {
		if len(dst) > 0 {
			dst = append(dst, '.')
		}
		return append(dst, n.name...)
	}
	at := n.index
	if byIndex && n.number >= 0 {
		at = n.number
	}
	dst = append(dst, '[')
	dst = strconv.AppendInt(dst, int64(at), 10)
	return append(dst, ']')
}

// Name is the key under which a leaf stands: its own in an object, that of the
// enclosing array otherwise, "" at the root.
func (d *Doc) Name(l Leaf) string {
	for i := l.node; i >= 0; i = d.nodes[i].parent {
		if d.nodes[i].index < 0 {
			return d.nodes[i].name
		}
	}
	return ""
}

// Under tells whether an object of that name encloses the leaf.
func (d *Doc) Under(l Leaf, name string) bool {
	for i := d.nodes[l.node].parent; i >= 0; i = d.nodes[i].parent {
		if d.nodes[i].name == name {
			return true
		}
	}
	return false
}

// Element is the position, or the stated "index", of the array element nearest
// around the leaf, 0 when there is none.
func (d *Doc) Element(l Leaf) int64 {
	for i := l.node; i >= 0; i = d.nodes[i].parent {
		if n := d.nodes[i]; n.index >= 0 {
			if n.number >= 0 {
				return int64(n.number)
			}
			return int64(n.index)
		}
	}
	return 0
}

// Depth is the number of steps from the root to the leaf.
func (d *Doc) Depth(l Leaf) int {
	n := 0
	for i := d.nodes[l.node].parent; i >= 0; i = d.nodes[i].parent {
		n++
	}
	return n
}

// Top returns the text of a string member of the root object, "" without one.
func (d *Doc) Top(name string) string {
	for _, l := range d.Leaves {
		if !l.Key && d.Depth(l) == 1 && d.nodes[l.node].name == name {
			return l.Text
		}
	}
	return ""
}

// Any returns the first string member of that name anywhere, "" without one.
func (d *Doc) Any(name string) string {
	for _, l := range d.Leaves {
		if !l.Key && d.nodes[l.node].name == name {
			return l.Text
		}
	}
	return ""
}

func classify(err error) error {
	var fault *Fault
	if errors.As(err, &fault) {
		return fault
	}
	text := err.Error()
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return &Fault{Reason: "duplicate_key", Text: "an object has the same key twice" + at(err)}
	case strings.Contains(text, "invalid UTF-8"):
		return &Fault{Reason: "invalid_utf8", Text: "a string is not valid UTF-8" + at(err)}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Fault{Reason: "malformed_json", Text: "the JSON ends too early"}
	default:
		return &Fault{Reason: "malformed_json", Text: "this is not valid JSON" + at(err)}
	}
}

func at(err error) string {
	var syn *jsontext.SyntacticError
	if errors.As(err, &syn) {
		return " (at byte " + strconv.FormatInt(syn.ByteOffset, 10) + ")"
	}
	return ""
}
