// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"archive/zip"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// opened is a pack as the checker reads it. The checker follows the words of
// docs/pack-format.md and uses nothing of the writer.
type opened struct {
	t         *testing.T
	files     map[string][]byte
	predicate map[string]any
	contained map[counterfoil.Index]*counterfoil.Entry
	head      counterfoil.Checkpoint
	registry  counterfoil.Checkpoint
}

// checkPack verifies a pack under the keys a stranger would bring.
func checkPack(t *testing.T, raw []byte, key, registryKey string) *opened {
	t.Helper()
	verifyPack(t, raw, key)
	o := readPack(t, raw)
	if o.predicate["signer"] != key {
		t.Errorf("signed by %v", o.predicate["signer"])
	}
	o.head = o.checkHead("log", key)
	from, to := o.number("range", "from"), o.number("range", "to")
	if o.head.Size < to || from >= to {
		t.Fatalf("head of %d over the range %d to %d", o.head.Size, from, to)
	}
	if o.predicate["form"] == "range" {
		o.checkTiles(from, to)
	}
	o.checkEntries("log", o.head, key)
	if _, ok := o.predicate["registry"]; ok {
		o.registry = o.checkHead("registry", registryKey)
		o.checkEntries("registry", o.registry, registryKey)
		o.checkAnchors()
	}
	o.checkConsistency("log", o.head)
	o.checkConsistency("registry", o.registry)
	o.checkPayloads()
	o.checkRows()
	o.checkCounts(from)
	return o
}

// readPack reads a pack and checks its manifest under the key it names.
func readPack(t *testing.T, raw []byte) *opened {
	t.Helper()
	o := &opened{t: t, files: map[string][]byte{}, contained: map[counterfoil.Index]*counterfoil.Entry{}}
	o.readZip(raw)
	o.checkManifest()
	return o
}

func (o *opened) readZip(raw []byte) {
	o.t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		o.t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		if f.Method != zip.Store || f.Flags != 0 || len(f.Extra) != 0 || f.Comment != "" || f.ModifiedTime != 0 || f.ModifiedDate != 0x21 {
			o.t.Errorf("%s is not as the format wants it: %+v", f.Name, f.FileHeader)
		}
		r, err := f.Open()
		if err != nil {
			o.t.Fatal(err)
		}
		if o.files[f.Name], err = io.ReadAll(r); err != nil {
			o.t.Fatal(err)
		}
	}
	if !slices.IsSorted(names) || len(o.files) != len(names) {
		o.t.Errorf("names are not in order, or not each once: %v", names)
	}
}

func (o *opened) checkManifest() {
	o.t.Helper()
	var env struct {
		Payload, PayloadType string
		Signatures           []struct{ KeyID, Sig string }
	}
	var st struct {
		Type    string `json:"_type"`
		Subject []struct {
			Name   string
			Digest map[string]string
		}
		PredicateType string
		Predicate     map[string]any
	}
	o.decode(o.files["manifest.json"], &env)
	payload := o.base64(env.Payload)
	o.decode(payload, &st)
	o.predicate = st.Predicate
	key, _ := o.predicate["signer"].(string)
	if len(env.Signatures) != 1 || !strings.HasPrefix(key, env.Signatures[0].KeyID+"+") {
		o.t.Errorf("%s signs as %v", key, env.Signatures)
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		o.t.Fatal(err)
	}
	pae := fmt.Sprintf("DSSEv1 28 application/vnd.in-toto+json %d %s", len(payload), payload)
	if !v.Verify([]byte(pae), o.base64(env.Signatures[0].Sig)) {
		o.t.Error("the manifest's signature does not verify")
	}
	last := ""
	for _, s := range st.Subject {
		sum := sha256.Sum256(o.files[s.Name])
		if s.Name <= last || s.Digest["sha256"] != hex.EncodeToString(sum[:]) {
			o.t.Errorf("%s: out of order, or not its digest", s.Name)
		}
		last = s.Name
	}
	if len(st.Subject) != len(o.files)-1 || st.Type != "https://in-toto.io/Statement/v1" || st.PredicateType != "https://github.com/counterfoil/counterfoil/pack/v1" {
		o.t.Errorf("%d subjects of %d files, %s, %s", len(st.Subject), len(o.files), st.Type, st.PredicateType)
	}
}

func (o *opened) decode(raw []byte, into any) {
	o.t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		o.t.Fatal(err)
	}
}

func (o *opened) base64(s string) []byte {
	o.t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		o.t.Fatal(err)
	}
	return b
}

// at finds a member of the predicate.
func (o *opened) at(path ...string) any {
	var v any = o.predicate
	for _, name := range path {
		v = v.(map[string]any)[name]
	}
	return v
}

func (o *opened) number(path ...string) uint64 { n, _ := o.at(path...).(float64); return uint64(n) }

