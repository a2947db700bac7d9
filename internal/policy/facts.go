// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"
)

// RequestFacts is what is known before anything leaves. The caller fills it
// and must not change it while a decision is being made.
type RequestFacts struct {
	System    System
	Principal Principal
	Register  Register
	Request   Request
	Findings  []Finding // in the request
}

// System is the registered AI system the request belongs to.
type System struct {
	Slug    string
	State   string   // of its record
	Tier    string   // "" before it is known
	Data    []string // classes of data it may be given
	Models  []string // exact names, or prefixes ending in *
	Builtin bool
}

// Register is what the register says of the model asked for and of who asks.
type Register struct {
	Model    bool // the model is registered
	Supplier bool // by an approved supplier
	Trained  bool // the person passed a training
}

// Principal is who presented the key.
type Principal struct {
	Workload  bool
	Assurance int // 0 to 5
	Known     bool
}

// Request is what is asked of whom.
type Request struct {
	Provider  string
	Dialect   string
	Operation string
	Model     string
	Stream    bool
	Bytes     int
}

// Finding is what a detector saw, without the value.
type Finding struct {
	Type  string  `yaml:"type"`
	Class string  `yaml:"class"`
	Score float64 `yaml:"score"`
	Where string  `yaml:"where"`
}

// ResponseFacts is what is known of a request while its answer arrives.
type ResponseFacts struct {
	RequestFacts
	Answer Answer
}

// Answer is what has come back so far.
type Answer struct {
	Model    string
	Status   int
	Bytes    int
	Findings []Finding
}

// Fact declares one thing a condition can see. The table of all facts makes
// the names and types of conditions, the reading of examples, and the
// documentation.
type Fact struct {
	Name    string // as conditions and examples write it
	Type    string // in CEL's notation
	Phase   Phase  // PhaseResponse when it is not known before
	Meaning string
	Example string // a condition using it

	kind  *cel.Type
	given func(*ResponseFacts) any     // where an example's value goes; nil when computed
	value func(*ResponseFacts) ref.Val // what conditions see
}

// Computed tells that the fact follows from others and cannot be given in an
// example.
func (f Fact) Computed() bool { return f.given == nil }

// Facts lists every fact in the order of the documentation.
func Facts() []Fact { return slices.Clone(facts) }

