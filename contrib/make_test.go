// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

type entryVector struct {
	Name  string `json:"name"`
	Bytes string `json:"bytes"` // hexadecimal
	Leaf  string `json:"leaf"`
	Map   any    `json:"map"` // by the key numbers of the format; byte strings as {"hex": …}
}

func entryVectors(t *testing.T) (list []entryVector) {
	for i, raw := range encoded(t) {
		var value any
		if err := cbor.Unmarshal(raw, &value); err != nil {
			t.Fatal(err)
		}
		name := append(samples(), others()...)[i].Name
		list = append(list, entryVector{name, hex.EncodeToString(raw), counterfoil.LeafHash(raw).String(), plain(value)})
	}
	return list
}

// plain is what another CBOR reader found, in JSON's terms.
func plain(value any) any {
	switch v := value.(type) {
	case map[any]any:
		out := map[string]any{}
		for key, item := range v {
			out[fmt.Sprint(key)] = plain(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case []byte:
		return map[string]any{"hex": hex.EncodeToString(v)}
	default:
		return v
	}
}

type refusedVector struct {
	Name   string `json:"name"`
	Bytes  string `json:"bytes"`
	Reason string `json:"reason"`
}

// refusedVectors are changes of the record 01 02 04 03 03 0c{1 "system" 2 1}.
func refusedVectors(t *testing.T) []refusedVector {
	const good = "a401010204030" + "30c" + "a2016673797374656d0201"
	list := []refusedVector{
		{"nothing", "", "an entry is one map"},
		{"empty map", "a0", "keys 1, 2 and 3 are always there"},
		{"cut off", good[:len(good)-2], "the map is not whole"},
		{"something follows", good + "00", "nothing follows the map"},
		{"longer integer", "a4010102040318030c" + good[18:], "integers have their shortest form"},
		{"indefinite map", "bf010102040303" + good[14:] + "ff", "lengths are definite"},
		{"keys fall", "a4020401010303" + good[14:], "keys rise"},
		{"key twice", "a5010101010204" + good[10:], "each key once"},
		{"unknown key", "a5010102040303" + good[14:] + "181801", "only keys of the format"},
		{"version 2", "a4010202040303" + good[14:], "version is 1"},
		{"kind 0", "a3010102000301", "kinds are 1 to 14"},
		{"kind 15", "a30101020f0301", "kinds are 1 to 14"},
		{"time 2^63", "a40101020403" + "1b8000000000000000" + good[14:], "time is below 2^63"},
		{"body of another kind", "a4010102080303" + good[14:], "exactly the body of the kind"},
		{"no body", "a3010102040303", "exactly the body of the kind"},
		{"zero field", "a40101020403030ca2016673797374656d0200", "a present field is never zero"},
		{"empty text", "a40101020403030ca20160" + "0201", "a present field is never empty"},
		{"no code", "a40101020403030ca2016653797374656d0201", "a code is of a-z, 0-9 and _"},
		{"zero id", "a501010204030304" + "50" + strings.Repeat("00", 16) + good[14:], "an id of zeros is left out"},
		{"short commitment", "a501010204030306" + "41ff" + good[14:], "a commitment has 32 bytes"},
		{"false", "a40101020203000aa103f4", "a present field is never false"},
		{"float", "a401010204030" + "30ca2016673797374656d02f93c00", "no floats"},
		{"tag", "c0" + good, "no tags"},
		{"null", "a40101020403030ca10" + "1f6", "no null"},
		{"negative", "a40101020403030ca2016673797374656d0220", "no negative integers"},
		{"not UTF-8", "a40101020203000aa10561ff", "text is UTF-8"},
		{"control character", "a40101020203000aa105610a", "text has no control characters"},
		{"outcome without its intent", "a40101020303000ba10201", "key 1 of an outcome of its own is always there"},
		{"outcome in its intent that names one", "a50101020203000aa00ba201000201", "key 1 is never in an intent's outcome"},
		{"result 8", "a40101020303000ba201000208", "results are 1 to 7"},
		{"list that does not rise", "a4010102" + "0b0301" + "13a30168" + "7365676d656e7473" + "0269726574656e74696f6e" + "0b820100", "lists of segments rise"},
	}
	if raw, err := hex.DecodeString(good); err != nil {
		t.Fatal(err)
	} else if _, err := counterfoil.DecodeEntry(raw); err != nil {
		t.Fatalf("the entry the others change: %v", err)
	}
	for _, v := range list {
		raw, err := hex.DecodeString(v.Bytes)
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		if _, err := counterfoil.DecodeEntry(raw); err == nil {
			t.Errorf("%s is not refused", v.Name)
		}
	}
	return list
}

type pathVector struct {
	From  int64    `json:"from"` // index, or the smaller size
	Size  int64    `json:"size"`
	Proof []string `json:"proof"`
}

func treeVectors(t *testing.T) any {
	const n = 12
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) (out []tlog.Hash, err error) {
		for _, i := range at {
			out = append(out, stored[i])
		}
		return out, nil
	})
	var leaves, roots []string
	var inclusion, consistency []pathVector
	for size := int64(0); ; size++ {
		root, err := tlog.TreeHash(size, reader)
		if err != nil {
			t.Fatal(err)
		}
		roots = append(roots, hex.EncodeToString(root[:]))
		for i := range size {
			p, err := tlog.ProveRecord(size, i, reader)
			if err != nil {
				t.Fatal(err)
			}
			inclusion = append(inclusion, pathVector{i, size, hexes(p)})
		}
		for from := int64(1); from < size; from++ {
			p, err := tlog.ProveTree(size, from, reader)
			if err != nil {
				t.Fatal(err)
			}
			consistency = append(consistency, pathVector{from, size, hexes(p)})
		}
		if size == n {
			break
		}
		data := fmt.Appendf(nil, "entry %d", size)
		leaves = append(leaves, hex.EncodeToString(data))
		more, err := tlog.StoredHashes(size, data, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
	}
	return map[string]any{"leaves": leaves, "roots": roots, "inclusion": inclusion, "consistency": consistency}
}

func hexes(list []tlog.Hash) []string {
	out := []string{}
	for _, h := range list {
		out = append(out, hex.EncodeToString(h[:]))
	}
	return out
}

type noteVector struct {
	Name string `json:"name"`
	Note string `json:"note"`
	Key  string `json:"key"`
	OK   bool   `json:"ok"` // the note bears a valid signature of the key
}

func noteVectors(t *testing.T) []noteVector {
	h := ordinary(t)
	signed := h.head()
	private, witness, err := counterfoil.GenerateCosignerKey(rand.NewChaCha8([32]byte{2}), "witness.example/w")
	if err != nil {
		t.Fatal(err)
	}
	cosigned := cosign(t, signed, h.verifier, private)
	_, other := newKey(t, origin)
	forged := bytes.Replace(signed, []byte("\n11\n"), []byte("\n12\n"), 1)
	wrong := bytes.Replace(cosigned, []byte("witness.example/w"), []byte("witness.example/v"), 1)
	return []noteVector{
		{"checkpoint", string(signed), h.verifier, true},
		{"checkpoint with a cosignature, under the log's key", string(cosigned), h.verifier, true},
		{"checkpoint with a cosignature, under the witness's key", string(cosigned), witness, true},
		{"another key of the same name", string(signed), other, false},
		{"another size", string(forged), h.verifier, false},
		{"cosignature under another name", string(wrong), witness, false},
		{"no signature", strings.SplitAfter(string(signed), "\n\n")[0], h.verifier, false},
		{"signature cut off", string(signed[:len(signed)-5]) + "\n", h.verifier, false},
	}
}

type keyEventVector struct {
	Name  string `json:"name"`
	Text  string `json:"text"`
	Bytes string `json:"bytes"` // of the entry
	OK    bool   `json:"ok"`    // its signatures verify
}

func keyEventVectors(t *testing.T) (list []keyEventVector) {
	former, formerKey := newKey(t, origin)
	seed := slices.Repeat([]byte{7}, 32)
	next, nextKey, err := note.GenerateKey(bytes.NewReader(seed), origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(next)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rotated", "signature of the former key over something else"} {
		b := &counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Origin: origin, Key: nextKey, Former: formerKey, Size: 5, Root: filled(3)}
		text := []byte(b.Text())
		if b.Signature, err = signer.Sign(text); err != nil {
			t.Fatal(err)
		}
		if name != "rotated" {
			text = []byte("something else")
		}
		if b.FormerSignature, err = former.Sign(text); err != nil {
			t.Fatal(err)
		}
		raw, err := counterfoil.AppendEntry(nil, &counterfoil.Entry{Kind: counterfoil.KindKey, Time: 1, Key: b})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, keyEventVector{name, b.Text(), hex.EncodeToString(raw), b.CheckSignatures() == nil})
	}
	return list
}

