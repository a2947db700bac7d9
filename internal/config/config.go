// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package config reads the one configuration file of Counterfoil.
//
// Load returns a complete configuration, defaults filled in and secrets
// resolved, or all faults of the file at once with their lines. What Load
// returned does not change; a reload is another Load. The comments of the
// fields are the documentation: docs/configuration.md is made from them.
package config

// Config is the configuration file. AI systems, people and keys are records
// kept in the ledger, not configuration.
type Config struct {
	// Where applications send their requests.
	Gateway Gateway `yaml:"gateway" json:"gateway"`

	// Where people open the console.
	Console Console `yaml:"console" json:"console"`

	// Where the log is published for anybody to mirror and check. Default: nowhere.
	Publish Publish `yaml:"publish" json:"publish"`

	// The providers that requests may go to. A request to /NAME/REST goes to
	// origin/REST of the provider NAME. Two offline providers, sandbox and
	// sandbox-anthropic, are always there unless the file uses their names.
	// Default: only those two.
	Providers []Provider `yaml:"providers" json:"providers"`

	// File with the policy rules; a relative path starts at the folder of the
	// configuration file. Default: the built-in starter set, which masks personal
	// data, blocks secrets and allows only listed models. Risk: rules of your own
	// replace the starter set, they do not add to it.
	Rules string `yaml:"rules" json:"rules"`

	// Folder with kinds of records of your own, and fields you add to the built-in
	// kinds, one YAML file each; a relative path starts at the folder of the
	// configuration file. "counterfoil kinds check DIR" checks them. Default: only the
	// built-in kinds.
	Kinds string `yaml:"kinds" json:"kinds"`

	// Folder with frameworks of your own that the requirements are tied to, such as
	// the rules of a supervisor or of a parent company, one YAML file each with id,
	// title and entries (id, title, summary, questions, map to requirement ids); a
	// relative path starts at the folder of the configuration file. Default: only the
	// EU AI Act, the NIST AI RMF and ISO/IEC 27001.
	Frameworks string `yaml:"frameworks" json:"frameworks"`

	// Words of your own to find in requests and answers, such as project names
	// or customer numbers. Default: none.
	Dictionary []Term `yaml:"dictionary" json:"dictionary"`

	// How long the text of what happened is kept. The ledger's entries, which
	// hold no text, stay. The date is written down with each key of the text, and each
	// night the keys whose date has come are deleted, unless a hold is on them.
	Retention Retention `yaml:"retention" json:"retention"`

	// Bounds on what one request may use.
	Limits Limits `yaml:"limits" json:"limits"`

	// How the ledger uses the disk.
	Ledger Ledger `yaml:"ledger" json:"ledger"`

	// Who vouches for the ledger from outside: witnesses and time-stamp authorities.
	Registry Registry `yaml:"registry" json:"registry"`

	dir string // of the file; relative paths start here
}

// Gateway is the listener for applications.
type Gateway struct {
	// Address and port to listen on. Default: 127.0.0.1:8400, this machine only.
	// Risk: beyond this machine, keys and prompts cross a network, so tls or
	// behind_proxy is then required. The flag --gateway wins over it.
	Listen string `yaml:"listen" json:"listen"`

	// A proxy in front of the gateway encrypts the connections. Default: false.
	// Risk: when there is no such proxy, keys and prompts can be read by
	// others on the network.
	BehindProxy bool `yaml:"behind_proxy" json:"behind_proxy"`

	// Certificate and key to encrypt connections with. Default: none, so
	// connections are not encrypted.
	TLS TLS `yaml:"tls" json:"tls"`
}

// Console is the listener for people.
type Console struct {
	// Address and port to listen on. Default: 127.0.0.1:8401, this machine only.
	// Risk: beyond this machine, sign-ins cross a network, so tls or
	// behind_proxy is then required. The flag --console wins over it.
	Listen string `yaml:"listen" json:"listen"`

	// A proxy in front of the console encrypts the connections. Default: false.
	// Risk: when there is no such proxy, passwords can be read by others on
	// the network.
	BehindProxy bool `yaml:"behind_proxy" json:"behind_proxy"`

	// Certificate and key to encrypt connections with. Default: none, so
	// connections are not encrypted.
	TLS TLS `yaml:"tls" json:"tls"`

	// Address under which people reach the console, such as
	// https://counterfoil.example.org; links are made with it. Default: made from
	// listen. Risk: a wrong address gives links that lead elsewhere.
	URL string `yaml:"url" json:"url"`
}

