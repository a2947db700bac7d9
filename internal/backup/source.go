// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// log is one of the two logs of a data directory.
type log struct {
	name     string // of its folder
	payloads string // of the folder of its payloads; empty for none
	store    string // of its store of heads
	others   []string
}

// The logs, in the order in which they are taken. The files a log leaves beside its
// segments are read before its store of heads, which is ahead of them then.
var (
	registryLog = log{name: "registry", store: "registry-heads.db", others: []string{"cosigned", "checkpoint", "verifier"}}
	nodeLog     = log{name: "ledger", payloads: "payload", store: "heads.db", others: []string{"checkpoint", "verifier"}}
)

// counts is the file of requests that left unrecorded and are not stated in the ledger yet.
const counts = "gaps"

// source is a data directory, read beside the server that may write it.
type source struct{ data string }

func (s source) path(elements ...string) string {
	return filepath.Join(append([]string{s.data}, elements...)...)
}

// take stages what a log has beside its segments, and returns its stored head.
func (s source) take(ctx context.Context, l log, to *folder) (head Head, err error) {
	for _, name := range l.others {
		text, err := os.ReadFile(s.path(l.name, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // the registry has no cosigned head before the first witness
		}
		if err != nil {
			return head, err
		}
		if err := to.put(l.name+"/"+name, text); err != nil {
			return head, err
		}
	}
	err = to.build(l.store, func(path string) error {
		h, err := ledger.CopyHeads(ctx, s.path(l.store), path)
		head = headOf(h)
		return err
	})
	return head, err
}

// takeCounts stages the counts of unrecorded requests, which are written in place. They
// are read before the head: a start looks for the entry of each, and states it if it is
// not there.
func (s source) takeCounts(to *folder) error {
	first, err := os.ReadFile(s.path(counts))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // made by the first start of this release
	}
	if err != nil {
		return err
	}
	again, err := os.ReadFile(s.path(counts))
	if err != nil {
		return err
	}
	if !bytes.Equal(first, again) {
		return fmt.Errorf("%w: a request left unrecorded", errUnsettled)
	}
	return to.put(counts, first)
}

// bearsOut tells whether the log still holds the batch under a head it was copied up to.
func (s source) bearsOut(l log, h Head) error {
	if h.Size == 0 {
		return nil
	}
	other := fmt.Errorf("%w: at %d entries the log %s is not the one that was backed up", ErrOther, h.Size, h.Origin)
	f, err := os.Open(s.path(l.name, counterfoil.SegmentName(h.End.Segment)))
	if errors.Is(err, fs.ErrNotExist) {
		return other
	}
	if err != nil {
		return err
	}
	defer f.Close()
	b := make([]byte, counterfoil.TrailerBytes)
	if _, err := f.ReadAt(b, h.End.Offset-counterfoil.TrailerBytes); err != nil && err != io.EOF {
		return err
	}
	frame, err := counterfoil.ParseFrame(b)
	if err != nil || frame.Raw != nil || frame.Trailer.Size != h.Size || frame.Trailer.Root != h.Root {
		return other
	}
	return nil
}

// segments lists how many bytes of each segment lie before a position. Segments that
// are not there were erased, or are missed by the verifier.
func (s source) segments(dir string, end Place) (map[uint32]int64, error) {
	out := map[uint32]int64{}
	for n := uint32(0); n <= end.Segment; n++ {
		info, err := os.Stat(s.path(dir, counterfoil.SegmentName(n)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		size := info.Size()
		if n == end.Segment {
			size = end.Offset
		}
		if size > 0 {
			out[n] = size
		}
	}
	return out, nil
}

// scan reads the log on from a head to the end of what is written now.
func (s source) scan(ctx context.Context, l log, from Head, each func(counterfoil.Index, *counterfoil.Entry, counterfoil.PayloadRef)) error {
	r := counterfoil.NewReader(s.path(l.name), counterfoil.OriginDigest(from.Origin), counterfoil.Position(from.End), counterfoil.Index(from.Size))
	defer r.Close()
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		b, err := r.Next()
		var tail *counterfoil.TailError
		if errors.Is(err, io.EOF) || errors.As(err, &tail) { // a batch is being written, or a crash cut one short
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", l.name, err)
		}
		for i, one := range b.Entries {
			e, err := counterfoil.DecodeEntry(one.Raw)
			if err != nil {
				return fmt.Errorf("read %s: entry %d: %w", l.name, b.Trailer.First+counterfoil.Index(i), err)
			}
			each(b.Trailer.First+counterfoil.Index(i), e, one.Payload)
		}
	}
}

// changes is what the log says was done to payloads since the former backup, and to the
// keys since the present head.
type changes struct {
	erasures []counterfoil.Index
	targets  map[counterfoil.ID]bool // interactions whose payloads were overwritten
	segments map[uint32]bool         // payload segments deleted
	keys     bool                    // a signing key changed behind the head
}

// changesSince reads the node's log from the former head on.
func (s source) changesSince(ctx context.Context, former, head Head) (*changes, error) {
	c := &changes{targets: map[counterfoil.ID]bool{}, segments: map[uint32]bool{}}
	err := s.scan(ctx, nodeLog, former, func(i counterfoil.Index, e *counterfoil.Entry, _ counterfoil.PayloadRef) {
		if e.Kind == counterfoil.KindKey && uint64(i) >= head.Size {
			c.keys = true
		}
		if e.Erasure == nil {
			return
		}
		c.erasures = append(c.erasures, i)
		for _, id := range e.Erasure.Targets {
			c.targets[id] = true
		}
		for _, n := range e.Erasure.Segments {
			c.segments[uint32(n)] = true
		}
	})
	return c, err
}

// touched lists the payload segments in which payloads of interactions lie.
func (s source) touched(ctx context.Context, origin string, ids map[counterfoil.ID]bool) (map[uint32]bool, error) {
	out := map[uint32]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	err := s.scan(ctx, nodeLog, Head{Origin: origin}, func(_ counterfoil.Index, e *counterfoil.Entry, ref counterfoil.PayloadRef) {
		if ref.Length > 0 && ids[e.ID] {
			out[ref.Segment] = true
		}
	})
	return out, err
}

// sortedSegments are the numbers of segments, rising.
func sortedSegments(m map[uint32]int64) []uint32 { return slices.Sorted(maps.Keys(m)) }
