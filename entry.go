// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

// Limits and the version of the entry format. docs/ledger-format.md is the
// normative text; the integer keys of every map stand there and in the codec.
const (
	EntryVersion  = 1         // value of key 1 in every entry
	MaxEntryBytes = 16 * 1024 // an encoded entry is never larger
)

// Index is the position of an entry in one log, from 0.
type Index uint64

// Hash is a SHA-256 digest: a leaf hash, a tree root or a document digest.
type Hash [32]byte

// ID names an interaction, a record, a person, a key or a system. Interactions
// carry UUIDv7, everything else 128 random bits. The zero ID means "none".
type ID [16]byte

// Kind says what an entry records. Values are part of the format.
type Kind uint8

// The kinds of version 1. A verifier refuses any other value.
const (
	KindBoot       Kind = 1  // a process began to write to this log
	KindIntent     Kind = 2  // an interaction was decided and may leave; with Outcome set it is closed in the same entry
	KindOutcome    Kind = 3  // how an interaction ended
	KindRecord     Kind = 4  // a version of a management record was saved
	KindTransition Kind = 5  // a record changed its state
	KindSignal     Kind = 6  // a measure was computed
	KindDrill      Kind = 7  // a planted case was run
	KindAccess     Kind = 8  // somebody signed in, opened or exported something
	KindConfig     Kind = 9  // a configuration or rule set became active
	KindKey        Kind = 10 // a signing key of the log changed
	KindErasure    Kind = 11 // payloads were erased
	KindGap        Kind = 12 // a counted stretch went unrecorded, by configuration
	KindAnchor     Kind = 13 // an outside time-stamp or beacon was taken in
	KindSeal       Kind = 14 // an epoch was closed
)

// Entry is one leaf of the log. Exactly the body that belongs to Kind is set
// (KindIntent may also carry Outcome). No field ever holds text a client chose,
// a name or an address: those lie in the payload the Commitment binds.
type Entry struct {
	Kind       Kind
	Time       int64  // time of recording, microseconds since the Unix epoch, UTC
	ID         ID     // the interaction or record this entry is about
	Actor      ID     // the person who acted; zero when the system acted by itself
	Commitment []byte // HMAC-SHA-256 over the payload's plaintext, 32 bytes; empty without a payload

	Boot    *Boot
	Intent  *Intent
	Outcome *Outcome
	Record  *Record
	Access  *Access
	Config  *ConfigChange

	// What the ledger says of itself, in entry_log.go.
	Signal  *Signal
	Key     *KeyEvent
	Erasure *Erasure
	Gap     *Gap
	Anchor  *Anchor
	Seal    *Seal
}

// Boot opens a stretch of the log written by one process.
type Boot struct {
	Version  string // of the program
	Binary   Hash   // SHA-256 of the running executable
	Config   Hash   // digest of the configuration in force
	Policy   Hash   // digest of the rule set in force
	NodeKey  string // verifier key of the log, "name+hash+key" (C2SP signed-note)
	PrevSize uint64 // tree size found at start
	PrevRoot Hash   // root of that tree
}

// Effect is what a rule or a decision does, ordered by strictness.
type Effect uint8

// Effects from weakest to strictest; the strictest of all matching rules wins.
const (
	EffectNone   Effect = 0
	EffectAllow  Effect = 1
	EffectWarn   Effect = 2
	EffectRedact Effect = 3
	EffectHold   Effect = 4
	EffectBlock  Effect = 5
)

// Intent states who asks which model for what and what was decided, before the
// first byte leaves.
type Intent struct {
	Key       ID     // the virtual key presented; zero when unknown
	System    ID     // the registered AI system; zero when unknown
	Workload  bool   // the key belongs to a workload, not to a person
	Assurance uint8  // identity assurance level, 0 to 5
	Provider  string // name from the configuration
	Dialect   string // "openai", "anthropic"
	Operation string // "chat", "messages", "count_tokens", "models"
	Model     string // only when the system lists it; otherwise empty and in the payload
	Stream    bool

	RequestBytes   uint64 // as accepted
	ForwardedBytes uint64 // as sent; 0 when nothing left

	Config   Hash // digests of what decided
	Policy   Hash
	Snapshot Hash // of the register (systems, people, keys)

	Decision Decision
	Findings []FindingCount
	Guards   []GuardRun

	Redactions    uint64 // spans replaced
	RedactionRoot Hash   // SHA-256 over the spans' HMACs in order; zero without spans
}

// Decision is the verdict of the rules over one phase of an interaction.
type Decision struct {
	Effect  Effect
	Rule    string   // id of the rule that decided; empty when none matched
	Reasons []string // ids of all enforced rules that matched
	Shadow  []string // ids of shadow rules that would have matched
}

// FindingCount says how many findings of a type were made.
type FindingCount struct {
	Type  string // from the detectors' table or the configured dictionary
	Count uint64
}

// GuardStatus tells whether a guard did its work.
type GuardStatus uint8

// A guard that did not run is as visible as one that passed.
const (
	GuardRan     GuardStatus = 1
	GuardSkipped GuardStatus = 2
	GuardFailed  GuardStatus = 3
)

// GuardRun is written by the guard itself, from its own run.
type GuardRun struct {
	Name    string // "schema", "identity", "detect", "policy", "redact", "restore", "watch"
	Status  GuardStatus
	Version string
	Reason  string // code from docs/ledger-format.md when not ran
	Micros  uint64 // time spent
}

// Result is how an interaction ended.
type Result uint8

// Results. Every intent ends in exactly one.
const (
	ResultAnswered  Result = 1 // complete answer delivered
	ResultBlocked   Result = 2 // a rule stopped it before anything left
	ResultRefused   Result = 3 // not acceptable: identity, form, size, route
	ResultStopped   Result = 4 // a rule stopped the answer midway
	ResultCancelled Result = 5 // the client left
	ResultFailed    Result = 6 // the provider failed, cut or stalled
	ResultAbandoned Result = 7 // the process ended; written by recovery
)

// Outcome closes an intent.
type Outcome struct {
	Intent         Index // index of the intent; filled in by the ledger. Not encoded, and 0, when intent and outcome are one entry
	Result         Result
	Reason         string // code from docs/ledger-format.md
	Status         uint64 // HTTP status sent to the client; 0 when none was
	UpstreamStatus uint64 // HTTP status received; 0 when none was
	Decision       Decision
	Findings       []FindingCount // in the answer
	Guards         []GuardRun
	AnswerBytes    uint64 // received from the provider
	InputTokens    uint64
	OutputTokens   uint64
	FirstByte      uint64 // microseconds from acceptance to the provider's first byte
	Duration       uint64 // microseconds from acceptance to the end
	Truncated      bool   // the stored answer stops at the storage limit
}

// Record states that a version of a management record was saved; its body is
// the payload.
type Record struct {
	Type       string // "system", "person", "key", "credential", "dictionary"
	Version    uint64
	Transition string // "created", "changed", "revoked"
}

// Access states that somebody used a right that leaves a trace.
type Access struct {
	Action string // "sign_in", "sign_in_refused", "sign_out", "setup", "name_shown", "text_shown", "exported"
	Target ID
}

// ConfigChange states which configuration and rules are in force from here on.
type ConfigChange struct {
	Config Hash
	Policy Hash
	Reason string // "reload", or "demonstration": the log holds what was invented, at set times
}