func segmentVectors(t *testing.T) any {
	raw := encoded(t)[7]
	ref := counterfoil.PayloadRef{Segment: 3, Offset: 72, Length: 500, CRC: counterfoil.Checksum([]byte("sealed"))}
	header := counterfoil.SegmentHeader{Kind: counterfoil.LedgerSegment, Number: 4, First: 1000, Origin: counterfoil.OriginDigest(origin)}
	trailer := counterfoil.Trailer{Count: 1, First: 1000, Size: 1001, Root: filled(9)}
	return map[string]any{
		"header": map[string]any{
			"bytes": hex.EncodeToString(counterfoil.AppendSegmentHeader(nil, header)), "magic": "CFLEDGER", "number": 4, "first": 1000, "origin": origin,
		},
		"frame": map[string]any{
			"bytes": hex.EncodeToString(counterfoil.AppendEntryFrame(nil, ref, raw)), "segment": ref.Segment, "offset": ref.Offset,
			"length": ref.Length, "crc": ref.CRC, "entry": hex.EncodeToString(raw),
		},
		"trailer": map[string]any{
			"bytes": hex.EncodeToString(counterfoil.AppendTrailer(nil, trailer)), "count": 1, "first": 1000, "size": 1001, "root": trailer.Root.String(),
		},
	}
}

func receiptVectors(t *testing.T) any {
	h := newHistory(t)
	e := &counterfoil.Entry{
		Kind: counterfoil.KindIntent, Time: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC).UnixMicro(),
		ID: counterfoil.ID{1, 2}, Intent: &counterfoil.Intent{Provider: "sandbox"},
	}
	raw, err := counterfoil.AppendEntry(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := counterfoil.Receipt{Origin: origin, Interaction: e.ID, Index: 7, Leaf: counterfoil.LeafHash(raw), Time: int64(e.Time)}.Sign(h.signer)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"note": string(signed), "header": base64.StdEncoding.EncodeToString(signed), "key": h.verifier, "index": 7, "entry": hex.EncodeToString(raw),
	}
}
