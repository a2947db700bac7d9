// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
)

// noun is how a finding type reads in a sentence.
type noun struct{ one, many string }

// nouns of the built-in types; a type of the dictionary reads as its own name.
var nouns = map[string]noun{
	"email":                 {"e-mail address", "e-mail addresses"},
	"card":                  {"card number", "card numbers"},
	"iban":                  {"bank account", "bank accounts"},
	"phone":                 {"phone number", "phone numbers"},
	"ip":                    {"IP address", "IP addresses"},
	"us_ssn":                {"US social security number", "US social security numbers"},
	"aws_access_key_id":     {"AWS access key id", "AWS access key ids"},
	"aws_secret_access_key": {"AWS secret access key", "AWS secret access keys"},
	"github_token":          {"GitHub token", "GitHub tokens"},
	"openai_key":            {"OpenAI key", "OpenAI keys"},
	"anthropic_key":         {"Anthropic key", "Anthropic keys"},
	"slack_token":           {"Slack token", "Slack tokens"},
	"stripe_key":            {"Stripe key", "Stripe keys"},
	"google_api_key":        {"Google key", "Google keys"},
	"private_key":           {"private key", "private keys"},
	"jwt":                   {"JSON web token", "JSON web tokens"},
	"url_credentials":       {"password in a URL", "passwords in URLs"},
}

func nounOf(typ string) noun {
	if n, ok := nouns[typ]; ok {
		return n
	}
	return noun{typ, typ}
}

// label is a finding type at the start of a cell.
func label(typ string) string { return words.Sentence(nounOf(typ).one) }

// findingsPhrase lists counts: "2 e-mail addresses, 1 card number".
func findingsPhrase(texts ...string) string {
	var parts []string
	for _, text := range texts {
		for c := range index.Counts(text) {
			n := nounOf(c.Type)
			parts = append(parts, words.Counted(c.Count, n.one, n.many))
		}
	}
	return strings.Join(parts, ", ")
}

// standing is how an interaction stands, in one mark. What happened to it comes
// before what was decided about it.
func standing(result counterfoil.Result, effect counterfoil.Effect) part.Mark {
	switch result {
	case 0:
		return part.Current("In progress")
	case counterfoil.ResultBlocked:
		return part.Blocked("Blocked")
	case counterfoil.ResultRefused:
		return part.Blocked("Refused")
	case counterfoil.ResultStopped:
		return part.Blocked("Stopped midway")
	case counterfoil.ResultFailed:
		return part.Bad("Failed")
	case counterfoil.ResultAbandoned:
		return part.Bad("Abandoned")
	case counterfoil.ResultCancelled:
		return part.Skipped("Cancelled")
	default:
		return effectMark(effect)
	}
}

// effectMark is a decision that let the interaction pass, or would stop it.
func effectMark(effect counterfoil.Effect) part.Mark {
	switch effect {
	case counterfoil.EffectBlock:
		return part.Blocked("Blocked")
	case counterfoil.EffectHold:
		return part.Held("Held")
	case counterfoil.EffectRedact:
		return part.Masked("Masked")
	case counterfoil.EffectWarn:
		return part.Warn("Warned")
	default:
		return part.OK("Allowed")
	}
}

// resultWords are the results as a person reads them.
var resultWords = []struct {
	result counterfoil.Result
	word   string
}{
	{counterfoil.ResultAnswered, "Answered"},
	{counterfoil.ResultBlocked, "Blocked"},
	{counterfoil.ResultRefused, "Refused"},
	{counterfoil.ResultStopped, "Stopped midway"},
	{counterfoil.ResultCancelled, "Cancelled by the client"},
	{counterfoil.ResultFailed, "Failed at the provider"},
	{counterfoil.ResultAbandoned, "Abandoned"},
}

// effectWords are the decisions to filter by.
var effectWords = []struct {
	effect counterfoil.Effect
	word   string
}{
	{counterfoil.EffectAllow, "Allowed"},
	{counterfoil.EffectWarn, "Warned"},
	{counterfoil.EffectRedact, "Masked"},
	{counterfoil.EffectHold, "Held"},
	{counterfoil.EffectBlock, "Blocked"},
}
