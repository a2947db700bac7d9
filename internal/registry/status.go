// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
)

// Status says how a registry stands. Times are UTC; a zero time is "never".
type Status struct {
	Origin       string            `json:"origin"`
	VerifierKeys []string          `json:"verifier_keys"` // in force, the newest first
	Size         uint64            `json:"size"`
	Covered      uint64            `json:"covered"`             // entries of the node's log under the head taken in last
	LastRound    time.Time         `json:"last_round,omitzero"` // when the last one ended well or badly
	Problem      string            `json:"problem,omitempty"`   // of the last round
	Alarm        string            `json:"alarm,omitempty"`     // a fork, or an older copy put back
	Quorum       QuorumStatus      `json:"quorum"`
	Witnesses    []WitnessStatus   `json:"witnesses"`
	Authorities  []AuthorityStatus `json:"authorities"`
}

// QuorumStatus is what the trust policy asks for, and how far it is fulfilled.
type QuorumStatus struct {
	Asked   bool      `json:"asked"` // the policy asks for witnesses
	Size    uint64    `json:"size"`  // of the registry's newest head that fulfils it
	Time    time.Time `json:"time,omitzero"`
	Overdue bool      `json:"overdue"`
	Missing []string  `json:"missing,omitempty"` // witnesses that would fulfil it for the newest head
}

// WitnessStatus is one witness of the policy.
type WitnessStatus struct {
	Name    string    `json:"name"`
	Size    uint64    `json:"size"` // of the newest head it cosigned
	Time    time.Time `json:"time,omitzero"`
	Problem string    `json:"problem,omitempty"` // of the last request
	Alarm   bool      `json:"alarm,omitempty"`   // it has seen another history, or a later one
}

// AuthorityStatus is one time-stamp authority.
type AuthorityStatus struct {
	Name    string    `json:"name"`
	Size    uint64    `json:"size"` // of the registry's head its newest token covers
	Time    time.Time `json:"time,omitzero"`
	Signer  string    `json:"signer,omitempty"`  // subject of the certificate that signed it
	Expires time.Time `json:"expires,omitzero"`  // end of that certificate
	Problem string    `json:"problem,omitempty"` // of the last request
	Overdue bool      `json:"overdue"`
	Ending  bool      `json:"ending"` // the certificate ends within 30 days
}

// Overdue tells whether something needs a person: a round that fails, an alarm, a
// quorum or a stamp that is overdue.
func (s Status) Overdue() bool {
	overdue := s.Problem != "" || s.Alarm != "" || s.Quorum.Overdue
	for _, w := range s.Witnesses {
		overdue = overdue || w.Alarm
	}
	for _, a := range s.Authorities {
		overdue = overdue || a.Overdue
	}
	return overdue
}

// conclude keeps how a round ended and logs it when that changes.
func (r *Registry) conclude(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch contradicted := errors.Is(err, errContradicted); {
	case contradicted && r.alarm == nil:
		r.cfg.Log.Error("alarm", "err", err)
		r.alarm = err
	case err != nil && !contradicted && r.trouble == nil:
		r.cfg.Log.Error("a round of the registry failed; it is made again", "err", err)
	case err == nil && r.trouble != nil:
		r.cfg.Log.Info("rounds of the registry succeed again")
	}
	r.trouble, r.ended = err, r.cfg.Clock.Now()
}

// patience is how long a head may wait for its quorum: some rounds, and the time
// they may take.
func (r *Registry) patience() time.Duration { return 3*r.cfg.Interval + time.Minute }

// Status reads the whole log if nothing did before it; after that, of what nobody has
// vouched for yet, the first entries. A log that cannot be read is a problem it tells,
// no error.
func (r *Registry) Status(ctx context.Context) (Status, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Status{
		Origin: r.log.Origin(), VerifierKeys: r.log.VerifierKeys(), Size: r.log.Size(), LastRound: r.ended,
		Problem: text(r.trouble), Witnesses: []WitnessStatus{}, Authorities: []AuthorityStatus{},
	}
	err := r.read(ctx)
	switch {
	case ctx.Err() != nil:
		return Status{}, context.Cause(ctx)
	case err != nil:
		s.Problem = err.Error()
	default:
		s.Covered = r.known.head.Size
	}
	s.Alarm = text(r.alarm) // reading may have found one
	if s.Quorum, err = r.quorumStatus(ctx); err != nil {
		return Status{}, err
	}
	for _, w := range r.witnesses {
		s.Witnesses = append(s.Witnesses, WitnessStatus{Name: w.Name, Size: w.size, Time: w.at, Problem: text(w.trouble), Alarm: w.alarm})
	}
	for _, a := range r.authorities {
		one, err := r.authorityStatus(ctx, a)
		if err != nil {
			return Status{}, err
		}
		s.Authorities = append(s.Authorities, one)
	}
	return s, nil
}

func (r *Registry) quorumStatus(ctx context.Context) (QuorumStatus, error) {
	var q QuorumStatus
	if r.cfg.Policy == nil || r.cfg.Policy.Quorum(nil) == nil {
		return q, nil
	}
	q.Asked = true
	if r.kept.Size > 0 && r.cfg.Policy.Quorum(r.kept.list) == nil {
		q.Size, q.Time = r.kept.Size, time.UnixMicro(int64(r.kept.time())).UTC()
	}
	since, err := r.waiting(ctx, q.Size)
	if err != nil || since.IsZero() {
		return q, err
	}
	var have []counterfoil.Cosignature
	for _, w := range r.witnesses {
		if uint64(r.known.headAt) < w.size {
			have = append(have, counterfoil.Cosignature{Key: w.Key})
		}
	}
	if missing, ok := errors.AsType[*counterfoil.QuorumError](r.cfg.Policy.Quorum(have)); ok {
		q.Missing = missing.Missing
	}
	q.Overdue = r.cfg.Clock.Now().Sub(r.sinceStart(since, q.Size)) > r.patience()
	return q, nil
}

func (r *Registry) authorityStatus(ctx context.Context, a *authorityState) (AuthorityStatus, error) {
	s := AuthorityStatus{Name: a.Name, Size: a.size, Time: a.stamp.Time, Signer: a.stamp.Authority, Expires: a.stamp.Expires, Problem: text(a.trouble)}
	now := r.cfg.Clock.Now()
	s.Ending = !a.stamp.Expires.IsZero() && a.stamp.Expires.Sub(now) < endsSoon
	since, err := r.waiting(ctx, a.size)
	if err != nil {
		return s, fmt.Errorf("time-stamps of %s: %w", a.Name, err)
	}
	s.Overdue = !since.IsZero() && now.Sub(r.sinceStart(since, a.size)) > 2*a.Interval
	return s, nil
}

// sinceStart is when waiting began. Somebody who never gave anything, as after the
// first start with a new policy, is waited for since this process began.
func (r *Registry) sinceStart(since time.Time, size uint64) time.Time {
	if size == 0 && since.Before(r.opened) {
		return r.opened
	}
	return since
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
