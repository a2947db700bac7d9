// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// payloads are those a pack discloses, and those it would have.
type payloads struct {
	disclosed []counterfoil.Index // rising
	erased    []counterfoil.Index // rising
	state     map[counterfoil.Index]string
}

// States of a payload in interactions.csv.
const (
	stateNone      = "none"
	stateDisclosed = "disclosed"
	stateWithheld  = "withheld"
	stateErased    = "erased"
)

// stateOf tells what became of an entry's payload.
func (p *packing) stateOf(i counterfoil.Index, e *counterfoil.Entry) string {
	if len(e.Commitment) == 0 {
		return stateNone
	}
	if s, ok := p.payloads.state[i]; ok {
		return s
	}
	return stateWithheld
}

// disclose records the disclosure of every payload that is asked for, then finds
// out which of them can still be opened.
func (p *packing) disclose(ctx context.Context) error {
	if p.Disclose == None {
		return nil
	}
	var wanted []counterfoil.Index
	err := p.contained(ctx, func(i counterfoil.Index, e *counterfoil.Entry, _ ledger.PayloadRef) error {
		if len(e.Commitment) > 0 && p.Disclose.covers(e.Kind) {
			wanted = append(wanted, i)
		}
		if len(wanted) > maxFiles/2 {
			return fmt.Errorf("%w: more than %d payloads", ErrLarge, maxFiles/2)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := p.recordDisclosure(ctx, wanted); err != nil {
		return err
	}
	p.payloads.state = make(map[counterfoil.Index]string, len(wanted))
	for n, i := range wanted {
		_, err := p.open(ctx, i)
		switch {
		case errors.Is(err, vault.ErrErased):
			p.payloads.erased = append(p.payloads.erased, i)
			p.payloads.state[i] = stateErased
		case err != nil:
			return err
		default:
			p.payloads.disclosed = append(p.payloads.disclosed, i)
			p.payloads.state[i] = stateDisclosed
		}
		if n%256 == 0 {
			p.Progress(uint64(n), uint64(len(wanted)))
		}
	}
	c := &p.survey.counts.Payloads
	c.Disclosed, c.Erased = uint64(len(p.payloads.disclosed)), uint64(len(p.payloads.erased))
	c.Withheld -= c.Disclosed + c.Erased
	return nil
}

// recorders is how many disclosures are recorded at once, so that they share a
// write to the disk.
const recorders = 64

// recordDisclosure has each interaction and record noted once, before any payload is
// opened.
func (p *packing) recordDisclosure(ctx context.Context, wanted []counterfoil.Index) error {
	if p.Record == nil {
		return errors.New("record the disclosure: there is nobody to record it")
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	slots := make(chan struct{}, recorders)
	known := make(map[counterfoil.ID]bool, len(wanted))
	for _, i := range wanted {
		err := p.one(ctx, i, func(_ counterfoil.Index, e *counterfoil.Entry, _ ledger.PayloadRef) error {
			if known[e.ID] {
				return nil
			}
			known[e.ID] = true
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				if err := p.Record(ctx, e.ID); err != nil {
					stop(err)
				}
			})
			return nil
		})
		if err != nil {
			stop(err)
			break
		}
	}
	all.Wait()
	return context.Cause(ctx)
}

// open returns a payload, or an error that wraps vault.ErrErased or ErrDamaged.
func (p *packing) open(ctx context.Context, i counterfoil.Index) (opened vault.Opened, err error) {
	err = p.one(ctx, i, func(_ counterfoil.Index, e *counterfoil.Entry, ref ledger.PayloadRef) error {
		sealed, err := p.Log.Payload(ref)
		if errors.Is(err, ledger.ErrNotFound) || err == nil && zeros(sealed) {
			return p.erased(ctx, e.ID, ref)
		}
		if err != nil {
			return err
		}
		if opened, err = p.Vault.Open(e.ID, e.Kind, sealed); err != nil {
			if errors.Is(err, vault.ErrTampered) {
				err = fmt.Errorf("%w: %w", ErrDamaged, err)
			}
			return err
		}
		if got := vault.Commit(&opened.Key, opened.Plaintext); subtle.ConstantTimeCompare(got[:], e.Commitment) != 1 {
			return fmt.Errorf("%w: it is not what the entry commits to", ErrDamaged)
		}
		return nil
	})
	if err != nil {
		return vault.Opened{}, fmt.Errorf("open the payload of entry %d: %w", i, err)
	}
	return opened, nil
}

// erasures are what the log's entries say was overwritten, and deleted in whole
// segments.
type erasures struct {
	targets  map[counterfoil.ID]bool
	segments map[uint64]bool
}

// erased tells why a payload is overwritten or gone: vault.ErrErased if an entry of
// the log names it, and damage if none does.
func (p *packing) erased(ctx context.Context, id counterfoil.ID, ref ledger.PayloadRef) error {
	if p.erasures == nil {
		found := &erasures{targets: map[counterfoil.ID]bool{}, segments: map[uint64]bool{}}
		err := p.Log.Scan(ctx, 0, func(st ledger.Stored) error {
			e, err := counterfoil.DecodeEntry(st.Raw)
			if err != nil || e.Erasure == nil {
				return err
			}
			for _, id := range e.Erasure.Targets {
				found.targets[id] = true
			}
			for _, n := range e.Erasure.Segments {
				found.segments[n] = true
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("look for erasures: %w", err)
		}
		p.erasures = found
	}
	if p.erasures.targets[id] || p.erasures.segments[uint64(ref.Segment)] {
		return vault.ErrErased
	}
	return fmt.Errorf("%w: it is gone, and no entry says that it was erased", ErrDamaged)
}

func zeros(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
