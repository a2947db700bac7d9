// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// Row is one interaction as lists show it. Times and durations are microseconds.
type Row struct {
	ID     counterfoil.ID
	Opened int64
	Closed int64 // 0 while open

	System    counterfoil.ID
	Person    counterfoil.ID
	Key       counterfoil.ID
	Workload  bool
	Provider  string
	Dialect   string
	Operation string
	Model     string // empty when the system does not list it
	Stream    bool

	Effect       counterfoil.Effect // of the rules over the request
	Rule         string
	AnswerEffect counterfoil.Effect
	AnswerRule   string
	Result       counterfoil.Result // 0 while open
	Reason       string
	Status       uint64

	Findings       string // "card:1 email:2", sorted; see Counts
	AnswerFindings string
	Redactions     uint64
	InputTokens    uint64
	OutputTokens   uint64
	RequestBytes   uint64
	AnswerBytes    uint64
	Duration       uint64

	IntentIndex  counterfoil.Index
	OutcomeIndex counterfoil.Index // equal to IntentIndex when one entry holds both; meaningless while open
	IntentLeaf   counterfoil.Hash
	OutcomeLeaf  counterfoil.Hash
}

// Open tells whether no outcome has been recorded yet.
func (r *Row) Open() bool { return r.Result == 0 }

// Decision is the stricter of what was decided over request and answer, and its rule.
func (r *Row) Decision() (counterfoil.Effect, string) {
	if r.AnswerEffect > r.Effect {
		return r.AnswerEffect, r.AnswerRule
	}
	return r.Effect, r.Rule
}

// Counts reads the text of Findings or AnswerFindings back.
func Counts(findings string) iter.Seq[counterfoil.FindingCount] {
	return func(yield func(counterfoil.FindingCount) bool) {
		for part := range strings.FieldsSeq(findings) {
			kind, count, _ := strings.Cut(part, ":")
			n, err := strconv.ParseUint(count, 10, 64)
			if err == nil && !yield(counterfoil.FindingCount{Type: kind, Count: n}) {
				return
			}
		}
	}
}

// rowColumns, values and targets name the columns in one order.
const rowColumns = `id, opened, closed, system, person, key, workload, provider, dialect, operation, model, stream,
	effect, rule, answer_effect, answer_rule, result, reason, status, findings, answer_findings,
	redactions, input_tokens, output_tokens, request_bytes, answer_bytes, duration, intent_index, outcome_index, intent_leaf, outcome_leaf, standing, lane`

const rowWidth = 33

func (r *Row) values(dst []any) []any {
	return append(dst, r.ID[:], r.Opened, r.Closed, idValue(&r.System), idValue(&r.Person), idValue(&r.Key),
		r.Workload, r.Provider, r.Dialect, r.Operation, r.Model, r.Stream,
		int64(r.Effect), r.Rule, int64(r.AnswerEffect), r.AnswerRule, int64(r.Result), r.Reason, int64(r.Status),
		r.Findings, r.AnswerFindings, int64(r.Redactions), int64(r.InputTokens), int64(r.OutputTokens),
		int64(r.RequestBytes), int64(r.AnswerBytes), int64(r.Duration), int64(r.IntentIndex), int64(r.OutcomeIndex), r.IntentLeaf[:], r.outcomeLeaf(), int64(r.standing()), laneOf(r))
}

func (r *Row) outcomeLeaf() []byte {
	if r.Open() {
		return noBytes
	}
	return r.OutcomeLeaf[:]
}

func (r *Row) targets() []any {
	return []any{
		(*id)(&r.ID), &r.Opened, &r.Closed, (*id)(&r.System), (*id)(&r.Person), (*id)(&r.Key),
		&r.Workload, &r.Provider, &r.Dialect, &r.Operation, &r.Model, &r.Stream,
		&r.Effect, &r.Rule, &r.AnswerEffect, &r.AnswerRule, &r.Result, &r.Reason, &r.Status,
		&r.Findings, &r.AnswerFindings, &r.Redactions, &r.InputTokens, &r.OutputTokens,
		&r.RequestBytes, &r.AnswerBytes, &r.Duration, &r.IntentIndex, &r.OutcomeIndex, (*hash)(&r.IntentLeaf), (*hash)(&r.OutcomeLeaf), new(standing), new(int64),
	}
}

var noBytes = []byte{}

// idValue binds an id; none is the empty blob.
func idValue(v *counterfoil.ID) []byte {
	if *v == (counterfoil.ID{}) {
		return noBytes
	}
	return v[:]
}

// id and hash scan blobs into fixed arrays.
type (
	id   counterfoil.ID
	hash counterfoil.Hash
)

func (v *id) Scan(src any) error   { return fill(src, v[:]) }
func (v *hash) Scan(src any) error { return fill(src, v[:]) }

// fill copies a blob of exactly the right length; the empty blob is zero.
func fill(src any, dst []byte) error {
	b, ok := src.([]byte)
	switch {
	case ok && len(b) == len(dst):
		copy(dst, b)
	case ok && len(b) == 0 || src == nil:
		clear(dst)
	default:
		return fmt.Errorf("column holds %T of %d bytes instead of %d", src, len(b), len(dst))
	}
	return nil
}
