// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
)

// edition is the month in which the table last changed its meaning.
const edition = "2026.11"

// Classes of types. Rules may name a class instead of each type in it.
const (
	ClassPersonal   = "personal"   // says something about a person
	ClassIdentifier = "identifier" // names an account without opening it
	ClassSecret     = "secret"     // opens something
	ClassCustom     = "custom"     // from the dictionary
)

// TypeInfo describes a type of finding.
type TypeInfo struct {
	Type        string // as in Finding.Type
	Class       string // one of the Class constants
	Label       string // for people
	Placeholder string // the word in a placeholder: EMAIL gives [EMAIL_1]
}

// detector is one row of the table. A type may have several, for forms that
// deserve a different score.
type detector struct {
	name    string
	typ     string
	version int     // raised when the rule finds something else than before
	score   float64 // when the form is right and nothing speaks against it
	context []string
}

// The rows of the table, in the order of the table.
const (
	email = iota
	emailUnusual
	card
	iban
	phoneInternational
	phoneNational
	phoneShape
	phoneContext
	ipPublic
	ipPrivate
	ssn
	ssnSpaced
	ssnContext
	awsKeyID
	awsSecret
	githubChecked
	githubToken
	openaiKey
	openaiBare
	anthropicKey
	slackToken
	slackWebhook
	stripeKey
	googleKey
	privateKey
	jsonWebToken
	urlCredentials
)

// Among the scores, keys stand above e-mail addresses: in
// https://TOKEN@example.com the token must win. A card stands above a phone.
var detectors = [...]detector{
	email:              {name: "email", typ: "email", version: 1, score: 0.95},
	emailUnusual:       {name: "email.unusual-domain", typ: "email", version: 1, score: 0.7},
	card:               {name: "card", typ: "card", version: 1, score: 0.95},
	iban:               {name: "iban", typ: "iban", version: 1, score: 0.97},
	phoneInternational: {name: "phone.international", typ: "phone", version: 1, score: 0.9},
	phoneNational:      {name: "phone.national", typ: "phone", version: 1, score: 0.8},
	phoneShape:         {name: "phone.shape", typ: "phone", version: 1, score: 0.6},
	phoneContext:       {name: "phone.context", typ: "phone", version: 1, score: 0.7, context: phoneWords},
	ipPublic:           {name: "ip", typ: "ip", version: 1, score: 0.8},
	ipPrivate:          {name: "ip.private", typ: "ip", version: 1, score: 0.5},
	ssn:                {name: "us_ssn", typ: "us_ssn", version: 1, score: 0.85},
	ssnSpaced:          {name: "us_ssn.spaced", typ: "us_ssn", version: 1, score: 0.65},
	ssnContext:         {name: "us_ssn.context", typ: "us_ssn", version: 1, score: 0.9, context: ssnWords},
	awsKeyID:           {name: "aws_access_key_id", typ: "aws_access_key_id", version: 1, score: 0.96},
	awsSecret:          {name: "aws_secret_access_key", typ: "aws_secret_access_key", version: 1, score: 0.9},
	githubChecked:      {name: "github_token.checksum", typ: "github_token", version: 1, score: 0.99},
	githubToken:        {name: "github_token", typ: "github_token", version: 1, score: 0.96},
	openaiKey:          {name: "openai_key", typ: "openai_key", version: 1, score: 0.97},
	openaiBare:         {name: "openai_key.bare", typ: "openai_key", version: 1, score: 0.8},
	anthropicKey:       {name: "anthropic_key", typ: "anthropic_key", version: 1, score: 0.98},
	slackToken:         {name: "slack_token", typ: "slack_token", version: 1, score: 0.96},
	slackWebhook:       {name: "slack_token.webhook", typ: "slack_token", version: 1, score: 0.97},
	stripeKey:          {name: "stripe_key", typ: "stripe_key", version: 1, score: 0.96},
	googleKey:          {name: "google_api_key", typ: "google_api_key", version: 1, score: 0.96},
	privateKey:         {name: "private_key", typ: "private_key", version: 1, score: 0.99},
	jsonWebToken:       {name: "jwt", typ: "jwt", version: 1, score: 0.96},
	urlCredentials:     {name: "url_credentials", typ: "url_credentials", version: 1, score: 0.98},
}

var types = []TypeInfo{
	{"email", ClassPersonal, "E-mail address", "EMAIL"},
	{"card", ClassPersonal, "Payment card number", "CARD"},
	{"iban", ClassPersonal, "Bank account (IBAN)", "IBAN"},
	{"phone", ClassPersonal, "Phone number", "PHONE"},
	{"ip", ClassPersonal, "IP address", "IP"},
	{"us_ssn", ClassPersonal, "US social security number", "US_SSN"},
	{"aws_access_key_id", ClassIdentifier, "AWS access key id", "AWS_KEY_ID"},
	{"aws_secret_access_key", ClassSecret, "AWS secret access key", "AWS_SECRET"},
	{"github_token", ClassSecret, "GitHub token", "GITHUB_TOKEN"},
	{"openai_key", ClassSecret, "OpenAI key", "OPENAI_KEY"},
	{"anthropic_key", ClassSecret, "Anthropic key", "ANTHROPIC_KEY"},
	{"slack_token", ClassSecret, "Slack token or webhook", "SLACK_TOKEN"},
	{"stripe_key", ClassSecret, "Stripe key", "STRIPE_KEY"},
	{"google_api_key", ClassSecret, "Google key", "GOOGLE_KEY"},
	{"private_key", ClassSecret, "Private key", "PRIVATE_KEY"},
	{"jwt", ClassSecret, "JSON web token", "JWT"},
	{"url_credentials", ClassSecret, "Password in a URL", "URL_CREDENTIALS"},
}

// Types lists the built-in types in the order in which they are shown.
func Types() []TypeInfo { return slices.Clone(types) }

// Types lists the built-in types and those of the dictionary.
func (s *Scanner) Types() []TypeInfo {
	all := Types()
	for _, d := range s.dictionary {
		all = append(all, d.TypeInfo)
	}
	return all
}

// ids are the names that findings carry, "card/1", by row.
var ids = func() (names [len(detectors)]string) {
	for i, d := range detectors {
		names[i] = d.name + "/" + strconv.Itoa(d.version)
	}
	return names
}()

// tableVersion digests everything that decides what a Scanner finds.
func tableVersion(regions []region, terms []Term) string {
	h := sha256.New()
	for i, d := range detectors {
		fmt.Fprintf(h, "%s %s %v %q\n", ids[i], d.typ, d.score, d.context)
	}
	fmt.Fprintf(h, "%v\n", regions)
	for _, t := range terms {
		fmt.Fprintf(h, "%q %q %v %v\n", t.Type, t.Values, t.CaseSensitive, t.Score)
	}
	return edition + "-" + hex.EncodeToString(h.Sum(nil)[:4])
}