var facts = []Fact{
	textFact("system.slug", func(f *ResponseFacts) *string { return &f.System.Slug },
		"Short name of the registered AI system the key belongs to.",
		`system.slug == "playground"`),
	textsFact("system.models", func(f *ResponseFacts) *[]string { return &f.System.Models },
		"Models the system may use: exact names, or prefixes ending in `*`. Empty when none are listed.",
		`size(system.models) == 0`),
	flagFact("system.builtin", func(f *ResponseFacts) *bool { return &f.System.Builtin },
		"The system was made by Counterfoil itself, such as the Playground.",
		`system.builtin`),
	textFact("system.state", func(f *ResponseFacts) *string { return &f.System.State },
		"Where the record of the system stands, such as `operating`, `piloting`, `assessing` or `requested` (in a trial). What is stopped or was never approved has no route and reaches no rule.",
		`system.state == "piloting"`),
	textFact("system.tier", func(f *ResponseFacts) *string { return &f.System.Tier },
		"How much is at stake: `high`, `medium`, `low`; empty before it is known.",
		`system.tier == "high"`),
	textsFact("system.data_classes", func(f *ResponseFacts) *[]string { return &f.System.Data },
		"Classes of data the system was approved for: `public`, `internal`, `confidential`, `personal`, `special`, `secret`. Empty when none are declared.",
		`size(system.data_classes) > 0 && !("personal" in system.data_classes)`),

	flagFact("model.registered", func(f *ResponseFacts) *bool { return &f.Register.Model },
		"The model asked for is listed by the system, and its record is in force. False when no model is named.",
		`request.model != "" && !model.registered`),
	flagFact("supplier.approved", func(f *ResponseFacts) *bool { return &f.Register.Supplier },
		"The supplier of the model asked for has an approval in force, or we made the model ourselves.",
		`model.registered && !supplier.approved`),
	flagFact("person.trained", func(f *ResponseFacts) *bool { return &f.Register.Trained },
		"Whoever the key belongs to passed a training that was held and is not due again.",
		`!principal.workload && !person.trained`),

	flagFact("principal.known", func(f *ResponseFacts) *bool { return &f.Principal.Known },
		"The key presented is known, not revoked and not expired.",
		`!principal.known`),
	flagFact("principal.workload", func(f *ResponseFacts) *bool { return &f.Principal.Workload },
		"The key belongs to a program, not to a person.",
		`principal.workload`),
	numberFact("principal.assurance", func(f *ResponseFacts) *int { return &f.Principal.Assurance },
		"How sure the identity is, from 0 (none) over 3 (a personal key) to 5.",
		`principal.assurance < 3`),

	textFact("request.provider", func(f *ResponseFacts) *string { return &f.Request.Provider },
		"Name of the provider in the configuration.",
		`request.provider == "openai"`),
	textFact("request.dialect", func(f *ResponseFacts) *string { return &f.Request.Dialect },
		"Format of the request: `openai` or `anthropic`.",
		`request.dialect == "anthropic"`),
	textFact("request.operation", func(f *ResponseFacts) *string { return &f.Request.Operation },
		"What is asked for: `chat`, `messages`, `count_tokens`, `models`.",
		`request.operation == "chat"`),
	textFact("request.model", func(f *ResponseFacts) *string { return &f.Request.Model },
		"Model as the client named it; empty when the operation names none.",
		`request.model.startsWith("gpt-")`),
	computedFact("request.model_listed", "bool", cel.BoolType, PhaseRequest,
		func(f *ResponseFacts) ref.Val { return boolean(ModelListed(f.System.Models, f.Request.Model)) },
		"The system lists the model, by its name or by a prefix. False when no model is named or none are listed.",
		`!request.model_listed`),
	flagFact("request.stream", func(f *ResponseFacts) *bool { return &f.Request.Stream },
		"The client asked for a streamed answer.",
		`request.stream`),
	numberFact("request.bytes", func(f *ResponseFacts) *int { return &f.Request.Bytes },
		"Size of the request body in bytes, as accepted.",
		`request.bytes > 1000000`),

	findingsFact("findings", PhaseRequest, func(f *ResponseFacts) *[]Finding { return &f.Findings },
		"What was found in the request. Each finding `f` has `f.type`, `f.class`, `f.score` (0 to 1) and `f.where` (path of the string); the value itself is never there.",
		`findings.exists(f, f.class == "secret" && f.score >= 0.9)`),
	computedFact("types", "map(string, int)", countsKind, PhaseRequest,
		func(f *ResponseFacts) ref.Val { return tally(f.Findings, func(f *Finding) string { return f.Type }) },
		"Number of findings in the request by type; 0 for a type that was not found.",
		`"iban" in types`),
	computedFact("classes", "map(string, int)", countsKind, PhaseRequest,
		func(f *ResponseFacts) ref.Val { return tally(f.Findings, func(f *Finding) string { return f.Class }) },
		"Number of findings in the request by class (`personal`, `identifier`, `secret`, `custom`); 0 for a class that was not found.",
		`classes.personal >= 20`),

	later(textFact("answer.model", func(f *ResponseFacts) *string { return &f.Answer.Model },
		"Model as the provider named it; empty until it did.",
		`answer.model != request.model`)),
	later(numberFact("answer.status", func(f *ResponseFacts) *int { return &f.Answer.Status },
		"HTTP status received from the provider.",
		`answer.status == 200`)),
	later(numberFact("answer.bytes", func(f *ResponseFacts) *int { return &f.Answer.Bytes },
		"Bytes received so far.",
		`answer.bytes > 10000000`)),
	findingsFact("answer.findings", PhaseResponse, func(f *ResponseFacts) *[]Finding { return &f.Answer.Findings },
		"What was found in the answer so far, in the same form as `findings`.",
		`answer.findings.exists(f, f.type == "private_key")`),
	computedFact("answer.types", "map(string, int)", countsKind, PhaseResponse,
		func(f *ResponseFacts) ref.Val {
			return tally(f.Answer.Findings, func(f *Finding) string { return f.Type })
		},
		"Number of findings in the answer so far by type.",
		`answer.types.email > 10`),
	computedFact("answer.classes", "map(string, int)", countsKind, PhaseResponse,
		func(f *ResponseFacts) ref.Val {
			return tally(f.Answer.Findings, func(f *Finding) string { return f.Class })
		},
		"Number of findings in the answer so far by class.",
		`"secret" in answer.classes`),
}

// ModelListed tells whether a system's list names the model: exactly, or by a
// prefix ending in *. An empty model or list is not listed.
func ModelListed(models []string, model string) bool {
	if model == "" {
		return false
	}
	return slices.ContainsFunc(models, func(entry string) bool {
		prefix, open := strings.CutSuffix(entry, "*")
		return entry == model || open && strings.HasPrefix(model, prefix)
	})
}
