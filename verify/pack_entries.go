// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// packRow is what the table of interactions must say of a contained intent.
type packRow struct {
	id              counterfoil.ID
	outcome         counterfoil.Index
	result          counterfoil.Result
	request, answer string
	closed          bool
}

// entries walks the contained entries in order.
func (p *packCheck) entries(ctx context.Context) error {
	p.rows = make(map[counterfoil.Index]packRow)
	if p.manifest.Form == "range" {
		if err := p.bundles(ctx); err != nil {
			return err
		}
	}
	return p.proved(ctx, "log", p.head, p.headNote, func(i counterfoil.Index, raw []byte) {
		switch {
		case i < p.manifest.Range.From:
			p.before(i, raw)
		case p.manifest.Form == "range" || i >= p.manifest.Range.To:
			p.pack("log/entry/"+fileNumber(uint64(i))+".cbor", "the entry does not belong here")
		default:
			p.contained(i, raw)
		}
	})
}

// before is the one entry in front of the range: an anchor of the registry.
func (p *packCheck) before(i counterfoil.Index, raw []byte) {
	e, err := counterfoil.DecodeEntry(raw)
	if err != nil {
		p.problem(ProblemEncoding, i, "%v", err)
		return
	}
	if e.Anchor == nil || e.Anchor.Type != counterfoil.AnchorRegistry {
		p.problem(ProblemPack, i, "the entry before the range is no anchor of the registry")
		return
	}
	if err := says(e.Anchor); err != nil {
		p.problem(ProblemAnchor, i, "%v", err)
		return
	}
	p.tied("registry", p.registryHead, e.Anchor, "log entry "+strconv.FormatUint(uint64(i), 10))
}

// tiles lets package tlog read hash tiles of the pack.
type tiles struct{ p *packCheck }

// Height, SaveTiles and ReadTiles implement tlog.TileReader.
func (tiles) Height() int                     { return 8 }
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(list))
	for i, one := range list {
		name := "log/" + counterfoil.Tile{Level: one.L, N: uint64(one.N), Width: one.W}.Path()
		if !t.p.found[name] {
			return nil, fmt.Errorf("%s is missing", name)
		}
		b := t.p.read(name)
		if len(b) != one.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", name, len(b))
		}
		out[i] = b
	}
	return out, nil
}

// bundles checks tiles and entry bundles of form range. Exactly the tiles of
// section 5 may be there.
func (p *packCheck) bundles(ctx context.Context) error {
	from, to, size := uint64(p.manifest.Range.From), uint64(p.manifest.Range.To), p.head.Size
	if size < to {
		return nil // the head was reported
	}
	allowed := make(map[string]bool)
	for _, t := range counterfoil.RangeTiles(from, to, size) {
		allowed["log/"+t.Path()] = true
	}
	reader := tlog.TileHashReader(tlog.Tree{N: int64(size), Hash: tlog.Hash(p.head.Root)}, tiles{p})
	for n := from / counterfoil.TileWidth; n <= (to-1)/counterfoil.TileWidth; n++ {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		t, _ := counterfoil.TileAt(counterfoil.EntriesLevel, n, size)
		allowed["log/"+t.Path()] = true
		p.bundle(reader, t, from, to)
		if p.Progress != nil {
			p.Progress(p.counts.Entries)
		}
	}
	for _, name := range p.names {
		if strings.HasPrefix(name, "log/tile/") && !allowed[name] {
			p.pack(name, "the tile does not belong to the range")
		}
	}
	for name := range allowed {
		if !p.found[name] {
			p.pack(name, "the tile is missing")
		}
	}
	return nil
}

func (p *packCheck) bundle(reader tlog.HashReader, t counterfoil.Tile, from, to uint64) {
	name := "log/" + t.Path()
	entries, err := counterfoil.SplitBundle(p.read(name), t.Width)
	if err != nil {
		p.pack(name, "%v", err)
		return
	}
	at := make([]int64, len(entries))
	for k := range at {
		at[k] = tlog.StoredHashIndex(0, int64(t.N*counterfoil.TileWidth)+int64(k))
	}
	leaves, err := reader.ReadHashes(at)
	if err != nil {
		p.report.problem(ProblemRoot, name, "its tiles do not lead to the head: %v", err)
		return
	}
	for k, raw := range entries {
		i := t.N*counterfoil.TileWidth + uint64(k)
		if counterfoil.Hash(leaves[k]) != counterfoil.LeafHash(raw) {
			p.problem(ProblemRoot, counterfoil.Index(i), "the tree holds another entry there")
			continue
		}
		if i < from || i >= to {
			continue
		}
		if e := p.contained(counterfoil.Index(i), raw); e != nil {
			p.ownPlace(reader, counterfoil.Index(i), e)
		}
	}
}

