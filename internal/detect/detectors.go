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

// Detector is one row of the table. A type may have several, for forms that
// deserve a different score.
type Detector struct {
	Name    string
	Type    string
	Version int      // raised when the rule finds something else than before
	Score   float64  // of what it finds
	Context []string // words it wants nearby, in lower case
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
var detectors = [...]Detector{
	email:              {Name: "email", Type: "email", Version: 1, Score: 0.95},
	emailUnusual:       {Name: "email.unusual-domain", Type: "email", Version: 1, Score: 0.7},
	card:               {Name: "card", Type: "card", Version: 1, Score: 0.95},
	iban:               {Name: "iban", Type: "iban", Version: 1, Score: 0.97},
	phoneInternational: {Name: "phone.international", Type: "phone", Version: 1, Score: 0.9},
	phoneNational:      {Name: "phone.national", Type: "phone", Version: 1, Score: 0.8},
	phoneShape:         {Name: "phone.shape", Type: "phone", Version: 1, Score: 0.6},
	phoneContext:       {Name: "phone.context", Type: "phone", Version: 1, Score: 0.7, Context: phoneWords},
	ipPublic:           {Name: "ip", Type: "ip", Version: 1, Score: 0.8},
	ipPrivate:          {Name: "ip.private", Type: "ip", Version: 1, Score: 0.5},
	ssn:                {Name: "us_ssn", Type: "us_ssn", Version: 1, Score: 0.85},
	ssnSpaced:          {Name: "us_ssn.spaced", Type: "us_ssn", Version: 1, Score: 0.65},
	ssnContext:         {Name: "us_ssn.context", Type: "us_ssn", Version: 1, Score: 0.9, Context: ssnWords},
	awsKeyID:           {Name: "aws_access_key_id", Type: "aws_access_key_id", Version: 1, Score: 0.96},
	awsSecret:          {Name: "aws_secret_access_key", Type: "aws_secret_access_key", Version: 1, Score: 0.9},
	githubChecked:      {Name: "github_token.checksum", Type: "github_token", Version: 1, Score: 0.99},
	githubToken:        {Name: "github_token", Type: "github_token", Version: 1, Score: 0.96},
	openaiKey:          {Name: "openai_key", Type: "openai_key", Version: 1, Score: 0.97},
	openaiBare:         {Name: "openai_key.bare", Type: "openai_key", Version: 1, Score: 0.8},
	anthropicKey:       {Name: "anthropic_key", Type: "anthropic_key", Version: 1, Score: 0.98},
	slackToken:         {Name: "slack_token", Type: "slack_token", Version: 1, Score: 0.96},
	slackWebhook:       {Name: "slack_token.webhook", Type: "slack_token", Version: 1, Score: 0.97},
	stripeKey:          {Name: "stripe_key", Type: "stripe_key", Version: 1, Score: 0.96},
	googleKey:          {Name: "google_api_key", Type: "google_api_key", Version: 1, Score: 0.96},
	privateKey:         {Name: "private_key", Type: "private_key", Version: 1, Score: 0.99},
	jsonWebToken:       {Name: "jwt", Type: "jwt", Version: 1, Score: 0.96},
	urlCredentials:     {Name: "url_credentials", Type: "url_credentials", Version: 1, Score: 0.98},
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

// Detectors lists the rows of the table, for those who document or show it.
func Detectors() []Detector { return slices.Clone(detectors[:]) }

// ids are the names that findings carry, "card/1", by row.
var ids = func() (names [len(detectors)]string) {
	for i, d := range detectors {
		names[i] = d.Name + "/" + strconv.Itoa(d.Version)
	}
	return names
}()

// tableVersion digests everything that decides what a Scanner finds.
func tableVersion(regions []region, terms []Term) string {
	h := sha256.New()
	for i, d := range detectors {
		fmt.Fprintf(h, "%s %s %v %q\n", ids[i], d.Type, d.Score, d.Context)
	}
	fmt.Fprintf(h, "%v\n", regions)
	for _, t := range terms {
		fmt.Fprintf(h, "%q %q %v %v\n", t.Type, t.Values, t.CaseSensitive, t.Score)
	}
	return edition + "-" + hex.EncodeToString(h.Sum(nil)[:4])
}
