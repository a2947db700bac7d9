// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// Returned lets go once more what entries say was overwritten or deleted and is there
// again, because an older copy of the payloads was put back: keys still open what was
// overwritten, as they open its neighbours. It returns how many payloads and segments
// that were. It reads what entries name, which are the interactions erased one by one.
func (e *Eraser) Returned(ctx context.Context) (int, error) {
	e.acting.Lock()
	defer e.acting.Unlock()
	all, err := e.Index.Erasures(ctx, 0)
	if err != nil {
		return 0, fmt.Errorf("look for erased payloads that came back: %w", err)
	}
	count := 0
	var errs []error
	for i := range all {
		n, err := e.returned(ctx, &all[i])
		if count += n; err != nil {
			errs = append(errs, fmt.Errorf("erase once more what entry %d names: %w", all[i].Entry, err))
		}
	}
	return count, errors.Join(errs...)
}

// returned looks at what one entry names.
func (e *Eraser) returned(ctx context.Context, entry *index.Erasure) (int, error) {
	if entry.Targets == 0 && entry.Segments == 0 {
		return 0, nil
	}
	b, err := e.stated(entry.Entry)
	if err != nil {
		return 0, err
	}
	var refs []ledger.PayloadRef
	for _, id := range b.Targets {
		i, err := e.interaction(ctx, id)
		if err != nil {
			return 0, err
		}
		for _, ref := range i.refs {
			sealed, err := e.Log.Payload(ref)
			switch {
			case errors.Is(err, ledger.ErrNotFound): // its segment was deleted
			case err != nil:
				return 0, err
			case len(bytes.Trim(sealed, "\x00")) > 0:
				refs = append(refs, ref)
			}
		}
	}
	var segments []uint32
	for _, n := range b.Segments {
		_, err := e.Log.Payload(ledger.PayloadRef{Segment: uint32(n), Offset: counterfoil.SegmentHeaderBytes, Length: 1})
		switch {
		case errors.Is(err, ledger.ErrNotFound):
		case err != nil:
			return 0, err
		default:
			segments = append(segments, uint32(n))
		}
	}
	if len(refs) > 0 {
		if err := e.Log.Overwrite(ctx, refs); err != nil {
			return 0, err
		}
	}
	if len(segments) > 0 {
		if err := e.Log.DeletePayloads(ctx, segments); err != nil {
			return len(refs), err
		}
	}
	return len(refs) + len(segments), nil
}