func (o *opened) checkHead(folder, key string) counterfoil.Checkpoint {
	o.t.Helper()
	c, err := counterfoil.VerifyCheckpoint(o.files[folder+"/checkpoint"], key)
	if err != nil {
		o.t.Fatal(err)
	}
	root := base64.StdEncoding.EncodeToString(c.Root[:])
	if o.at(folder, "origin") != c.Origin || o.number(folder, "size") != c.Size || o.at(folder, "root") != root || o.at(folder, "verifier") != key {
		o.t.Errorf("%s: %+v where the manifest has %v", folder, c, o.at(folder))
	}
	if string(o.files[folder+"/verifier"]) != key+"\n" {
		o.t.Errorf("%s/verifier is %q", folder, o.files[folder+"/verifier"])
	}
	return c
}

// Height, SaveTiles and ReadTiles let package tlog check the tiles.
func (o *opened) Height() int                     { return 8 }
func (o *opened) SaveTiles([]tlog.Tile, [][]byte) {}
func (o *opened) ReadTiles(list []tlog.Tile) (out [][]byte, err error) {
	for _, t := range list {
		name := "log/" + counterfoil.Tile{Level: t.L, N: uint64(t.N), Width: t.W}.Path()
		content, ok := o.files[name]
		if !ok {
			return nil, fmt.Errorf("%s is missing", name)
		}
		out = append(out, content)
	}
	return out, nil
}

func (o *opened) checkTiles(from, to uint64) {
	o.t.Helper()
	reader := tlog.TileHashReader(tlog.Tree{N: int64(o.head.Size), Hash: tlog.Hash(o.head.Root)}, o)
	for n := from / 256; n <= (to-1)/256; n++ {
		tile, _ := counterfoil.TileAt(counterfoil.EntriesLevel, n, o.head.Size)
		entries, err := counterfoil.SplitBundle(o.files["log/"+tile.Path()], tile.Width)
		if err != nil {
			o.t.Fatal(err)
		}
		for k, raw := range entries {
			i := n*256 + uint64(k)
			leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
			if err != nil || counterfoil.Hash(leaf[0]) != counterfoil.LeafHash(raw) {
				o.t.Fatalf("entry %d: %v", i, err)
			}
			if i >= from && i < to {
				o.contain(counterfoil.Index(i), raw)
			}
		}
	}
}

func (o *opened) contain(i counterfoil.Index, raw []byte) *counterfoil.Entry {
	o.t.Helper()
	e, err := counterfoil.DecodeEntry(raw)
	if err != nil {
		o.t.Fatal(err)
	}
	o.contained[i] = e
	return e
}

// index reads the number in a file's name.
func (o *opened) index(name, suffix string) counterfoil.Index {
	o.t.Helper()
	digits := strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], suffix)
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || len(digits) != 12 {
		o.t.Fatalf("%s has no index", name)
	}
	return counterfoil.Index(n)
}

func (o *opened) checkEntries(folder string, head counterfoil.Checkpoint, key string) {
	o.t.Helper()
	for name, raw := range o.files {
		if !strings.HasPrefix(name, folder+"/entry/") || !strings.HasSuffix(name, ".cbor") {
			continue
		}
		var p counterfoil.Proof
		if err := p.UnmarshalText(o.files[strings.TrimSuffix(name, ".cbor")+".tlog-proof"]); err != nil {
			o.t.Fatal(err)
		}
		i := o.index(name, ".cbor")
		if c, err := p.Verify(counterfoil.LeafHash(raw), key); err != nil || c != head || p.Index != i || !bytes.Equal(p.Checkpoint, o.files[folder+"/checkpoint"]) {
			o.t.Errorf("%s: %v", name, err)
		}
		if folder == "log" && uint64(i) >= o.number("range", "from") {
			o.contain(i, raw)
		}
	}
}

// checkAnchors demands that each head of the log in the registry is tied to the
// pack's, and that the covering one is the pack's.
func (o *opened) checkAnchors() {
	o.t.Helper()
	covering := false
	for name, raw := range o.files {
		if !strings.HasPrefix(name, "registry/entry/") || !strings.HasSuffix(name, ".cbor") {
			continue
		}
		e, err := counterfoil.DecodeEntry(raw)
		if err != nil {
			o.t.Fatal(err)
		}
		if e.Anchor == nil {
			continue
		}
		folder, head := "registry", o.registry
		if e.Anchor.Type == counterfoil.AnchorHead {
			folder, head = "log", o.head
			covering = covering || e.Anchor.Size == head.Size && bytes.Equal(e.Anchor.Data, o.files["log/checkpoint"])
		}
		o.tied(folder, head, e.Anchor)
	}
	if absent := slices.Contains(o.at("absent").([]any), any("registry_head")); covering == absent {
		o.t.Errorf("the covering head is there: %v, and said to be absent: %v", covering, absent)
	}
}

