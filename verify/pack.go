// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// Pack checks an evidence pack by section 10 of docs/pack-format.md. files is the
// folder it unpacks to; of the zip file itself, PackFile checks more. Of o it uses
// VerifierKey, PackSigner, Policy, Roots and Progress; the key is that of the log or
// of the registry. It holds in memory the names of the files, a row for each
// interaction of the range and one small file at a time; payloads and tables are
// read in pieces.
func Pack(ctx context.Context, files fs.FS, o Options) (Report, error) {
	if o.HashesOnly {
		return Report{}, errors.New("verify pack: a pack is only checked whole")
	}
	p := &packCheck{verification: newVerification(o), files: files, found: make(map[string]bool), used: make(map[string]bool)}
	if err := p.check(ctx); err != nil {
		return Report{}, fmt.Errorf("verify pack: %w", err)
	}
	return p.report, nil
}

// packCheck is one run of Pack.
type packCheck struct {
	*verification
	files    fs.FS
	names    []string        // of all files, rising
	found    map[string]bool // the same
	manifest counterfoil.PackManifest
	digests  map[string]counterfoil.Hash // by name
	ended    bool                        // what follows cannot be judged

	head, registryHead     counterfoil.Checkpoint
	headNote, registryNote []byte

	counts packCounts
	rows   packRows
	erased map[counterfoil.Index]bool // payloads the list says were erased, not met yet
	used   map[string]bool            // payloads that belong to an entry, by name

	packRegistry
}

type packCounts = counterfoil.PackCounts

// limits of what a pack may make a verifier hold.
const (
	maxPackFile     = 1<<32 - 2 // one file, in bytes; all of them are read in pieces
	maxPackManifest = 1 << 29   // names every file
	maxPackSmall    = 64 << 20  // a file that is read whole; a bundle of the largest entries is 4 MiB
	maxPackNames    = 4 << 20
)

var errPack = errors.New("the pack cannot be read")

// check goes through the rules in order. Files that are not those of the signed
// manifest, heads that do not verify and tiles that do not lead to them end it: what
// would be said of the rest rests on them.
func (p *packCheck) check(ctx context.Context) error {
	if err := p.list(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{p.readManifest, p.compareFiles, p.openHeads, p.erasedList, p.entries, p.registryPart} {
		if err := step(ctx); err != nil {
			return err
		}
		if p.ended {
			p.report.unchecked("What lies behind the first fault of files, heads or tree was not looked at.")
			return nil
		}
	}
	p.trust()
	p.endOfRows()
	p.compareCounts()
	p.concludePack()
	return nil
}

// list finds all files.
func (p *packCheck) list(ctx context.Context) error {
	err := fs.WalkDir(p.files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case context.Cause(ctx) != nil:
			return context.Cause(ctx)
		case d.IsDir():
			return nil
		case len(p.names) >= maxPackNames:
			return fmt.Errorf("%w: more than %d files", errPack, maxPackNames)
		}
		p.names = append(p.names, name)
		p.found[name] = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errPack, err)
	}
	slices.Sort(p.names)
	return nil
}

// read returns a small file, or reports it and returns nil.
func (p *packCheck) read(name string) []byte { return p.readUpTo(name, maxPackSmall) }

