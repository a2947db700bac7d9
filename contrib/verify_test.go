// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// verdict is what both verifiers must agree on: the classes and the places of
// problems, and the counts.
func verdict(r verify.Report) (problems []string, counts [8]uint64) {
	for _, p := range r.Problems {
		problems = append(problems, p.Class+" at "+p.Where)
	}
	slices.Sort(problems)
	return slices.Compact(problems), [8]uint64{r.Entries, r.Intents, r.Outcomes, r.Abandoned, r.Open, r.Gaps, r.Payloads, r.Signed}
}

// compare asks both about dir and returns the report of Go.
func compare(t testing.TB, j *judge, dir string, o verify.Options, args ...string) verify.Report {
	t.Helper()
	args = append(args, "--json", dir)
	a := j.ask(question{Args: args})
	r, err := verify.Dir(t.Context(), o)
	if err != nil {
		if a.Exit != 2 {
			t.Errorf("Go cannot check: %v; Python exits with %d, %v", err, a.Exit, a.Report.Problems)
		}
		return r
	}
	want := r.ExitCode()
	gotProblems, gotCounts := verdict(a.Report)
	wantProblems, wantCounts := verdict(r)
	if a.Exit != want || !slices.Equal(gotProblems, wantProblems) || gotCounts != wantCounts || a.Report.Root != r.Root {
		t.Errorf("Python %d %v %v %v\nGo     %d %v %v", a.Exit, gotCounts, gotProblems, a.Report.Problems, want, wantCounts, r.Problems)
	}
	return r
}

// TestTamperedDirectories changes one thing each.
func TestTamperedDirectories(t *testing.T) {
	seg, pay := "ledger/0000000000.seg", "payload/0000000000.seg"
	tests := map[string]struct {
		history func(h *history)
		change  func(f files)
		class   string // of a problem that must be there; empty: sound
	}{
		"untouched":          {},
		"entry changed":      {change: func(f files) { f[seg][300] ^= 1 }, class: "segment"},
		"header changed":     {change: func(f files) { f[seg][20] ^= 1 }, class: "segment"},
		"cut":                {change: func(f files) { f[seg] = f[seg][:1200] }, class: "missing"},
		"tail zeroed":        {change: func(f files) { clear(f[seg][1200:]) }, class: "missing"},
		"noise behind zeros": {change: func(f files) { f[seg][len(f[seg])-9] = 1 }},
		"payload changed":    {change: func(f files) { f[pay][90] ^= 1 }, class: "payload"},
		"payload zeroed":     {change: func(f files) { clear(f[pay][72:]) }, class: "payload"},
		"no payloads":        {change: func(f files) { delete(f, pay) }, class: "payload"},
		"no head":            {change: func(f files) { delete(f, "ledger/checkpoint") }, class: "head"},
		"head is no note":    {change: func(f files) { f["ledger/checkpoint"] = []byte("x\n") }, class: "head"},
		"head changed":       {change: func(f files) { f["ledger/checkpoint"][len(origin)+1] ^= 1 }, class: "head"},
		"signature changed":  {change: func(f files) { b := f["ledger/checkpoint"]; b[len(b)-20] ^= 1 }, class: "head"},
		"no verifier":        {change: func(f files) { delete(f, "ledger/verifier") }, class: "none"},
		"other verifier":     {change: func(f files) { f["ledger/verifier"][len(origin)-1] ^= 1 }, class: "head"},
		"nothing":            {change: func(f files) { delete(f, seg); delete(f, "ledger/checkpoint") }},
		"no segment":         {change: func(f files) { delete(f, seg) }, class: "missing"},
		"a gap":              {history: func(h *history) { h.gap() }},
		"second outcome":     {history: func(h *history) { h.outcome(1, 1) }, class: "outcome"},
		"outcome of nothing": {history: func(h *history) { h.outcome(1, 99) }, class: "outcome"},
		"outcome of another": {history: func(h *history) { h.outcome(8, counterfoil.Index(h.tree.Size()-1)) }, class: "outcome"},
		"not an entry":       {history: func(h *history) { h.raw([]byte{0xa1, 1, 1}, "") }, class: "encoding"},
		"payload uncommitted": {history: func(h *history) {
			raw, _ := counterfoil.AppendEntry(nil, &counterfoil.Entry{Kind: counterfoil.KindRecord, Record: &counterfoil.Record{Type: "system"}})
			h.raw(raw, "sealed")
		}, class: "payload"},
		"start that forgets": {history: func(h *history) {
			h.entry(&counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{NodeKey: h.verifier, PrevSize: 1, PrevRoot: h.tree.Root()}}, "")
		}, class: "boot"},
		"start under another key": {history: func(h *history) {
			h.entry(&counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{NodeKey: "other", PrevSize: h.tree.Size(), PrevRoot: h.tree.Root()}}, "")
		}, class: "boot"},
		"root of a batch": {history: func(h *history) {
			last := len(h.segment) - counterfoil.TrailerBytes
			h.segment = counterfoil.AppendTrailer(h.segment[:last], counterfoil.Trailer{
				Count: 1, First: counterfoil.Index(h.tree.Size() - 1), Size: h.tree.Size(), Root: counterfoil.Hash{1},
			})
		}, class: "root"},
	}
	j := newJudge(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := ordinary(t)
			if test.history != nil {
				test.history(h)
			}
			f := h.files()
			if test.change != nil {
				test.change(f)
			}
			f.write(t, h.dir)
			r := compare(t, j, h.dir, verify.DirOptions(h.dir))
			switch found := slices.ContainsFunc(r.Problems, func(p verify.Problem) bool { return p.Class == test.class }); {
			case test.class == "" && len(r.Problems) > 0, test.class != "" && test.class != "none" && !found:
				t.Errorf("want %q, Go found %v", test.class, r.Problems)
			}
		})
	}
}

