// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	_ "embed"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

//go:embed starter.yaml
var starter []byte

// Starter returns the rule set in force when the configuration names none.
func Starter() []byte { return slices.Clone(starter) }

// Options tell Parse what the rules may refer to.
type Options struct {
	// Known lists the types and classes of findings there are. Names outside
	// it are faults in mask lists and examples. Empty: any name is accepted.
	Known []string
}

// Load reads the rule set in a file; an empty path means the starter set. The
// Set is nil exactly when the faults' Err is not.
func Load(path string, o Options) (*Set, Faults) {
	if path == "" {
		set, faults := Parse(starter, o)
		return set, faults.In("starter.yaml")
	}
	raw, err := readFile(path)
	if err != nil {
		return nil, Faults{{File: path, Text: "read rules: " + err.Error()}}
	}
	set, faults := Parse(raw, o)
	return set, faults.In(path)
}

// readFile reads at most one byte more than a rule set may have, so that the
// parser sees when there are too many.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, strictyaml.MaxBytes+1))
}

// Parse reads a rule set and runs the examples of every rule: a rule whose own
// example fails is not trusted, and neither is the set it stands in. The Set is
// nil exactly when the faults' Err is not.
func Parse(raw []byte, o Options) (*Set, Faults) {
	set, d := parse(raw, o)
	if faults := d.Faults(); faults.Err() != nil {
		return nil, faults
	}
	for _, r := range set.Check() {
		if !r.OK() {
			d.Faultf(r.path, "%s", r.Text())
		}
	}
	if faults := d.Faults(); faults.Err() != nil {
		return nil, faults
	}
	return set, d.Faults()
}

// file is a rule set as it is written.
type file struct {
	Version int        `yaml:"version"`
	Rules   []ruleText `yaml:"rules"`
}

type ruleText struct {
	ID       string        `yaml:"id"`
	Title    string        `yaml:"title"`
	Owner    string        `yaml:"owner"`
	Controls []string      `yaml:"controls"`
	Phase    Phase         `yaml:"phase"`
	When     yaml.Node     `yaml:"when"`
	Effect   string        `yaml:"effect"`
	Mask     []string      `yaml:"mask"`
	Message  string        `yaml:"message"`
	Mode     Mode          `yaml:"mode"`
	Examples []exampleText `yaml:"examples"`
}

// SetDefaults implements strictyaml.Defaulter.
func (r *ruleText) SetDefaults() { r.Phase, r.Mode = PhaseRequest, ModeEnforce }

type exampleText struct {
	Name  string    `yaml:"name"`
	Hit   bool      `yaml:"hit"`
	Given yaml.Node `yaml:"given"`
}

// parse reads everything but does not run the examples. The Set is usable only
// without grave faults.
func parse(raw []byte, o Options) (*Set, *strictyaml.Document) {
	var written file
	d := strictyaml.Decode(raw, &written)
	p := parser{Document: d, known: o.Known, lines: map[string]string{}}
	if written.Version != formatVersion && (d.Has("version") || d.Faults().Err() == nil) {
		d.Faultf("version", "must be %d", formatVersion)
	}
	if len(written.Rules) > maxRules {
		d.Faultf("rules", "has %d rules; at most %d are allowed", len(written.Rules), maxRules)
		written.Rules = nil
	}
	if len(written.Rules) == 0 && !d.Faulty("rules") {
		d.Warnf("rules", "there are none, so everything is allowed")
	}
	set := &Set{}
	for i := range written.Rules {
		set.add(p.rule(&written.Rules[i], strictyaml.Element("rules", i)))
	}
	set.digest = set.computeDigest()
	return set, d
}

// parser checks what was read and compiles it.
type parser struct {
	*strictyaml.Document
	known     []string
	lines     map[string]string // path of each rule by id
	compilers map[Phase]*compiler
}

var (
	idForm      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	controlForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.:/() _-]{0,59}$`)
)

func (p *parser) rule(w *ruleText, path string) *Rule {
	r := &Rule{
		ID: w.ID, Title: w.Title, Owner: w.Owner, Controls: w.Controls, Phase: w.Phase, Effect: effects[w.Effect],
		Mask: w.Mask, Message: strings.TrimSpace(w.Message), Mode: w.Mode, line: p.Line(path),
	}
	p.identity(r, path)
	p.effect(r, w.Effect, path)
	p.masks(r, path)
	if p.condition(r, &w.When, path) {
		r.program = p.compile(r, &w.When, path+".when")
	}
	p.examples(r, w.Examples, path)
	return r
}

func (p *parser) identity(r *Rule, path string) {
	switch first, twice := p.lines[r.ID]; {
	case r.ID == "":
		p.Faultf(path+".id", "is missing")
	case len(r.ID) > maxIDBytes || !idForm.MatchString(r.ID):
		p.Faultf(path+".id", "must be lower case letters and digits joined by single dashes, at most %d", maxIDBytes)
	case twice:
		p.Faultf(path+".id", "%q is already the id of %s", r.ID, first)
	default:
		p.lines[r.ID] = path
	}
	p.required(path+".title", r.Title)
	p.required(path+".owner", r.Owner)
	p.required(path+".message", r.Message)
	for i, ref := range r.Controls {
		if !controlForm.MatchString(ref) {
			p.Faultf(strictyaml.Element(path+".controls", i), "must be a reference such as A.6.2.8")
		}
	}
	if r.Phase != PhaseRequest && r.Phase != PhaseResponse {
		p.Faultf(path+".phase", "must be request or response")
	}
	if r.Mode != ModeEnforce && r.Mode != ModeShadow {
		p.Faultf(path+".mode", "must be enforce or shadow")
	}
}

func (p *parser) required(path, text string) {
	switch {
	case strings.TrimSpace(text) == "":
		p.Faultf(path, "is missing")
	case len(text) > maxTextBytes:
		p.Faultf(path, "has %d bytes; at most %d are allowed", len(text), maxTextBytes)
	}
}

func (p *parser) effect(r *Rule, written, path string) {
	switch _, ok := effects[written]; {
	case written == "":
		p.Faultf(path+".effect", "is missing")
	case written == "hold":
		p.Faultf(path+".effect", "hold is not available yet; use block, and let the message say whom to ask")
	case !ok:
		p.Faultf(path+".effect", "must be allow, warn, redact or block")
	case written == "redact" && len(r.Mask) == 0:
		p.Faultf(path+".mask", "is missing; redact must say which types or classes of findings to mask")
	case written != "redact" && len(r.Mask) > 0:
		p.Faultf(path+".mask", "belongs to the effect redact only")
	}
}

func (p *parser) masks(r *Rule, path string) {
	if len(r.Mask) > maxMaskNames {
		p.Faultf(path+".mask", "has %d names; at most %d are allowed", len(r.Mask), maxMaskNames)
	}
	r.masks = make(map[string]bool, len(r.Mask))
	for i, name := range r.Mask {
		p.knownName(strictyaml.Element(path+".mask", i), name)
		r.masks[name] = true
	}
}

// knownName checks a type or class of findings.
func (p *parser) knownName(path, name string) {
	if name == "" || len(p.known) > 0 && !slices.Contains(p.known, name) {
		p.Faultf(path, "%q is no type or class of findings; there are %s", name, strings.Join(slices.Sorted(slices.Values(p.known)), ", "))
	}
}
