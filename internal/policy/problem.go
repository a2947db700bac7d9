// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
)

// problem is something wrong inside a condition; line and column count from 1
// in the condition's own text.
type problem struct {
	line, column int
	text         string
}

// problems rewrites the checker's errors for people who write rules.
func (c *compiler) problems(when string, issues *cel.Issues) []problem {
	lines := strings.Split(when, "\n")
	var list []problem
	for _, e := range issues.Errors() {
		p := problem{line: e.Location.Line(), column: e.Location.Column() + 1, text: plainly(e.Message)}
		if m := undeclared.FindStringSubmatch(e.Message); m != nil {
			name := m[1]
			if p.line >= 1 && p.line <= len(lines) {
				name = dottedAt([]rune(lines[p.line-1]), p.column-1, name)
			}
			p.text = c.unknown(name)
		}
		list = append(list, p)
	}
	return list
}

var (
	undeclared = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	dottedName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*`)
)

// plainly replaces the checker's own terms.
func plainly(message string) string {
	for _, r := range []struct{ is, say string }{
		{`^found no matching overload for '_?(.+?)_?' applied to '\(?(.*?)\)?'$`, "$1 cannot be applied to $2"},
		{`^invalid matches argument$`, "the regular expression is not valid"},
		{`^comprehension exceeds nesting limit$`, "a loop inside a loop is not supported"},
		{`^undefined field '(.*)'$`, "a finding has no $1; it has type, class, score and where"},
		{`^Syntax error: (.*?)(?: expecting .*)?$`, "not an expression: $1"},
	} {
		if form := regexp.MustCompile(r.is); form.MatchString(message) {
			return form.ReplaceAllString(message, r.say)
		}
	}
	return message
}

// dottedAt reads the whole dotted name of which the checker names the first
// part only.
func dottedAt(line []rune, column int, name string) string {
	if column < 0 || column > len(line) {
		return name
	}
	if whole := dottedName.FindString(string(line[column:])); strings.HasPrefix(whole, name) {
		return whole
	}
	return name
}

// unknown says what there is instead of a name that is not known.
func (c *compiler) unknown(name string) string {
	if name == "has" {
		return "has() is not needed: every fact is always there"
	}
	var siblings []string
	group, _, _ := strings.Cut(name, ".")
	for _, f := range facts {
		known := f.Phase == PhaseRequest || c.phase == PhaseResponse
		if f.Name == name && !known {
			return name + " is known only with phase: response"
		}
		if known && strings.HasPrefix(f.Name, group+".") {
			siblings = append(siblings, f.Name)
		}
	}
	if len(siblings) > 0 {
		return fmt.Sprintf("there is no %s; there are %s", name, strings.Join(siblings, ", "))
	}
	return fmt.Sprintf("there is no fact or function %s", name)
}
