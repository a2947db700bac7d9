// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// committer is what the leader of the moment works with: its tree, and buffers
// that outlive it. Leadership protects it.
type committer struct {
	tree   counterfoil.Tree // with everything written, durable or not yet
	frames []byte           // of the batch being written
	bodies []byte           // its payloads, when there are several
	nodes  []counterfoil.Hash
	bytes  []byte

	payloadSync chan durable.File // to the goroutine that syncs beside the leader
	payloadDone chan error
}

// commit brings taken entries to the disk, in one batch or, at the end of a
// segment, in several. It sets index and err of each.
func (l *Ledger) commit(taken []*request) {
	for rest := taken; len(rest) > 0; {
		n, err := l.commitBatch(rest)
		if err != nil {
			err = l.poison(err)
			for _, r := range rest {
				if r.err == nil {
					r.err = err
				}
			}
			return
		}
		rest = rest[n:]
	}
	l.kickFiller()
}

// plan is one batch: which entries it holds and where their payloads go.
type plan struct {
	entries  []*request
	taken    int   // entries looked at, refused ones among them
	frames   int64 // bytes of frames, without the trailer
	payloads int64 // bytes of payloads
}

// commitBatch writes one batch from the front of rest and reports how many of
// rest it dealt with. An error means that the state of the disk is unknown.
func (l *Ledger) commitBatch(rest []*request) (int, error) {
	if err := l.poisoned.Load(); err != nil {
		return 0, *err
	}
	if build := rest[0].build; build != nil {
		tree := &l.committer.tree
		if err := build(counterfoil.Checkpoint{Origin: l.Origin(), Size: tree.Size(), Root: tree.Root()}); err != nil {
			rest[0].err = err
			return 1, nil
		}
	}
	p := l.plan(rest)
	if err := l.poisoned.Load(); err != nil {
		return 0, *err // a sync of zeros failed
	}
	if len(p.entries) == 0 {
		return p.taken, nil
	}
	first := counterfoil.Index(l.committer.tree.Size())
	payloadsEnd, err := l.writePayloads(p, first)
	if err != nil {
		return 0, err
	}
	payloadsSynced := l.syncPayloads(p)
	framesEnd, root, err := l.writeFrames(p, first)
	if err == nil {
		err = l.frames.file.Load().file.Datasync()
	}
	if err := errors.Join(err, payloadsSynced()); err != nil {
		return 0, err
	}
	l.publish(p, framesEnd, payloadsEnd, root)
	return p.taken, nil
}

// plan chooses the entries of the next batch: as many from the front of rest as
// fit in the current segments. Entries for which no space can be had are
// refused one by one, so that a small outcome may pass where a large payload
// does not.
func (l *Ledger) plan(rest []*request) plan {
	var p plan
	for _, r := range rest {
		if r.build != nil && p.taken > 0 {
			break // it comes first in its batch, where the tree before it is known
		}
		frame, body := int64(counterfoil.EntryFrameBytes(len(r.raw))), int64(len(r.payload))
		if len(p.entries) > 0 && !l.fits(p, frame, body) {
			break
		}
		err := l.makeRoom(&p, frame, body)
		if err == nil && !usesReserve(r.kind) {
			err = l.spare(&p, frame, body)
		}
		if err != nil {
			r.err = l.noRoom(err)
			p.entries = slices.Clone(p.entries) // from here on with gaps
		} else {
			p.add(rest, r)
			p.frames += frame
			p.payloads += body
		}
		p.taken++
	}
	return p
}

// noRoom is what a caller is told when no space could be had. A failed sync is no
// lack of space, and ends all writing.
func (l *Ledger) noRoom(err error) error {
	if errors.Is(err, errUnsynced) {
		return l.poison(err)
	}
	return fullError(err)
}

// add avoids a copy as long as the entries are simply the front of rest.
func (p *plan) add(rest []*request, r *request) {
	if len(p.entries) == p.taken {
		p.entries = rest[:p.taken+1]
		return
	}
	p.entries = append(p.entries, r)
}

// fits tells whether frame and body go into the current segments behind p.
func (l *Ledger) fits(p plan, frame, body int64) bool {
	return p.frames+frame+counterfoil.TrailerBytes <= l.frames.room() &&
		(body == 0 || p.payloads+body <= l.payloads.room())
}

// makeRoom rolls to fresh segments if p is still empty there, and reserves the
// space for p with frame and body.
func (l *Ledger) makeRoom(p *plan, frame, body int64) error {
	if p.frames == 0 && frame+counterfoil.TrailerBytes > l.frames.room() && !l.frames.fresh() {
		if err := l.frames.roll(); err != nil {
			return err
		}
	}
	if body > 0 && p.payloads == 0 && body > l.payloads.room() && !l.payloads.fresh() {
		if err := l.payloads.roll(); err != nil {
			return err
		}
	}
	if err := l.frames.reserve(p.frames + frame + counterfoil.TrailerBytes); err != nil {
		return err
	}
	if body == 0 {
		return nil
	}
	return l.payloads.reserve(p.payloads + body)
}

