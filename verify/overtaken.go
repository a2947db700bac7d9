// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/counterfoil/counterfoil"
)

// overtaken tells whether the walk has reached what a running server recorded
// after the run began: a busy log would otherwise never end. All heads known at
// the beginning are behind it by then.
//
// Deletion follows its entry, so a payload that is gone may be explained by an
// entry recorded meanwhile: then the walk goes on to the end of the log.
func (v *verification) overtaken() bool {
	return v.running && v.later && v.due == len(v.heads) && !v.erased.unexplained()
}

// behindEnd tells whether a batch may have been recorded after the run began. Where
// entries are looked into, their times decide, later on; of hashes alone their place does.
func (v *verification) behindEnd(f *batchFacts) bool {
	if !v.HashesOnly {
		return len(f.entries) > 0
	}
	at, end := f.start, v.ended
	return at.Segment > end.Segment || at.Segment == end.Segment && at.Offset > end.Offset
}

// findEnd finds, beside a running server, where the log ends at the beginning of a
// check of hashes: at the last byte that is not zero of the newest segment begun.
func (v *verification) findEnd() error {
	if !v.running || !v.HashesOnly {
		return nil
	}
	number := uint32(0)
	for v.hasHeader(number + 1) {
		number++
	}
	f, err := os.Open(filepath.Join(v.LedgerDir, counterfoil.SegmentName(number)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no log, as the walk will find
	}
	if err != nil {
		return fmt.Errorf("find the end of the log: %w", err)
	}
	defer f.Close()
	last, err := counterfoil.LastNonZero(f, 0)
	if err != nil {
		return fmt.Errorf("find the end of the log: %w", err)
	}
	v.ended = counterfoil.Position{Segment: number, Offset: last}
	return nil
}

// hasHeader tells whether a segment is begun: the next one may be prepared, with zeros.
func (v *verification) hasHeader(number uint32) bool {
	f, err := os.Open(filepath.Join(v.LedgerDir, counterfoil.SegmentName(number)))
	if err != nil {
		return false
	}
	defer f.Close()
	var head [counterfoil.SegmentHeaderBytes]byte
	_, err = f.ReadAt(head[:], 0)
	return err == nil && head != [counterfoil.SegmentHeaderBytes]byte{}
}
