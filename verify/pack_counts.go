// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"slices"

	"github.com/counterfoil/counterfoil"
)

// compareCounts sets the manifest's counts, and what it says is absent, against what the
// pack holds: rule 6.
func (p *packCheck) compareCounts() {
	p.counts.Open = p.counts.Intents - (p.counts.Outcomes - p.counts.Earlier)
	m := &p.manifest
	if p.counts != m.Counts {
		p.pack(counterfoil.PackManifestName, "its counts are not those of the pack")
	}
	if m.Form == counterfoil.PackRangeForm && p.counts.Entries != uint64(m.Range.To-m.Range.From) {
		p.pack(counterfoil.PackManifestName, "of the %d entries of its range %d can be read", m.Range.To-m.Range.From, p.counts.Entries)
	}
	for _, a := range []struct {
		code string
		is   bool
	}{
		{"other_entries", m.Form == counterfoil.PackSelectionForm},
		{"payloads_withheld", p.counts.Payloads.Withheld > 0},
		{"payloads_erased", p.counts.Payloads.Erased > 0},
		{"timestamp_after", m.Registry != nil && !p.stampBehind()},
	} {
		if slices.Contains(m.Absent, a.code) != a.is {
			p.pack(counterfoil.PackManifestName, "what it says of %q as absent is not so", a.code)
		}
	}
	if m.Registry != nil && slices.Contains(m.Absent, "registry") {
		p.pack(counterfoil.PackManifestName, "it says that the registry is absent, which is there")
	}
	p.leftPayloads()
}
