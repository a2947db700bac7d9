// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/counterfoil/counterfoil"
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
func label(typ string) string { return sentence(nounOf(typ).one) }

// findingsPhrase lists counts: "2 e-mail addresses, 1 card number".
func findingsPhrase(texts ...string) string {
	var parts []string
	for _, text := range texts {
		for c := range index.Counts(text) {
			n := nounOf(c.Type)
			parts = append(parts, counted(c.Count, n.one, n.many))
		}
	}
	return strings.Join(parts, ", ")
}

var smallNumbers = []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

// spelled is a number with its noun in running text: "two rules".
func spelled(n uint64, one, more string) string {
	if n < uint64(len(smallNumbers)) {
		if n == 1 {
			return smallNumbers[1] + " " + one
		}
		return smallNumbers[n] + " " + more
	}
	return number(n) + " " + more
}

// enumerate joins with commas and "and".
func enumerate(parts []string) string {
	switch n := len(parts); n {
	case 0:
		return ""
	case 1:
		return parts[0]
	default:
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
}

// sentence begins with a capital.
func sentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// standing is how an interaction stands, in one mark. What happened to it comes
// before what was decided about it.
func standing(result counterfoil.Result, effect counterfoil.Effect) mark {
	switch result {
	case 0:
		return mark{"now", "target", "In progress"}
	case counterfoil.ResultBlocked:
		return mark{"bad", "square", "Blocked"}
	case counterfoil.ResultRefused:
		return mark{"bad", "square", "Refused"}
	case counterfoil.ResultStopped:
		return mark{"bad", "square", "Stopped midway"}
	case counterfoil.ResultFailed:
		return mark{"bad", "cross", "Failed"}
	case counterfoil.ResultAbandoned:
		return mark{"bad", "cross", "Abandoned"}
	case counterfoil.ResultCancelled:
		return mark{"none", "dash", "Cancelled"}
	default:
		return effectMark(effect)
	}
}

// effectMark is a decision that let the interaction pass, or would stop it.
func effectMark(effect counterfoil.Effect) mark {
	switch effect {
	case counterfoil.EffectBlock:
		return mark{"bad", "square", "Blocked"}
	case counterfoil.EffectHold:
		return mark{"warn", "bars", "Held"}
	case counterfoil.EffectRedact:
		return mark{"now", "bar", "Masked"}
	case counterfoil.EffectWarn:
		return mark{"warn", "triangle", "Warned"}
	default:
		return mark{"ok", "dot", "Allowed"}
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

// personLabel and keyLabel name somebody without naming them.
func personLabel(id counterfoil.ID) string { return shortID("P", id) }

func keyLabel(id counterfoil.ID) string { return shortID("K", id) }

func shortID(prefix string, id counterfoil.ID) string { return prefix + "-" + id.String()[:8] }