func TestKeyAndHeadsFromOutside(t *testing.T) {
	j, h := newJudge(t), newHistory(t)
	h.boot()
	old := h.head()
	h.intent(1, "sealed")
	f := h.files()
	f["old"] = old
	f["forged"] = bytes.Replace(old, []byte("\n1\n"), []byte("\n2\n"), 1)
	f.write(t, h.dir)
	o := verify.DirOptions(h.dir)
	o.VerifierKey = h.verifier
	for name, broken := range map[string]bool{"old": false, "forged": true} {
		o.Heads = [][]byte{f[name]}
		r := compare(t, j, h.dir, o, "--key", h.verifier, "--head", filepath.Join(h.dir, name))
		if broken != (len(r.Problems) > 0) {
			t.Errorf("%s: %v", name, r.Problems)
		}
	}
	_, other := newKey(t, "counterfoil/0badcafe")
	o.VerifierKey, o.Heads = other, nil
	compare(t, j, h.dir, o, "--key", other)
}

// TestMutatedDirectories compares the two on random damage.
func TestMutatedDirectories(t *testing.T) {
	j, random := newJudge(t), rand.New(rand.NewPCG(1, 2))
	for range 300 {
		h := ordinary(t)
		f := h.files()
		names := []string{"ledger/0000000000.seg", "ledger/0000000000.seg", "payload/0000000000.seg", "ledger/checkpoint", "ledger/verifier"}
		b := f[names[random.IntN(len(names))]]
		used := max(1, len(bytes.TrimRight(b, "\x00")))
		at := random.IntN(min(len(b), used+20))
		switch random.IntN(4) {
		case 0:
			b[at] ^= byte(1 << random.IntN(8))
		case 1:
			clear(b[at:min(len(b), at+random.IntN(1500))])
		case 2:
			b[at] = byte(random.Uint32())
		default:
			copy(b[at:], b[random.IntN(used):])
		}
		f.write(t, h.dir)
		compare(t, j, h.dir, verify.DirOptions(h.dir))
		if t.Failed() {
			return
		}
	}
}

// TestMutatedEntries compares the two readers of the encoding.
func TestMutatedEntries(t *testing.T) {
	j, random := newJudge(t), rand.New(rand.NewPCG(3, 4))
	var sound, refused int
	seeds := encoded(t)
	for n := range 15_000 {
		raw := bytes.Clone(seeds[n%len(seeds)])
		if n >= len(seeds) {
			for range 1 + random.IntN(3) {
				raw = mutate(random, raw)
			}
		}
		text := hex.EncodeToString(raw)
		a := j.ask(question{Entry: &text})
		_, err := counterfoil.DecodeEntry(raw)
		if (err == nil) != (a.Exit == 0) {
			t.Fatalf("entry %x: Go %v, Python %d %s", raw, err, a.Exit, a.Text)
		}
		if err == nil {
			sound++
		} else {
			refused++
		}
	}
	if sound < len(seeds) || refused == 0 {
		t.Errorf("%d sound, %d refused", sound, refused)
	}
}

func mutate(random *rand.Rand, raw []byte) []byte {
	if len(raw) == 0 {
		return raw
	}
	at := random.IntN(len(raw))
	switch random.IntN(4) {
	case 0:
		raw[at] ^= byte(1 << random.IntN(8))
	case 1:
		raw[at] = []byte{0, 1, 2, 23, 24, 25, 0x40, 0x60, 0x80, 0xa0, 0xf4, 0xf5, 0xf6, 0xff}[random.IntN(14)]
	case 2:
		raw = slices.Delete(raw, at, min(len(raw), at+1+random.IntN(3)))
	default:
		raw[at]++
	}
	return raw
}
