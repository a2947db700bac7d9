// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package strictyaml

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

type sample struct {
	Name  string    `yaml:"name"`
	On    bool      `yaml:"on"`
	Count int       `yaml:"count"`
	Large int64     `yaml:"large"`
	Part  float64   `yaml:"part"`
	Words []string  `yaml:"words"`
	Items []item    `yaml:"items"`
	Shout loud      `yaml:"shout"`
	Later yaml.Node `yaml:"later"`
	Local string    `yaml:"-"`
}

type item struct {
	A string `yaml:"a"`
	B string `yaml:"b"`
}

func (i *item) SetDefaults() { i.B = "default" }

type loud string

func (l *loud) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errors.New("says nothing")
	}
	*l = loud(strings.ToUpper(string(text)))
	return nil
}

func TestDecode(t *testing.T) {
	s := sample{Name: "before", Count: 7}
	d := Decode([]byte(`
name: 4.10
on: True
large: 0x10
part: 1
words: [a, 2, 2026-11-24]
items:
  - a: x
  - {a: y, b: z}
shout: hello
later: {x: [1, 2]}
count:
`), &s)
	if faults := d.Faults(); faults != nil {
		t.Fatalf("faults:\n%v", faults)
	}
	var later struct {
		X []int `yaml:"x"`
	}
	d.Into(&s.Later, "later", &later)
	want := sample{
		Name: "4.10", On: true, Count: 7, Large: 16, Part: 1, Words: []string{"a", "2", "2026-11-24"},
		Items: []item{{"x", "default"}, {"y", "z"}}, Shout: "HELLO", Later: s.Later,
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{1, 2}, later.X); diff != "" {
		t.Errorf("decoded later (-want +got):\n%s", diff)
	}
	if !d.Has("items[1].b") || d.Has("items[0].b") || d.Line("items[1].b") != 9 || d.Line("items[1].none") != 9 || d.Line("none") != 2 {
		t.Error("places are not remembered")
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"comment", "# x\n", ""},
		{"null", "null\n", ""},
		{"scalar", "x", "1: must be a set of keys: name, on, count, large, part, words, items, shout, later"},
		{"unknown", "name: a\nnome: b", "2: nome: unknown key; known are name, on, count, large, part, words, items, shout, later"},
		{"field without a key", "Local: a", "1: Local: unknown key; known are name, on, count, large, part, words, items, shout, later"},
		{"text", "name: true", "1: name: must be text; put it in quotes if it looks like something else"},
		{"text from a list", "name: [a]", "1: name: must be text; put it in quotes if it looks like something else"},
		{"bool", "on: 1", "1: on: must be true or false"},
		{"quoted bool", "on: 'true'", "1: on: must be true or false"},
		{"int", "count: 1.5", "1: count: must be a whole number"},
		{"large int", "large: 9223372036854775808", "1: large: must be a whole number"},
		{"float", "part: .nan", "1: part: must be a number"},
		{"infinite", "part: .inf", "1: part: must be a number"},
		{"list", "words: a", "1: words: must be a list"},
		{"item", "items:\n- a: x\n  b: [y]\n- c: z", "3: items[0].b: must be text; put it in quotes if it looks like something else\n4: items[1].c: unknown key; known are a, b"},
		{"own form", "shout: ''", "1: shout: says nothing"},
		{"own form of a list", "shout: []", "1: shout: must be a single value"},
		{"twice", "name: a\nname: b", "2: name: stands here a second time; the first is on line 1"},
		{"twice and escaped", `{"name": a, "n\u0061me": b}`, "1: name: stands here a second time; the first is on line 1"},
		{"twice below", "later:\n  {a: 1, a: 2}", "2: later.a: stands here a second time; the first is on line 2"},
		{"anchor", "name: &x a", "1: name: anchors (&x) are not supported"},
		{"alias", "name: &x a\nwords: [*x]", "1: name: anchors (&x) are not supported\n2: words[0]: aliases (*x) are not supported; write the value again"},
		{"tag", "name: !env X", "1: name: tags (!env) are not supported; put a value that begins with ! in quotes"},
		{"merge", "<<: {name: a}", "1: a key must be a plain word; merging (<<) is not supported"},
		{"structured key", "? [a]\n: b", "1: a key must be a plain word; merging (<<) is not supported"},
		{"documents", "name: a\n---\nname: b", "2: a second document begins here; only one is read"},
		{"broken second document", "name: a\n---\n[", "3: not YAML: did not find expected node content"},
		{"syntax", "name: [a", "1: not YAML: did not find expected ',' or ']'"},
		{"tabs", "items:\n\t- a", "2: not YAML: found character that cannot start any token"},
		{"UTF-8", "name: a\n# \xff", "2: the file is not UTF-8"},
		{"control characters", "name: \x01", "not YAML: control characters are not allowed"},
		{"depth", "later: " + strings.Repeat("[", 30) + strings.Repeat("]", 30), "1: later" + strings.Repeat("[0]", 24) + ": is nested more than 24 deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s sample
			if diff := cmp.Diff(c.want, Decode([]byte(c.text), &s).Faults().String()); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBombs reads files that would grow or take long in other readers.
func TestBombs(t *testing.T) {
	for name, text := range map[string]string{
		"laughs":   "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nlater: [*c,*c]\n",
		"brackets": "later: " + strings.Repeat("[", MaxBytes/2),
		"braces":   "later: " + strings.Repeat("{a: ", MaxBytes/8),
		"dashes":   strings.Repeat("- ", MaxBytes/4),
		"size":     strings.Repeat("#", MaxBytes+1),
	} {
		var s sample
		if Decode([]byte(text), &s).Faults().Err() == nil {
			t.Errorf("%s: no faults", name)
		}
	}
}

// TestEmbedded reads the keys of an embedded struct as the outer one's.
func TestEmbedded(t *testing.T) {
	type Outer struct {
		item
		C string `yaml:"c"`
	}
	type Exported struct {
		Item item `yaml:"item"`
		Outer
	}
	var e Exported
	d := Decode([]byte("item: {a: 1}\nc: 2\na: 3\nd: 4\n"), &e)
	if e.Item.A != "1" || e.C != "2" || e.A != "3" {
		t.Errorf("read %+v", e)
	}
	if got, want := d.Faults().String(), "4: d: unknown key; known are item, a, b, c"; got != want {
		t.Errorf("faults %q, want %q", got, want)
	}
}

func TestFaultPrinting(t *testing.T) {
	d := Decode([]byte("name: a\n"), &sample{})
	d.Warnf("name", "is short")
	if faults := d.Faults().In("f.yaml"); faults.Err() != nil || faults.String() != "f.yaml:1: warning: name: is short" {
		t.Errorf("%v, %v", faults.Err(), faults)
	}
	d.Faultf("name.more", "is wrong")
	d.FaultAt(9, 1, "", "is far")
	err := d.Faults().In("f.yaml").Err()
	if err == nil || err.Error() != "f.yaml:1: name.more: is wrong\nf.yaml:9: is far" {
		t.Errorf("error: %v", err)
	}
	if !d.Faulty("name") || d.Faulty("nam") {
		t.Error("does not know where faults are")
	}
	if got := (Fault{File: "f.yaml", Text: "read: gone"}).String(); got != "f.yaml: read: gone" {
		t.Errorf("printed %q", got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("name: a\nitems: [{a: b}]\n"))
	f.Add([]byte("later: &a {x: *a}\n<<: [1]\n---\n"))
	f.Add([]byte("? {a: b}\n: !t |\n  x\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var s sample
		for _, fault := range Decode(raw, &s).Faults() {
			if fault.Text == "" || fault.Line < 0 {
				t.Fatalf("%+v", fault)
			}
		}
	})
}
