// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/counterfoil/counterfoil"
)

// step is a file to be brought to a size.
type step struct {
	name, source string
	size         int64
	whole        bool // it changed where it was copied before
}

// copySegments copies what lies behind the former heads, and what an erasure changed
// before them.
func (j *job) copySegments(ctx context.Context, m *Manifest, changed *changes) error {
	touched, err := j.source.touched(ctx, m.Log.Origin, changed.targets)
	if err != nil {
		return err
	}
	var steps []step
	for dir, end := range map[string]Place{registryLog.name: m.Registry.End, nodeLog.name: m.Log.End, nodeLog.payloads: m.Log.Payloads} {
		sizes, err := j.source.segments(dir, end)
		if err != nil {
			return err
		}
		for _, n := range sortedSegments(sizes) {
			name := counterfoil.SegmentName(n)
			steps = append(steps, step{dir + "/" + name, j.source.path(dir, name), sizes[n], dir == nodeLog.payloads && touched[n]})
		}
	}
	for n := range changed.segments {
		name := nodeLog.payloads + "/" + counterfoil.SegmentName(n)
		if _, _, copied := j.record.current(name); copied {
			j.record.gone[name] = true
		}
	}
	j.count.total = j.count.done + j.missing(steps)
	for _, s := range steps {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		do := j.record.grow
		if s.whole {
			do = j.record.replace
		}
		if err := do(s.name, s.source, s.size, &j.count); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %s was erased meanwhile", errUnsettled, s.name)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// missing is how many bytes steps will copy.
func (j *job) missing(steps []step) (n uint64) {
	for _, s := range steps {
		have, _, ok := j.record.current(s.name)
		if !ok || s.whole || have.Size > s.size {
			have.Size = 0
		}
		n += uint64(s.size - have.Size)
	}
	return n
}