// ownPlace compares what an entry says of the log before it with the pack's tiles.
func (p *packCheck) ownPlace(reader tlog.HashReader, i counterfoil.Index, e *counterfoil.Entry) {
	var size uint64
	var root counterfoil.Hash
	var class string
	switch {
	case e.Boot != nil:
		size, root, class = e.Boot.PrevSize, e.Boot.PrevRoot, ProblemBoot
	case e.Seal != nil:
		size, root, class = e.Seal.Size, e.Seal.Root, ProblemSeal
	case e.Key != nil && e.Key.Size == uint64(i) && (e.Key.Event == counterfoil.KeyRotated || e.Key.Event == counterfoil.KeySucceeded):
		size, root, class = e.Key.Size, e.Key.Root, ProblemKey
	default:
		return
	}
	before, err := tlog.TreeHash(int64(i), reader)
	if err != nil {
		p.report.problem(ProblemRoot, "log/tile", "the root before entry %d cannot be computed: %v", i, err)
	} else if size != uint64(i) || root != counterfoil.Hash(before) {
		p.problem(class, i, "it names a log of %d entries with another root than lies before it", size)
	}
}

// proved calls each for every entry with a proof, in order, its proof checked.
func (p *packCheck) proved(ctx context.Context, folder string, head counterfoil.Checkpoint, signed []byte, each func(counterfoil.Index, []byte)) error {
	key := p.manifest.Log.Verifier
	if folder == "registry" {
		key = p.manifest.Registry.Verifier
	}
	for _, name := range p.names {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		file, ok := strings.CutPrefix(name, folder+"/entry/")
		if !ok {
			continue
		}
		base, isProof := strings.CutSuffix(name, ".tlog-proof")
		if isProof {
			if !p.found[base+".cbor"] {
				p.pack(name, "a proof without its entry")
			}
			continue
		}
		base = strings.TrimSuffix(name, ".cbor")
		i, _ := numberOf(file, ".cbor")
		raw := p.read(name)
		var proof counterfoil.Proof
		err := proof.UnmarshalText(p.read(base + ".tlog-proof"))
		if err == nil && (proof.Index != counterfoil.Index(i) || !bytes.Equal(proof.Checkpoint, signed) || len(proof.Extra) != 0) {
			err = fmt.Errorf("it is the proof of another entry or under another head")
		}
		if err == nil {
			_, err = proof.Verify(counterfoil.LeafHash(raw), key)
		}
		if err != nil {
			p.report.problem(ProblemRoot, name, "%v", err)
			continue
		}
		each(counterfoil.Index(i), raw)
	}
	return nil
}

// contained checks one contained entry and what belongs to it. It returns nil for one
// that cannot be read.
func (p *packCheck) contained(i counterfoil.Index, raw []byte) *counterfoil.Entry {
	e, err := counterfoil.DecodeEntry(raw)
	if err != nil {
		p.problem(ProblemEncoding, i, "%v", err)
		return nil
	}
	state := p.payloadState(i, e)
	p.counts.Entries++
	if e.Gap != nil {
		p.counts.Unrecorded += e.Gap.Requests
	}
	if e.Key != nil {
		if err := e.Key.CheckSignatures(); err != nil {
			p.problem(ProblemKey, i, "%v", err)
		} else {
			p.link(e.Key)
		}
	}
	if e.Kind == counterfoil.KindIntent {
		p.intent(i, e, state)
	} else if e.Kind == counterfoil.KindOutcome {
		p.outcome(i, e, state)
	}
	if p.manifest.System != nil && e.Kind == counterfoil.KindIntent && e.Intent.System != p.manifest.System.ID {
		p.problem(ProblemPack, i, "the intent is not of the system the pack is about")
	}
	return e
}

func (p *packCheck) intent(i counterfoil.Index, e *counterfoil.Entry, state string) {
	row := packRow{id: e.ID, request: state}
	p.counts.Intents++
	if e.Outcome != nil {
		p.counts.Outcomes++
		row.closed, row.outcome, row.result, row.answer = true, i, e.Outcome.Result, "none"
	} else {
		p.open[i] = e.ID
	}
	p.rows[i] = row
}

func (p *packCheck) outcome(i counterfoil.Index, e *counterfoil.Entry, state string) {
	p.counts.Outcomes++
	at := e.Outcome.Intent
	if at < p.manifest.Range.From {
		if p.manifest.System != nil {
			p.problem(ProblemOutcome, i, "its intent, entry %d, lies before the range", at)
		}
		p.counts.Earlier++
		return
	}
	id, ok := p.open[at]
	if !ok || id != e.ID || at >= i {
		p.problem(ProblemOutcome, i, "its intent, entry %d, is no open intent of interaction %s", at, e.ID)
		return
	}
	delete(p.open, at)
	row := p.rows[at]
	row.closed, row.outcome, row.result, row.answer = true, i, e.Outcome.Result, state
	p.rows[at] = row
}

