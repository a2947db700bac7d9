// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"go.yaml.in/yaml/v3"
)

// compiler checks conditions of one phase against the facts known there.
type compiler struct {
	phase Phase
	env   *cel.Env
}

func newCompiler(phase Phase) (*compiler, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("make type registry: %w", err)
	}
	options := []cel.EnvOption{
		cel.CustomTypeProvider(typeProvider{registry}),
		cel.CustomTypeAdapter(registry),
		// Every fact is always there, so has() would only mislead.
		cel.ClearMacros(),
		cel.Macros(cel.AllMacro, cel.ExistsMacro, cel.ExistsOneMacro, cel.FilterMacro, cel.MapMacro, cel.MapFilterMacro),
		cel.CrossTypeNumericComparisons(true), // f.score < 1 means what it says
		cel.ASTValidators(
			cel.ValidateRegexLiterals(), cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(),
			cel.ValidateHomogeneousAggregateLiterals(), cel.ValidateComprehensionNestingLimit(maxLoopDepth),
		),
		cel.ParserExpressionSizeLimit(maxWhenBytes), cel.ParserRecursionLimit(maxRuleDepth),
	}
	for _, f := range known(phase) {
		options = append(options, cel.Variable(f.Name, f.kind))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("make expression environment: %w", err)
	}
	return &compiler{phase: phase, env: env}, nil
}

// known lists the facts of a phase.
func known(phase Phase) []Fact {
	return slices.DeleteFunc(Facts(), func(f Fact) bool {
		return f.Phase == PhaseResponse && phase != PhaseResponse
	})
}

// compile turns a condition into a program that may be run concurrently.
func (c *compiler) compile(when string) (cel.Program, []problem) {
	checked, issues := c.env.Compile(when)
	if issues.Err() != nil {
		return nil, c.problems(when, issues)
	}
	if len(ast.MatchDescendants(ast.NavigateAST(checked.NativeRep()), ast.KindMatcher(ast.StructKind))) > 0 {
		return nil, []problem{{line: 1, text: "objects cannot be made here; use the facts there are"}}
	}
	if !checked.OutputType().IsExactType(cel.BoolType) {
		return nil, []problem{{line: 1, text: fmt.Sprintf("must be true or false, but is of type %s", checked.OutputType())}}
	}
	program, err := c.env.Program(checked, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, []problem{{line: 1, text: err.Error()}}
	}
	return program, nil
}

// condition checks the form of a rule's condition; false when there is nothing
// to compile.
func (p *parser) condition(r *Rule, when *yaml.Node, path string) bool {
	switch {
	case when.Kind == 0 || when.ShortTag() == "!!null":
		p.Faultf(path+".when", "is missing")
		return false
	case when.Kind != yaml.ScalarNode:
		p.Faultf(path+".when", "must be a condition; put it in quotes, or after | on lines of its own")
		return false
	}
	r.When = strings.TrimSpace(when.Value)
	return r.Phase == PhaseRequest || r.Phase == PhaseResponse
}

// compile compiles a rule's condition and places what is wrong at its line in
// the file.
func (p *parser) compile(r *Rule, when *yaml.Node, path string) cel.Program {
	c, err := p.compiler(r.Phase)
	if err != nil {
		p.Faultf(path, "%s", err)
		return nil
	}
	program, problems := c.compile(when.Value)
	for _, problem := range problems {
		line, column := inFile(when, problem)
		p.FaultAt(line, column, path, "%s", problem.text)
	}
	return program
}

// inFile turns a place inside a condition into one in the file. Lines that
// YAML folded cannot be told apart; the first is named then.
func inFile(when *yaml.Node, p problem) (line, column int) {
	switch {
	case when.Style&yaml.LiteralStyle != 0:
		return when.Line + p.line, 0
	case when.Style&yaml.FoldedStyle != 0:
		return when.Line + 1, 0
	case when.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		return when.Line, when.Column + p.column
	default:
		return when.Line, when.Column + max(p.column-1, 0)
	}
}

func (p *parser) compiler(phase Phase) (*compiler, error) {
	if c := p.compilers[phase]; c != nil {
		return c, nil
	}
	c, err := newCompiler(phase)
	if err != nil {
		return nil, err
	}
	if p.compilers == nil {
		p.compilers = map[Phase]*compiler{}
	}
	p.compilers[phase] = c
	return c, nil
}
