// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/witness"
)

// askTime bounds the asking of all witnesses: one request each, a second one where
// the first tells the size to begin at.
const askTime = 15 * time.Second

// witnessState is a witness of the policy and what it answered last.
type witnessState struct {
	counterfoil.PolicyWitness
	size    uint64 // of the newest head it cosigned
	line    []byte // its signature line under that head
	at      time.Time
	trouble error
	alarm   bool
}

// cosigned is a head of the registry with cosignatures; the zero value is none.
type cosigned struct {
	counterfoil.Checkpoint
	signed []byte
	list   []counterfoil.Cosignature
}

// time is that of the newest cosignature, in microseconds.
func (c cosigned) time() uint64 {
	var newest int64
	for _, one := range c.list {
		newest = max(newest, one.Time.UnixMicro())
	}
	return uint64(newest)
}

// cosignedPath is where others find the newest head with its cosignatures.
func (r *Registry) cosignedPath() string { return filepath.Join(r.cfg.Dir, "cosigned") }

// readCosigned takes up the cosigned head a former process left. The file is no part
// of the log: one that does not fit is said and asked for again.
func (r *Registry) readCosigned() error {
	signed, err := os.ReadFile(r.cosignedPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the registry's cosigned head: %w", err)
	}
	c, err := r.verifyCosigned(signed)
	switch {
	case err != nil:
		r.cfg.Log.Warn("the cosigned head in the registry's folder is not one of its log and is left aside", "err", err)
		return nil
	case c.Size > r.log.Size():
		r.alarm = fmt.Errorf("witnesses have cosigned a head of %d entries, and the registry has %d: it was set back to an older copy", c.Size, r.log.Size())
		r.cfg.Log.Error("alarm", "err", r.alarm)
		return nil
	}
	root, err := r.log.Root(c.Size)
	if err != nil {
		return fmt.Errorf("compare the registry with its cosigned head: %w", err)
	}
	if root != c.Root {
		r.alarm = fmt.Errorf("witnesses have cosigned another head of %d entries than the registry has: it is another history", c.Size)
		r.cfg.Log.Error("alarm", "err", r.alarm)
		return nil
	}
	if len(c.list) == 0 {
		return nil // of witnesses the policy no longer names
	}
	r.kept, r.obtained = c, c
	for _, w := range r.witnesses {
		for _, one := range c.list {
			if one.Key == w.Key {
				w.size, w.at = c.Size, one.Time
			}
		}
	}
	return nil
}

// verifyCosigned checks a head of the registry and its cosignatures.
func (r *Registry) verifyCosigned(signed []byte) (cosigned, error) {
	keys := make([]string, len(r.witnesses))
	for i, w := range r.witnesses {
		keys[i] = w.Key
	}
	failed := errors.New("no key of the registry is in force")
	for _, key := range r.log.VerifierKeys() {
		c, list, err := counterfoil.VerifyCosigned(signed, key, keys)
		if err == nil {
			return cosigned{c, signed, list}, nil
		}
		failed = err
	}
	return cosigned{}, failed
}

// askWitnesses signs the registry's head, asks every witness that has not cosigned it
// yet, all at once, and keeps what they gave. It returns the head as the registry
// signed it.
func (r *Registry) askWitnesses(ctx context.Context) ([]byte, error) {
	signed, head, err := r.signHead(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var asking sync.WaitGroup
	asked := 0
	for _, w := range r.witnesses {
		if w.size == head.Size && w.line != nil {
			continue
		}
		asked++
		asking.Go(func() { r.ask(ctx, w, signed, head) })
	}
	asking.Wait()
	if asked == 0 {
		return signed, nil
	}
	return signed, r.keep(signed, head)
}

func (r *Registry) signHead(ctx context.Context) ([]byte, counterfoil.Checkpoint, error) {
	signed, err := r.log.Checkpoint(ctx)
	if err != nil {
		return nil, counterfoil.Checkpoint{}, fmt.Errorf("sign the registry's head: %w", err)
	}
	head, err := counterfoil.ParseCheckpoint(signed)
	return signed, head, err
}

// ask asks one witness.
func (r *Registry) ask(ctx context.Context, w *witnessState, signed []byte, head counterfoil.Checkpoint) {
	var line []byte
	err := errors.New("the policy states no address of this witness")
	if w.URL != "" {
		line, err = r.client.CosignFrom(ctx, w.URL, w.Key, w.size, signed, func(from, to uint64) ([]counterfoil.Hash, error) {
			return r.log.ProveConsistency(ctx, from, to)
		})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.Is(ctx.Err(), context.Canceled) {
		return // the process stops
	}
	conflict, ahead := errors.AsType[*witness.ConflictError](err)
	// The proof is of this log from the size the witness stated. If it does not lead
	// from what the witness cosigned there, that was another log.
	alarm := errors.Is(err, witness.ErrFork) || errors.Is(err, witness.ErrProof) || ahead && conflict.Size > head.Size
	switch {
	case alarm && !w.alarm:
		r.cfg.Log.Error("alarm: a witness has seen another history of the registry, or a later one than this: a fork, or an older copy was put back",
			"witness", w.Name, "size", head.Size, "err", err)
	case err != nil && w.trouble == nil:
		r.cfg.Log.Warn("a witness does not cosign; it is asked again every round", "witness", w.Name, "err", err)
	case err == nil && w.trouble != nil:
		r.cfg.Log.Info("a witness cosigns again", "witness", w.Name)
	}
	w.trouble, w.alarm = err, alarm
	if err == nil {
		w.size, w.line = head.Size, line
	}
}

// keep puts the cosignatures of a head together and leaves them in the file, unless a
// head that fulfils the policy lies there and this one does not.
func (r *Registry) keep(signed []byte, head counterfoil.Checkpoint) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := bytes.Clone(signed)
	for _, w := range r.witnesses {
		if w.size == head.Size {
			all = append(all, w.line...)
		}
	}
	c, err := r.verifyCosigned(all)
	if err != nil {
		return fmt.Errorf("verify the cosigned head: %w", err)
	}
	for _, w := range r.witnesses {
		for _, one := range c.list {
			if one.Key == w.Key {
				w.at = one.Time
			}
		}
	}
	if len(c.list) == 0 {
		return nil
	}
	r.obtained = c
	if r.cfg.Policy.Quorum(c.list) != nil && r.kept.Size > 0 && r.cfg.Policy.Quorum(r.kept.list) == nil {
		return nil
	}
	if err := durable.WriteFile(r.cosignedPath(), all, 0o600); err != nil {
		return fmt.Errorf("leave the cosigned head: %w", err)
	}
	r.kept = c
	return nil
}