func (p *packCheck) readUpTo(name string, limit int) []byte {
	f, err := p.files.Open(name)
	if err != nil {
		p.pack(name, "the file is missing")
		return nil
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	switch {
	case err != nil:
		p.pack(name, "the file cannot be read: %v", err)
		return nil
	case len(b) > limit:
		p.pack(name, "the file is larger than %d bytes", limit)
		return nil
	}
	return b
}

func (p *packCheck) pack(name, format string, args ...any) {
	p.report.problem(ProblemPack, name, format, args...)
}

// openHeads checks the two heads against the manifest: rule 3.
func (p *packCheck) openHeads(context.Context) error {
	p.head, p.headNote = p.openHead("log", p.manifest.Log)
	p.report.Origin, p.report.Signed, p.report.Root = p.manifest.Log.Origin, p.head.Size, p.head.Root
	if r := p.manifest.Registry; r != nil {
		p.registryHead, p.registryNote = p.openHead("registry", *r)
	}
	return nil
}

func (p *packCheck) openHead(folder string, want counterfoil.PackHead) (counterfoil.Checkpoint, []byte) {
	name := folder + "/checkpoint"
	signed := p.read(name)
	if verifier := p.read(folder + "/verifier"); string(verifier) != want.Verifier+"\n" {
		p.report.problem(ProblemHead, folder+"/verifier", "it is not the key the manifest names")
		p.ended = true
	}
	c, err := counterfoil.VerifyCheckpoint(signed, want.Verifier)
	if err == nil && (c.Origin != want.Origin || c.Size != want.Size || tlog.Hash(c.Root) != want.Root) {
		err = errors.New("it is not the head the manifest names")
	}
	if err != nil {
		p.report.problem(ProblemHead, name, "%v", err)
		p.ended = true
	}
	return c, signed
}

// trust sets the pack's keys against what the verifier brought.
func (p *packCheck) trust() {
	m := &p.manifest
	if m.Signer != p.PackSigner && !p.reachOf(m.Log.Verifier).follows(m.Signer) {
		p.pack("manifest.json", "it is signed by %s, which is not a key that was given for this, and no entry in the pack leads to it from the key of the log", m.Signer)
	}
	switch key := p.VerifierKey; {
	case key == "":
		p.report.unchecked("No key was given: that the log is the right one is the pack's own word.")
	case p.reachOf(key).counts(m.Log.Verifier, p.head.Size):
	case !p.registryTrusted() || !p.enrolled[m.Log.Verifier]:
		p.report.problem(ProblemHead, "log/verifier", "the head of %d entries is signed by %s, which is not the key that was given, and no entry in the pack leads from one to the other: ask for the key again, or for the pack of the right log", p.head.Size, m.Log.Verifier)
	case !p.covered:
		p.report.problem(ProblemHead, "log/verifier", "the registry had not taken in this head, so its key does not say that it counts; verify with the log's key, or with a pack made since")
	}
	switch {
	case p.Policy == nil:
		p.report.unchecked("Witnesses were not checked: that needs a trust policy of your own.")
	case m.Registry == nil && p.Policy.Quorum(nil) == nil:
	case m.Registry == nil:
		p.report.problem(ProblemCosignature, "registry/checkpoint", "the pack has no registry, so no witness has seen it")
	default:
		if _, list, err := p.Policy.Check(p.registryNote); err != nil {
			p.report.problem(ProblemCosignature, "registry/checkpoint", "%v", err)
		} else {
			p.report.Witnessed = p.head.Size
			p.report.checked("Witnesses: %d cosignatures on the registry's head meet the policy.", len(list))
		}
	}
}

// absentWords say what the pack does not hold, by the codes of section 3 of
// docs/pack-format.md, and what follows from that.
var absentWords = map[string]string{
	"other_entries":     "Entries of other AI systems are not in the pack, so one of this system that was left out would not be noticed.",
	"payloads_withheld": "Texts that were not asked for are not in the pack.",
	"payloads_erased":   "Texts that were erased are not in the pack: that they were is the signer's word.",
	"registry":          "The pack has no registry: nothing outside the log bounds its history or its time.",
	"registry_head":     "The registry had not taken in a head over the range when the pack was made: a later pack has more.",
	"cosignatures":      "No witness had cosigned the registry's part when the pack was made.",
	"timestamp_after":   "No time-stamp from outside says by when the range existed.",
	"timestamp_before":  "No time-stamp from outside says after when the range was written.",
}

// concludePack says what was done.
func (p *packCheck) concludePack() {
	r, m := &p.report, &p.manifest
	r.Entries, r.Intents, r.Outcomes, r.Open = p.counts.Entries, p.counts.Intents, p.counts.Outcomes, p.counts.Open
	r.Gaps, r.Payloads, r.Erased = p.counts.Unrecorded, p.counts.Payloads.Disclosed, p.counts.Payloads.Erased
	r.checked("%d files: compared with the digests in the signed manifest.", len(p.names)-1)
	r.checked("%d entries of those from %d to %d, asked for as from %s until %s, under a head of %d entries: encoding, leaf hashes, tree or proof.", p.counts.Entries, m.Range.From, m.Range.To-1,
		m.Range.Since.Format(time.RFC3339), m.Range.Until.Format(time.RFC3339), p.head.Size)
	r.checked("%d payloads disclosed: compared with what their entries commit to.", p.counts.Payloads.Disclosed)
	if m.Registry != nil {
		r.checked("The registry's part: proofs, keys, heads tied to the log's.")
		if p.Policy == nil && !p.registryTrusted() {
			r.unchecked("Whose registry it is: that is the pack's own word, without its key or a trust policy.")
		}
	}
	p.otherNodes()
	if p.anchors.stamps > 0 {
		r.checked("%d time-stamps of trusted authorities.", p.anchors.stamps)
	}
	if p.anchors.unproved > 0 {
		r.unchecked("%d time-stamps were not verified: that needs the certificates of their authorities.", p.anchors.unproved)
	}
	for _, code := range m.Absent {
		r.unchecked("%s", absentWords[code])
	}
	if n := len(p.Heads) + len(p.Receipts); n > 0 {
		r.unchecked("%d kept heads and receipts that were given: they are compared with a data directory or a published log.", n)
	}
	if p.counts.Open > 0 {
		r.unchecked("%d interactions end behind the range.", p.counts.Open)
	}
	r.unchecked("That the range is all the node did, and what needs the log before it: seals, outcomes of earlier intents, which key was in force.")
}
