// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDictionary(t *testing.T) {
	s := newScanner(t, Config{Dictionary: []Term{
		{Type: "project", Values: []string{"Blue Heron", "Blue Heron Two", "Reiher", "#sky", "C++", "Straße", "Ünterwalden"}},
		{Type: "person", Values: []string{"田中太郎", "Ἀλέξανδρος", "O'Brien", "Ann-Marie"}},
		{Type: "code_name", Values: []string{"APEX", "iX"}, CaseSensitive: true, Score: 0.8},
		{Type: "other", Values: []string{"Reiher"}, Score: 0.95},
	}})
	for _, c := range []struct {
		text string
		want []marked
	}{
		{"Blue Heron", []marked{{"project", "Blue Heron"}}},
		{"the blue heron.", []marked{{"project", "blue heron"}}},
		{"BLUE HERON!", []marked{{"project", "BLUE HERON"}}},
		{"(Blue\nHeron)", []marked{{"project", "Blue\nHeron"}}},
		{"Blue \t Heron", []marked{{"project", "Blue \t Heron"}}},
		{"Blue\u00a0Heron", []marked{{"project", "Blue\u00a0Heron"}}},
		{"Blue Heron Two", []marked{{"project", "Blue Heron Two"}}},
		{"Blue Heron Twofold", []marked{{"project", "Blue Heron"}}},
		{"Blue Herons", nil},
		{"aBlue Heron", nil},
		{"7Blue Heron", nil},
		{"BlueHeron", nil},
		{"blue_heron", nil},
		{"Blue Heron_x", []marked{{"project", "Blue Heron"}}},
		{"Blue, Heron", nil},
		{"a reiher", []marked{{"other", "reiher"}}},
		{"#sky #skyline x#sky", []marked{{"project", "#sky"}, {"project", "#sky"}}},
		{"C++ c++17 C+++", []marked{{"project", "C++"}, {"project", "c++"}, {"project", "C++"}}},
		{"STRAßE straße", []marked{{"project", "STRAßE"}, {"project", "straße"}}},
		{"ÜNTERWALDEN ünterwalden", []marked{{"project", "ÜNTERWALDEN"}, {"project", "ünterwalden"}}},
		{"für田中太郎さん", []marked{{"person", "田中太郎"}}},
		{"ἈΛΈΞΑΝΔΡΟς", []marked{{"person", "ἈΛΈΞΑΝΔΡΟς"}}},
		{"o'brien's ann-marie", []marked{{"person", "o'brien"}, {"person", "ann-marie"}}},
		{"APEX apex Apex iX IX", []marked{{"code_name", "APEX"}, {"code_name", "iX"}}},
		{"mail blue@example.com", []marked{{"email", "blue@example.com"}}},
		{"\xffReiher\xff", []marked{{"other", "Reiher"}}},
		{"", nil},
	} {
		if diff := cmp.Diff(c.want, values(s.Scan(nil, c.text), c.text)); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestDictionaryFaults(t *testing.T) {
	for _, c := range []struct {
		term Term
		want string
	}{
		{Term{Type: "", Values: []string{"abc"}}, "lower case"},
		{Term{Type: "Project", Values: []string{"abc"}}, "lower case"},
		{Term{Type: "pro ject", Values: []string{"abc"}}, "lower case"},
		{Term{Type: "email", Values: []string{"abc"}}, "built in"},
		{Term{Type: "project", Values: []string{"abc", " a "}}, "value 2: has 1 bytes"},
		{Term{Type: "project", Values: []string{strings.Repeat("a", 161)}}, "has 161 bytes"},
		{Term{Type: "project", Values: []string{"a\xff"}}, "UTF-8"},
		{Term{Type: "project", Values: []string{"abc"}, Score: 1.5}, "score 1.5"},
		{Term{Type: "project", Values: []string{"abc"}, Score: -1}, "score -1"},
	} {
		if _, err := New(Config{Dictionary: []Term{c.term}}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+.60v: %v, want %q", c.term, err, c.want)
		}
	}
}

func TestDictionaryTypes(t *testing.T) {
	s := newScanner(t, Config{Dictionary: []Term{
		{Type: "code_name", Values: []string{"Reiher"}},
		{Type: "code_name", Values: []string{"Heron"}, CaseSensitive: true},
	}})
	all := s.Types()
	want := TypeInfo{Type: "code_name", Class: ClassCustom, Label: "Code name", Placeholder: "CODE_NAME"}
	if len(all) != len(Types())+1 || all[len(all)-1] != want {
		t.Errorf("types %+v", all)
	}
}

// TestLargeDictionary looks up each of very many terms.
func TestLargeDictionary(t *testing.T) {
	terms := make([]string, maxTerms)
	for i := range terms {
		terms[i] = fmt.Sprintf("Customer %x Ltd", i)
	}
	s := newScanner(t, Config{Dictionary: []Term{{Type: "customer", Values: terms}}})
	for i := 0; i < len(terms); i += 997 {
		text := "for " + strings.ToUpper(terms[i]) + "."
		want := []marked{{"customer", strings.ToUpper(terms[i])}}
		if diff := cmp.Diff(want, values(s.Scan(nil, text), text)); diff != "" {
			t.Fatal(diff)
		}
	}
	if _, err := New(Config{Dictionary: []Term{{Type: "customer", Values: append(terms, "one more")}}}); err == nil {
		t.Error("too many terms were accepted")
	}
}
