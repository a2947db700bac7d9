// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/timestamp"
)

// A token is worth as much as the certificate it was signed with: once that has ended,
// somebody who got hold of its key could make tokens that look old. So what a token
// covers must be covered again before. That happens by itself: every later head of
// the registry contains the earlier tokens as entries, and the next stamp, best one
// of another authority, covers that head. What must not happen is that the newest
// token of an authority comes to its end without a successor, which is a warning.

// endsSoon is how long before its end a certificate is a warning.
const endsSoon = 30 * 24 * time.Hour

// retries is in how many parts of its interval an authority that failed is asked again.
const retries = 12

// authorityState is an authority and what it answered last.
type authorityState struct {
	Authority
	size    uint64 // of the registry's head its newest token covers
	stamp   timestamp.Stamp
	tried   time.Time // when it last failed
	trouble error
}

// readStamps finds the newest token of each authority. Tokens do not name whoever is
// configured, so each is verified under the roots of those still looked for; two
// authorities with the same roots are told apart by nothing and share it.
func (r *Registry) readStamps(k *known) error {
	looking := slices.Clone(r.authorities)
	oldest := max(0, len(k.stamps)-maxStamps)
	for _, at := range slices.Backward(k.stamps[oldest:]) {
		if len(looking) == 0 {
			return nil
		}
		e, err := entry(r.log, at)
		if err != nil {
			return fmt.Errorf("read the registry's time-stamps: %w", err)
		}
		looking = slices.DeleteFunc(looking, func(a *authorityState) bool {
			stamp, err := timestamp.Verify(e.Anchor.Data, e.Anchor.Imprint(), timestamp.Options{Roots: a.Roots})
			if err != nil {
				return false
			}
			a.size, a.stamp = e.Anchor.Size, stamp
			return true
		})
	}
	return nil
}

// due tells whether an authority is to be asked: it is time, and a head of the node
// waits for it. The caller holds mu.
func (r *Registry) due(a *authorityState) bool {
	now := r.cfg.Clock.Now()
	waits := r.known.head.Size > 0 && uint64(r.known.headAt) >= a.size
	return waits && now.Sub(a.stamp.Time) >= a.Interval && (a.trouble == nil || now.Sub(a.tried) >= a.Interval/retries)
}

// stamp asks the authorities that are due for a token over a head of the registry,
// all at once, and takes their tokens in. It reports whether there was one.
func (r *Registry) stamp(ctx context.Context, signed []byte) (bool, error) {
	head, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		return false, err
	}
	r.mu.Lock()
	asked := slices.DeleteFunc(slices.Clone(r.authorities), func(a *authorityState) bool { return !r.due(a) })
	r.mu.Unlock()
	tokens := make([][]byte, len(asked))
	stamps := make([]timestamp.Stamp, len(asked))
	var asking sync.WaitGroup
	for i, a := range asked {
		asking.Go(func() { tokens[i], stamps[i] = r.requestStamp(ctx, a, head) })
	}
	asking.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	stamped := false
	for i, a := range asked {
		if tokens[i] == nil {
			continue
		}
		err := r.anchor(ctx, &counterfoil.Anchor{
			Type: counterfoil.AnchorTimestamp, Origin: head.Origin, Size: head.Size, Root: head.Root,
			Time: uint64(stamps[i].Time.UnixMicro()), Data: tokens[i],
		})
		if err != nil {
			return stamped, err
		}
		a.size, a.stamp = head.Size, stamps[i]
		stamped, r.owed = true, true
	}
	return stamped, nil
}

// requestStamp returns a verified token, or nil.
func (r *Registry) requestStamp(ctx context.Context, a *authorityState, head counterfoil.Checkpoint) ([]byte, timestamp.Stamp) {
	token, stamp, err := a.request(ctx, r.cfg.HTTP, r.cfg.Clock, sha256.Sum256([]byte(head.Text())))
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, stamp // the process stops
	case err != nil && a.trouble == nil:
		r.cfg.Log.Warn("a time-stamp authority gave no stamp; it is asked again", "authority", a.Name, "err", err)
	case err == nil && a.trouble != nil:
		r.cfg.Log.Info("a time-stamp authority stamps again", "authority", a.Name)
	}
	if a.trouble = err; err != nil {
		a.tried = r.cfg.Clock.Now()
		return nil, stamp
	}
	return token, stamp
}