// spare leaves space behind p with frame and body for outcomes and gaps.
func (l *Ledger) spare(p *plan, frame, body int64) error {
	if err := l.frames.spare(p.frames + frame + counterfoil.TrailerBytes); err != nil || body == 0 {
		return err
	}
	return l.payloads.spare(p.payloads + body)
}

// joinBytes is the size up to which payloads are copied together to be written
// in one piece.
const joinBytes = 256 << 10

// writePayloads writes the payloads back to back and returns where they end.
func (l *Ledger) writePayloads(p plan, first counterfoil.Index) (int64, error) {
	t, c := l.payloads, &l.committer
	if p.payloads == 0 {
		return t.pos.Load(), nil
	}
	buf := t.header(c.bodies[:0], first)
	at := t.begin() - int64(len(buf))
	for _, r := range p.entries {
		if len(p.entries) > 1 && len(r.payload) <= joinBytes {
			buf = append(buf, r.payload...)
			continue
		}
		if err := errors.Join(t.write(buf, &at), t.write(r.payload, &at)); err != nil {
			return 0, err
		}
		buf = buf[:0]
	}
	c.bodies = buf
	err := t.write(buf, &at)
	return at, err
}

// write puts b at *at and moves it on.
func (t *track) write(b []byte, at *int64) error {
	if len(b) == 0 {
		return nil
	}
	if _, err := t.file.Load().file.WriteAt(b, *at); err != nil {
		return fmt.Errorf("write segment: %w", err)
	}
	*at += int64(len(b))
	return nil
}

// writeFrames gives the entries their indexes, adds them to the tree and writes
// their frames with the trailer in one piece.
func (l *Ledger) writeFrames(p plan, first counterfoil.Index) (end int64, root counterfoil.Hash, err error) {
	c, t := &l.committer, l.frames
	buf := t.header(c.frames[:0], first)
	at := t.begin() - int64(len(buf))
	body := l.payloads.begin()
	c.nodes = c.nodes[:0]
	for i, r := range p.entries {
		r.index, r.frameAt = first+counterfoil.Index(i), at+int64(len(buf))
		buf = counterfoil.AppendEntryFrame(buf, r.payloadRef(l.payloads, &body), r.raw)
		c.nodes = c.tree.Append(c.nodes, r.leaf)
	}
	root = c.tree.Root()
	buf = counterfoil.AppendTrailer(buf, counterfoil.Trailer{
		Count: uint32(len(p.entries)), First: first, Size: c.tree.Size(), Root: root,
	})
	c.frames = buf
	err = t.write(buf, &at)
	return at, root, err
}

// payloadRef points at r's payload at *at of the current segment and moves on.
func (r *request) payloadRef(t *track, at *int64) counterfoil.PayloadRef {
	if len(r.payload) == 0 {
		return counterfoil.PayloadRef{}
	}
	ref := counterfoil.PayloadRef{
		Segment: t.file.Load().number, Offset: uint32(*at), Length: uint32(len(r.payload)), CRC: r.crc,
	}
	*at += int64(len(r.payload))
	return ref
}

// syncPayloads starts to make the payloads durable, beside what the leader does
// next, and returns the function that waits for it.
func (l *Ledger) syncPayloads(p plan) (wait func() error) {
	if p.payloads == 0 {
		return func() error { return nil }
	}
	c := &l.committer
	c.payloadSync <- l.payloads.file.Load().file
	return func() error { return <-c.payloadDone }
}

// syncUntilClosed syncs payload files for the leader.
func (c *committer) syncUntilClosed(done *sync.WaitGroup) {
	defer done.Done()
	for f := range c.payloadSync {
		c.payloadDone <- f.Datasync()
	}
}

// publish makes a durable batch visible: positions and tree nodes first, then
// the new end, which is what readers go by.
func (l *Ledger) publish(p plan, framesEnd, payloadsEnd int64, root counterfoil.Hash) {
	c := &l.committer
	segment := l.frames.file.Load().number
	c.bytes = c.bytes[:0]
	for _, r := range p.entries {
		c.bytes = binary.BigEndian.AppendUint64(c.bytes, packPosition(segment, r.frameAt))
	}
	l.positions.append(c.bytes)
	c.bytes = c.bytes[:0]
	for i := range c.nodes {
		c.bytes = append(c.bytes, c.nodes[i][:]...)
	}
	l.hashes.append(c.bytes)
	l.frames.pos.Store(framesEnd)
	l.payloads.pos.Store(payloadsEnd)

	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range p.entries {
		if r.kind == counterfoil.KindOutcome || r.kind == counterfoil.KindIntent && !r.closed {
			l.open.settle(r.kind, r.id, r.index, true)
		}
		if r.event != nil {
			l.keys.Store(l.keys.Load().with(r.event, r.index))
		}
	}
	d := &l.durable
	d.Size, d.Root, d.Edge = c.tree.Size(), root, c.tree.Edge(d.Edge[:0])
	d.End = counterfoil.Position{Segment: segment, Offset: framesEnd}
	d.Payloads = counterfoil.Position{Segment: l.payloads.file.Load().number, Offset: payloadsEnd}
	l.size.Store(d.Size)
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
}

// packPosition is the form of a position in the positions file.
func packPosition(segment uint32, offset int64) uint64 { return uint64(segment)<<32 | uint64(offset) }