// Publish is the listener that serves the log read-only as C2SP tlog-tiles. Entries
// hold no text and no names, but who reads them sees how much happens when.
type Publish struct {
	// Address and port to listen on, such as 0.0.0.0:8402. Default: none, so
	// nothing is published. Risk: entries tell when which system was used and what
	// was decided; beyond this machine tls or behind_proxy is required.
	Listen string `yaml:"listen" json:"listen"`

	// A proxy in front of it encrypts the connections. Default: false.
	BehindProxy bool `yaml:"behind_proxy" json:"behind_proxy"`

	// Certificate and key to encrypt connections with. Default: none, so
	// connections are not encrypted.
	TLS TLS `yaml:"tls" json:"tls"`
}

// TLS names a certificate; both files or neither.
type TLS struct {
	// File with the certificate and those between it and the root, in PEM.
	// Default: none.
	Cert string `yaml:"cert" json:"cert"`

	// File with the certificate's private key, in PEM. Default: none. Risk:
	// whoever reads it can pose as this server; keep it readable by the
	// server's user only.
	Key string `yaml:"key" json:"key"`
}

// Provider is one place requests may go to.
type Provider struct {
	// Name in the path of requests: lower case letters, digits and dashes, at
	// most 40. Required. Risk: applications have the name in their base URL,
	// so renaming a provider breaks them.
	Name string `yaml:"name" json:"name"`

	// Format the provider speaks: openai or anthropic. Required.
	Dialect string `yaml:"dialect" json:"dialect"`

	// Address of the provider, such as https://api.openai.com; a path before
	// the request's own is allowed. The address "sandbox:" is the built-in
	// provider, which answers offline. Required. Risk: all text that policy lets
	// pass goes there.
	Origin string `yaml:"origin" json:"origin"`

	// Where the provider processes what it is sent, such as a region or country in
	// its contract, in the words that records of AI systems use. The console compares
	// it with them; it cannot be seen from traffic. At most 60 characters. Default:
	// not known.
	Region string `yaml:"region" json:"region,omitempty"`

	// The provider's key, never written here: "${NAME}" takes it from the
	// environment, "file:/path" from a file. Default: none, requests are
	// forwarded without a key. Risk: whoever reads the key can use the
	// provider past this gateway, unrecorded.
	Secret Secret `yaml:"secret" json:"secret"`

	// How long to wait for the provider.
	Timeouts Timeouts `yaml:"timeouts" json:"timeouts"`

	// What happens to requests while the ledger cannot record them.
	Fail Fail `yaml:"fail" json:"fail"`
}

// Fail says what happens to requests while the ledger is full or busy.
type Fail struct {
	// closed: nothing leaves without a record, and clients get 503. bounded-open:
	// a bounded number of requests leaves without one; rules, masking and the
	// watch over answers stay, and afterwards the ledger states how many left.
	// Default: closed. Risk: of what leaves so, nothing but the number and the time
	// is ever known, and a client that can keep the ledger busy can bring it about.
	Mode string `yaml:"mode" json:"mode"`

	// The most requests that leave unrecorded within seconds, 1 to 10000; only
	// with bounded-open. Required there. Risk: as many interactions may be missing from
	// the record each time the ledger fails.
	Requests int `yaml:"requests" json:"requests"`

	// How long, from the first of them on, requests leave unrecorded, 1 to 3600;
	// only with bounded-open. Required there. After that nothing leaves until the
	// ledger records again.
	Seconds int `yaml:"seconds" json:"seconds"`
}

// Values of Fail.Mode.
const (
	FailClosed = "closed"
	FailOpen   = "bounded-open"
)

// Timeouts bound the waiting for a provider.
type Timeouts struct {
	// For the connection. Default: 5s.
	Connect Duration `yaml:"connect" json:"connect"`

	// From the request sent to the first byte of the answer. Default: 120s. Risk:
	// models that think long before they answer are cut off when it is short.
	FirstByte Duration `yaml:"first_byte" json:"first_byte"`

	// Between two pieces of a streamed answer. Default: 120s.
	Idle Duration `yaml:"idle" json:"idle"`

	// For the whole answer. Default: 60m. Risk: an answer still arriving
	// then is cut.
	Total Duration `yaml:"total" json:"total"`
}