func (o *opened) tied(folder string, head counterfoil.Checkpoint, a *counterfoil.Anchor) {
	o.t.Helper()
	if a.Size == head.Size && a.Root == head.Root || a.Size == 0 {
		return
	}
	var c counterfoil.Consistency
	if err := c.UnmarshalText(o.files[fmt.Sprintf("%s/consistency/%012d", folder, a.Size)]); err != nil {
		o.t.Errorf("%s of size %d is tied by nothing: %v", a.Type, a.Size, err)
	}
	if c.Former.Root != a.Root {
		o.t.Errorf("%s of size %d has another root", a.Type, a.Size)
	}
}

func (o *opened) checkConsistency(folder string, head counterfoil.Checkpoint) {
	o.t.Helper()
	for name, raw := range o.files {
		if !strings.HasPrefix(name, folder+"/consistency/") {
			continue
		}
		var c counterfoil.Consistency
		if err := c.UnmarshalText(raw); err != nil {
			o.t.Fatal(err)
		}
		if err := c.Verify(head); err != nil || c.Former.Size != uint64(o.index(name, "")) {
			o.t.Errorf("%s: %v", name, err)
		}
	}
}

func (o *opened) checkPayloads() {
	o.t.Helper()
	for name, content := range o.files {
		base, ok := strings.CutSuffix(name, ".bin")
		if !ok {
			continue
		}
		e := o.contained[o.index(name, ".bin")]
		key, err := hex.DecodeString(strings.TrimSuffix(string(o.files[base+".key"]), "\n"))
		if e == nil || err != nil || len(key) != 32 {
			o.t.Fatalf("%s: no entry or no key, %v", name, err)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write(content)
		if !hmac.Equal(mac.Sum(nil), e.Commitment) {
			o.t.Errorf("%s is not what the entry commits to", name)
		}
	}
}

// state is what a contained entry's payload is, by the files that are there.
func (o *opened) state(i counterfoil.Index) string {
	switch e := o.contained[i]; {
	case len(e.Commitment) == 0:
		return "none"
	case o.files[fmt.Sprintf("log/payload/%012d.bin", i)] != nil:
		return "disclosed"
	case slices.Contains(strings.Fields(string(o.files["log/payload/erased.csv"])), strconv.FormatUint(uint64(i), 10)):
		return "erased"
	default:
		return "withheld"
	}
}

func (o *opened) checkRows() {
	o.t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(o.files["interactions.csv"])).ReadAll()
	if err != nil {
		o.t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	intents := 0
	for _, e := range o.contained {
		if e.Intent != nil {
			intents++
		}
	}
	if len(rows)-1 != intents || len(rows[0]) != 29 {
		o.t.Errorf("%d rows of %d columns for %d intents", len(rows)-1, len(rows[0]), intents)
	}
	for _, row := range rows[1:] {
		n, err := strconv.ParseUint(row[at["intent"]], 10, 64)
		e := o.contained[counterfoil.Index(n)]
		if err != nil || e == nil || e.ID.String() != row[at["interaction"]] || row[at["request_payload"]] != o.state(counterfoil.Index(n)) {
			o.t.Errorf("row %v: %v", row, err)
		}
		for _, cell := range row {
			if strings.HasPrefix(cell, "=") {
				o.t.Errorf("a spreadsheet would run %q", cell)
			}
		}
		if row[at["result"]] == "open" {
			continue
		}
		m, err := strconv.ParseUint(row[at["outcome"]], 10, 64)
		out := o.contained[counterfoil.Index(m)]
		if err != nil || out == nil || out.Outcome == nil || out.ID != e.ID || out.Outcome.Result.String() != row[at["result"]] {
			o.t.Errorf("row %v: outcome %d, %v", row, m, err)
		}
	}
}

func (o *opened) checkCounts(from uint64) {
	o.t.Helper()
	want := map[string]uint64{}
	states := map[string]uint64{}
	for i, e := range o.contained {
		want["entries"]++
		states[o.state(i)]++
		if e.Intent != nil {
			want["intents"]++
		}
		if e.Outcome != nil {
			want["outcomes"]++
			if e.Intent == nil && uint64(e.Outcome.Intent) < from {
				want["earlier"]++
			}
		}
	}
	want["open"] = want["intents"] - (want["outcomes"] - want["earlier"])
	for name, n := range want {
		if got := o.number("counts", name); got != n {
			o.t.Errorf("%s: %d where %d are in the pack", name, got, n)
		}
	}
	for _, name := range []string{"disclosed", "withheld", "erased"} {
		if got := o.number("counts", "payloads", name); got != states[name] {
			o.t.Errorf("%s: %d where %d are in the pack", name, got, states[name])
		}
	}
}
