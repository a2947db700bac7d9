// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"time"

	"github.com/counterfoil/counterfoil"
)

// View is one interaction. Its JSON is a contract scripts rely on: fields are
// added, never renamed. While an interaction is open, what the outcome tells is
// null or zero.
type View struct {
	ID         counterfoil.ID `json:"id"`
	Opened     time.Time      `json:"opened"`
	Closed     *time.Time     `json:"closed"`
	DurationMS float64        `json:"duration_ms"`   // from acceptance to the end
	FirstMS    float64        `json:"first_byte_ms"` // from acceptance to the provider's first byte

	System    System `json:"system"`
	Person    Ref    `json:"person"`
	Key       Ref    `json:"key"`
	Workload  bool   `json:"workload"`
	Assurance uint8  `json:"assurance"` // identity assurance level, 0 to 5

	Provider    string `json:"provider"`
	Dialect     string `json:"dialect"`
	Operation   string `json:"operation"`
	Model       string `json:"model"`        // as the client named it; empty when not listed and the payload is gone
	ModelListed bool   `json:"model_listed"` // the system may use it
	Stream      bool   `json:"stream"`

	Result         *counterfoil.Result `json:"result"`
	Reason         string              `json:"reason"`
	Status         uint64              `json:"status"`          // sent to the client
	UpstreamStatus uint64              `json:"upstream_status"` // received from the provider
	RequestBytes   uint64              `json:"request_bytes"`
	ForwardedBytes uint64              `json:"forwarded_bytes"`
	AnswerBytes    uint64              `json:"answer_bytes"`
	Truncated      bool                `json:"truncated"` // the stored answer stops at the storage limit
	Usage          Usage               `json:"usage"`

	Decision       Decision  `json:"decision"`
	AnswerDecision *Decision `json:"answer_decision"`
	Message        string    `json:"message"` // what the client was told when something was refused or stopped

	Findings   []Finding `json:"findings"` // each place; empty when the payload is gone
	Counts     []Count   `json:"counts"`   // from the entries, which outlive the payload
	Guards     []Guard   `json:"guards"`
	Redactions uint64    `json:"redactions"` // places replaced

	Digests Digests      `json:"digests"`
	Payload PayloadState `json:"payload"`
	Indexes Indexes      `json:"entry_indexes"`
	Entries []Entry      `json:"entries"`
	Proof   Proof        `json:"proof"`
}

// System is the AI system; its name is the present one.
type System struct {
	ID   counterfoil.ID `json:"id,omitzero"`
	Slug string         `json:"slug,omitzero"`
	Name string         `json:"name,omitzero"`
}

// Ref names somebody or something; empty for none.
type Ref struct {
	ID counterfoil.ID `json:"id,omitzero"`
}

// Usage is what the provider says it counted.
type Usage struct {
	InputTokens  uint64 `json:"input_tokens"`
	OutputTokens uint64 `json:"output_tokens"`
}

// Decision is the verdict of the rules over one phase.
type Decision struct {
	Effect  counterfoil.Effect `json:"effect"`
	Rule    string             `json:"rule"`
	Reasons []string           `json:"reasons"`
	Shadow  []string           `json:"shadow"`
}

// Phase says which way text went.
type Phase string

// The phases.
const (
	PhaseRequest Phase = "request"
	PhaseAnswer  Phase = "answer"
)

// Finding is one place where a detector saw something; never the value.
type Finding struct {
	Phase    Phase   `json:"phase"`
	Type     string  `json:"type"`
	Where    string  `json:"where"`
	Start    int     `json:"start"` // bytes in the decoded string
	End      int     `json:"end"`
	Score    float64 `json:"score"`
	Detector string  `json:"detector"`
	Action   string  `json:"action"`
}

// Count says how many findings of a type were made.
type Count struct {
	Phase Phase  `json:"phase"`
	Type  string `json:"type"`
	Count uint64 `json:"count"`
}

// Guard is one guard's own account of its run.
type Guard struct {
	Phase   Phase                   `json:"phase"`
	Name    string                  `json:"name"`
	Status  counterfoil.GuardStatus `json:"status"`
	Version string                  `json:"version"`
	Reason  string                  `json:"reason"`
	Micros  uint64                  `json:"micros"`
}

// Digests are of what decided.
type Digests struct {
	Config   counterfoil.Hash `json:"config"`
	Policy   counterfoil.Hash `json:"policy"`
	Snapshot counterfoil.Hash `json:"snapshot"`
}

// State says whether a payload can be read.
type State string

// States of a payload.
const (
	StateReadable State = "readable"
	StateErased   State = "erased"  // its wrapping key was deleted
	StateNone     State = "none"    // none was recorded
	StateDamaged  State = "damaged" // missing, changed, or not what the entry commits to
)

// PayloadState tells the state of each phase's text.
type PayloadState struct {
	Request State `json:"request"`
	Answer  State `json:"answer"`
}

// Indexes are the places in the log; equal when one entry holds both.
type Indexes struct {
	Intent  counterfoil.Index  `json:"intent"`
	Outcome *counterfoil.Index `json:"outcome"`
}

// Entry is one entry of the interaction.
type Entry struct {
	Index counterfoil.Index `json:"index"`
	Kind  counterfoil.Kind  `json:"kind"`
	Leaf  counterfoil.Hash  `json:"leaf"` // recomputed from the entry
	Time  time.Time         `json:"time"` // of recording
	Bytes int               `json:"bytes"`
}

// Proof is the outcome of recomputing, and what is needed to do it again
// elsewhere.
type Proof struct {
	Verified    bool             `json:"verified"`           // everything that can be recomputed holds
	Problems    []string         `json:"problems,omitempty"` // what does not
	Origin      string           `json:"origin"`
	VerifierKey string           `json:"verifier_key"`
	TreeSize    uint64           `json:"tree_size"`
	Root        counterfoil.Hash `json:"root"`
	Intent      string           `json:"intent"`  // C2SP tlog-proof
	Outcome     string           `json:"outcome"` // the same text when one entry holds both; empty while open
}