// Term is one kind of finding of your own.
type Term struct {
	// Name of the findings: lower case letters, digits and underscores, at most
	// 40, such as project. It appears in placeholders and in the ledger. Required.
	Type string `yaml:"type" json:"type"`

	// The words to find, each of 2 to 160 bytes; a space stands for any white
	// space. Required unless file is given. Risk: whoever reads the
	// configuration reads them.
	Values []string `yaml:"values" json:"values"`

	// File with the words, one a line, instead of values. Default: none.
	File string `yaml:"file" json:"file"`

	// Tell capital letters from small ones. Default: false.
	CaseSensitive bool `yaml:"case_sensitive" json:"case_sensitive"`

	// How sure a finding is, above 0 and up to 1; where two findings overlap,
	// the surer one counts. Default: 0.9.
	Score float64 `yaml:"score" json:"score"`

	// What rules see as the class: personal, identifier, secret or custom.
	// Default: custom. Risk: the starter rules mask personal and identifier,
	// block secret, and let custom pass.
	Class string `yaml:"class" json:"class"`
}

// Retention says how long text is kept before its keys are deleted.
type Retention struct {
	// Prompts and answers, at least 1d. Default: 400d. Risk: long, and more is there to be
	// lost or demanded; short, and an auditor cannot look at the year under
	// audit.
	Interactions Duration `yaml:"interactions" json:"interactions"`

	// Versions of records of the management system, at least 1d. Default: 2555d, seven years.
	// Risk: shorter than two certification cycles leaves gaps in what must be shown.
	Records Duration `yaml:"records" json:"records"`
}

// Limits bound one interaction.
type Limits struct {
	// Largest request body accepted. Default: 32MiB, which is also the most. Risk: each request under
	// way may take several times as much memory.
	RequestBytes Size `yaml:"request_bytes" json:"request_bytes"`

	// Largest answer. A longer one is broken off, told to the client and recorded
	// as failed: nothing is delivered that is not recorded. Default: 32MiB,
	// which is also the most. Risk:
	// each answer under way may take as much memory.
	AnswerBytes Size `yaml:"answer_bytes" json:"answer_bytes"`
}

// Ledger says how the ledger uses the disk.
type Ledger struct {
	// Size of one file of the ledger, 1MiB to 4GiB. Default: 256MiB.
	// Risk: a file is filled with zeros ahead, so a small disk holds few large ones.
	SegmentBytes Size `yaml:"segment_bytes" json:"segment_bytes"`

	// How far ahead of the last entry a file is filled with zeros, so that an
	// append never waits for the disk to find room; at most segment_bytes.
	// Default: 16MiB. Risk: with too little, appends under load are slower.
	FillAheadBytes Size `yaml:"fill_ahead_bytes" json:"fill_ahead_bytes"`
}

// Registry says how the registry enters the ledger, and whom it asks to vouch for it.
// What others see of it is sizes, hashes and when they grow.
type Registry struct {
	// How often the ledger's head is entered, if the ledger grew, and witnesses are
	// asked. Default: 60s. Risk: what happened since the last time can be changed
	// unseen by whoever holds the server.
	Interval Duration `yaml:"interval" json:"interval"`

	// File with the trust policy, in the form of C2SP tlog-policy: witnesses with
	// their keys and addresses, and how many must have cosigned. A relative path
	// starts at the folder of the configuration file. Default: none, so no witness
	// is asked. Risk: without a witness outside your reach, whoever holds the server
	// and its keys can write another history.
	Policy string `yaml:"policy" json:"policy"`

	// Authorities that state by RFC 3161 when a head existed. Default: none, so
	// times are those of this machine's clock.
	Timestamps []Timestamp `yaml:"timestamps" json:"timestamps"`
}

// Timestamp is one time-stamp authority.
type Timestamp struct {
	// Name to show: lower case letters, digits and dashes, at most 40. Required.
	Name string `yaml:"name" json:"name"`

	// Address of the authority; http is safe, since every answer is verified.
	// Required.
	URL string `yaml:"url" json:"url"`

	// File with the certificates, in PEM, that the authority's must lead to.
	// Required. Risk: who is trusted here can state any time.
	Roots string `yaml:"roots" json:"roots"`

	// How often it is asked while the ledger grows, at least 1m. Default: 1h. Risk: authorities
	// bound how often they may be asked.
	Interval Duration `yaml:"interval" json:"interval"`
}