// payloadState checks a disclosed payload and says what became of it.
func (p *packCheck) payloadState(i counterfoil.Index, e *counterfoil.Entry) string {
	if len(e.Commitment) == 0 {
		return "none"
	}
	wanted := p.manifest.Disclosed == "all" ||
		p.manifest.Disclosed == "interactions" && (e.Kind == counterfoil.KindIntent || e.Kind == counterfoil.KindOutcome) ||
		p.manifest.Disclosed == "records" && e.Kind == counterfoil.KindRecord
	base := "log/payload/" + fileNumber(uint64(i))
	switch there := p.found[base+".bin"]; {
	case there && !wanted:
		p.pack(base+".bin", "the payload was not to be disclosed")
	case there:
		p.counts.Payloads.Disclosed++
		p.disclosed(i, e, base)
		p.used = append(p.used, base)
		return "disclosed"
	case wanted && p.erasedRows[i]:
		p.counts.Payloads.Erased++
		delete(p.erasedRows, i)
		return "erased"
	case wanted:
		p.problem(ProblemPayload, i, "its payload is neither disclosed nor erased")
	}
	p.counts.Payloads.Withheld++
	return "withheld"
}

func (p *packCheck) disclosed(i counterfoil.Index, e *counterfoil.Entry, base string) {
	text := string(p.read(base + ".key"))
	key, err := hex.DecodeString(strings.TrimSuffix(text, "\n"))
	if err != nil || len(key) != 32 || hex.EncodeToString(key)+"\n" != text {
		p.pack(base+".key", "it is no key of a commitment")
		return
	}
	f, err := p.files.Open(base + ".bin")
	if err != nil {
		p.pack(base+".bin", "the file cannot be read: %v", err)
		return
	}
	defer f.Close()
	mac := hmac.New(sha256.New, key)
	if _, err := io.Copy(mac, io.LimitReader(f, maxPackFile)); err != nil {
		p.pack(base+".bin", "the file cannot be read: %v", err)
		return
	}
	if !hmac.Equal(mac.Sum(nil), e.Commitment) {
		p.problem(ProblemCommitment, i, "its payload is not what the entry commits to")
	}
}

// erasedList reads the indexes of payloads that were erased.
func (p *packCheck) erasedList() error {
	const name = "log/payload/erased.csv"
	p.erasedRows = make(map[counterfoil.Index]bool)
	if !p.found[name] {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(string(p.read(name)), "\n"), "\n")
	last := int64(-1)
	for k, line := range lines {
		n, err := strconv.ParseInt(line, 10, 64)
		switch {
		case k == 0 && line == "index":
		case k == 0 || err != nil || n <= last || strconv.FormatInt(n, 10) != line:
			p.pack(name, "line %d is not the next index", k+1)
			return nil
		default:
			last = n
			p.erasedRows[counterfoil.Index(n)] = true
		}
	}
	return nil
}

// tableOfRows compares the table of interactions with the entries.
func (p *packCheck) tableOfRows() {
	const name = "interactions.csv"
	f, err := p.files.Open(name)
	if err != nil {
		return // that it is missing was reported
	}
	defer f.Close()
	r := csv.NewReader(io.LimitReader(f, maxPackFile))
	head, err := r.Read()
	if err != nil || len(head) != 29 || head[0] != "interaction" || head[1] != "intent" || head[2] != "outcome" || head[18] != "result" {
		p.pack(name, "it has not the columns of the format")
		return
	}
	n := 0
	for ; ; n++ {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			p.pack(name, "%v", err)
			return
		}
		p.compareRow(name, n+2, row)
	}
	if uint64(n) != p.counts.Intents {
		p.pack(name, "it has %d rows, and the range %d interactions", n, p.counts.Intents)
	}
}

func (p *packCheck) compareRow(name string, line int, row []string) {
	i, err := strconv.ParseUint(row[1], 10, 63)
	want, ok := p.rows[counterfoil.Index(i)]
	outcome, result, answer := "", "open", ""
	if want.closed {
		outcome, result, answer = strconv.FormatUint(uint64(want.outcome), 10), want.result.String(), want.answer
	}
	if err != nil || !ok || row[0] != want.id.String() || row[2] != outcome || row[18] != result || row[27] != want.request || row[28] != answer {
		p.pack(name, "line %d is not what the entries say", line)
	}
	delete(p.rows, counterfoil.Index(i))
}

// compareCounts sets the manifest's counts against what the pack holds.
func (p *packCheck) compareCounts() {
	p.counts.Open = p.counts.Intents - (p.counts.Outcomes - p.counts.Earlier)
	if p.manifest.System != nil {
		p.counts.Unrecorded = 0
	}
	if p.counts != p.manifest.Counts {
		p.pack("manifest.json", "its counts are not those of the pack")
	}
	if p.manifest.Form == "range" && p.counts.Entries != uint64(p.manifest.Range.To-p.manifest.Range.From) {
		p.pack("manifest.json", "the pack holds %d of the %d entries of its range", p.counts.Entries, p.manifest.Range.To-p.manifest.Range.From)
	}
	if len(p.erasedRows) > 0 {
		p.pack("log/payload/erased.csv", "it names %d entries whose payloads were not to be disclosed", len(p.erasedRows))
	}
	payloads := 0
	for _, name := range p.names {
		if strings.HasPrefix(name, "log/payload/") && name != "log/payload/erased.csv" {
			payloads++
		}
	}
	if payloads != 2*len(p.used) {
		p.pack("log/payload", "it holds %d files, and %d belong to entries of the pack", payloads, 2*len(p.used))
	}
}
