// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
)

func filled(b byte) (h Hash) {
	for i := range h {
		h[i] = b
	}
	return h
}

// samples are entries of every kind, bare and full.
func samples() map[string]*Entry {
	id, actor := ID{1, 2, 3}, ID{15: 9}
	decision := Decision{Effect: EffectRedact, Rule: "mask-personal", Reasons: []string{"mask-personal", "warn"}, Shadow: []string{"next"}}
	findings := []FindingCount{{Type: "email", Count: 2}, {Type: "staff_number"}}
	guards := []GuardRun{
		{Name: "detect", Status: GuardRan, Version: "1", Micros: 300},
		{Name: "watch", Status: GuardSkipped, Reason: "rule"},
	}
	intent := &Intent{
		Key: ID{7}, System: ID{8}, Workload: true, Assurance: 2, Provider: "sandbox", Dialect: "openai", Operation: "chat",
		Model: "größe-1", Stream: true, RequestBytes: 2048, ForwardedBytes: 70000, Config: filled(1), Policy: filled(2),
		Snapshot: filled(3), Decision: decision, Findings: findings, Guards: guards, Redactions: 3, RedactionRoot: filled(4),
	}
	outcome := Outcome{
		Intent: 5_000_000_000, Result: ResultStopped, Reason: "rule", Status: 200, UpstreamStatus: 200, Decision: decision,
		Findings: findings, Guards: guards, AnswerBytes: 1024, InputTokens: 23, OutputTokens: 24, FirstByte: 255, Duration: 256, Truncated: true,
	}
	inline := outcome
	inline.Intent = 0
	return map[string]*Entry{
		"boot":        {Kind: KindBoot, Time: 1, Boot: &Boot{Version: "0.1.0", Binary: filled(5), Config: filled(1), Policy: filled(2), NodeKey: "counterfoil/0badcafe+00000000+AAAA", PrevSize: 65536, PrevRoot: filled(6)}},
		"boot bare":   {Kind: KindBoot, Boot: &Boot{}},
		"intent":      {Kind: KindIntent, Time: 1_790_000_000_000_000, ID: id, Commitment: bytes.Repeat([]byte{9}, 32), Intent: intent},
		"intent bare": {Kind: KindIntent, ID: id, Intent: &Intent{}},
		"refused":     {Kind: KindIntent, Time: 24, ID: id, Intent: intent, Outcome: &inline},
		"outcome":     {Kind: KindOutcome, Time: 1 << 40, ID: id, Commitment: bytes.Repeat([]byte{0}, 32), Outcome: &outcome},
		"outcome 0":   {Kind: KindOutcome, Time: 2, ID: id, Outcome: &Outcome{Result: ResultAbandoned}},
		"record":      {Kind: KindRecord, Time: 3, ID: id, Actor: actor, Record: &Record{Type: "system", Version: 1, Transition: "created"}},
		"access":      {Kind: KindAccess, Time: 4, Actor: actor, Access: &Access{Action: "text_shown", Target: id}},
		"config":      {Kind: KindConfig, Time: 5, Config: &ConfigChange{Config: filled(1), Policy: filled(2), Reason: "reload"}},
		"transition":  {Kind: KindTransition, Time: 6},
		"signal":      {Kind: KindSignal, Time: 6, Signal: &Signal{Name: "ledger_self_check", Verdict: VerdictFailed, Count: 900, Faults: 1, Micros: 70_000, Digest: filled(7)}},
		"measure":     {Kind: KindSignal, Time: 6, Signal: &Signal{Name: "open"}},
		"key": {Kind: KindKey, Time: 7, Key: &KeyEvent{
			Event: KeyRotated, Origin: "counterfoil/0badcafe", Key: "new", Former: "old", Size: 65536, Root: filled(8),
			Signature: bytes.Repeat([]byte{1}, 64), FormerSignature: bytes.Repeat([]byte{2}, 64),
		}},
		"key retired": {Kind: KindKey, Time: 7, Key: &KeyEvent{Event: KeyRetired, Former: "old"}},
		"erasure": {Kind: KindErasure, Time: 8, ID: id, Actor: actor, Erasure: &Erasure{
			Scope: ErasePerson, Basis: "data_subject_request", Subject: ID{4}, Class: "interaction", Before: 1_790_000_000_000_000, Payloads: 12,
			Request: ID{5}, Approver: ID{6}, Keys: []ID{{1}, {2}, {2, 1}}, Targets: []ID{id}, Segments: []uint64{0, 1, 300},
		}},
		"erasure bare": {Kind: KindErasure, Time: 8, Erasure: &Erasure{Scope: EraseSegments, Basis: "retention"}},
		"gap":          {Kind: KindGap, Time: 9, Gap: &Gap{Provider: "openai", From: 100, To: 300, Requests: 3, Limit: 50, Reason: "ledger_full"}},
		"anchor":       {Kind: KindAnchor, Time: 10, Anchor: &Anchor{Type: AnchorHead, Origin: "counterfoil/0badcafe", Size: 9, Root: filled(9), Time: 99, Data: []byte("note")}},
		"anchor full":  {Kind: KindAnchor, Time: 10, Anchor: &Anchor{Type: AnchorTimestamp, Data: make([]byte, MaxAnchorBytes)}},
		"seal":         {Kind: KindSeal, Time: 11, Seal: &Seal{Epoch: "2026q4", Size: 100, Root: filled(3), First: 40, Intents: 20, Outcomes: 20, Gaps: 1}},
	}
}

func TestEntryRoundTrip(t *testing.T) {
	for name, e := range samples() {
		raw, err := AppendEntry(nil, e)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		back, err := DecodeEntry(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(e, back); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// TestEntryIsCoreDeterministic has another encoder write the same content.
func TestEntryIsCoreDeterministic(t *testing.T) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range samples() {
		raw, err := AppendEntry(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		var content any
		if err := cbor.Unmarshal(raw, &content); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, err := mode.Marshal(content)
		if err != nil || !bytes.Equal(raw, want) {
			t.Errorf("%s: %v\n got %x\nwant %x", name, err, raw, want)
		}
	}
}

// TestEntryVector pins the bytes: the format is public.
func TestEntryVector(t *testing.T) {
	raw, err := AppendEntry(nil, &Entry{Kind: KindRecord, Time: 3, ID: ID{1, 2, 3}, Record: &Record{Type: "system", Version: 1, Transition: "created"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "a5010102040303045001020300000000000000000000000000" + "0ca3016673797374656d0201036763726561746564"
	if got := hex.EncodeToString(raw); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDecodeRefuses(t *testing.T) {
	valid, err := AppendEntry(nil, samples()["record"])
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, hex, text string }{
		{"nothing", "", "unexpected end"},
		{"not a map", "80", "major type"},
		{"no version", "a202080303", "missing"},
		{"unknown version", "a301020208" + "0303", "unknown version"},
		{"unknown kind", "a30101020f0303", "unknown kind"},
		{"kind zero", "a3010102000303", "left out"},
		{"repeated key", "a4010101010206" + "0303", "repeated"},
		{"unsorted keys", "a3020601010303", "out of order"},
		{"long integer", "a3010102180603" + "03", "shortest"},
		{"long key", "a3010118020603" + "03", "shortest"},
		{"long 16", "a301010206031900ff", "shortest"},
		{"long 32", "a30101020603" + "1a0000ffff", "shortest"},
		{"long 64", "a30101020603" + "1b00000000ffffffff", "shortest"},
		{"indefinite map", "bf010102060303ff", "indefinite"},
		{"reserved", "bc", "reserved"},
		{"time too big", "a30101020603" + "1bffffffffffffffff", "time out of range"},
		{"negative", "a3010102062003", "major type"},
		{"unknown key", "a401010206030307" + "01", "unknown key"},
		{"zero id", "a4010102060303" + "0450" + strings.Repeat("00", 16), "left out"},
		{"short id", "a4010102060303" + "044101", "1 bytes where 16"},
		{"empty commitment", "a4010102060303" + "0640", "left out"},
		{"short commitment", "a4010102060303" + "064101", "1 bytes where 32"},
		{"missing body", "a3010102040303", "without its body"},
		{"missing seal", "a30101020e0303", "without its body"},
		{"empty data", "a40101020d0303" + "15a1" + "0640", "left out"},
		{"ids not rising", "a40101020b0303" + "13a3" + "016162" + "026162" + "0982" + "5002" + strings.Repeat("00", 15) + "5001" + strings.Repeat("00", 15), "not rising"},
		{"segments not rising", "a40101020b0303" + "13a3" + "016162" + "026162" + "0b820101", "not rising"},
		{"unknown verdict", "a4010102060303" + "0ea2" + "016162" + "0203", "unknown verdict"},
		{"foreign body", "a40101020403030ba0", "body"},
		{"false flag", "a4010102020303" + "0aa103f4", "only true"},
		{"empty text", "a4010102040303" + "0ca10160", "left out"},
		{"bad UTF-8", "a4010102040303" + "0ca10162c328", "UTF-8"},
		{"bad token", "a4010102040303" + "0ca1016141", "a-z"},
		{"control character", "a4010102020303" + "0aa1056107", "control"},
		{"empty list", "a4010102020303" + "0aa11080", "left out"},
		{"empty decision", "a4010102020303" + "0aa10fa0", "left out"},
		{"huge list", "a4010102020303" + "0aa1109affffffff", "more items"},
		{"huge text", "a4010102020303" + "0aa1057affffffff", "unexpected end"},
		{"outcome without intent", "a4010102030303" + "0ba10201", "names its intent"},
		{"inline outcome with intent", "a5010102020303" + "0aa0" + "0ba201010201", "names its intent"},
		{"unknown result", "a4010102030303" + "0ba201000208", "unknown result"},
		{"assurance", "a4010102020303" + "0aa10406", "assurance"},
		{"trailing", hex.EncodeToString(valid) + "00", "after the end"},
		{"tag", "a4010102040303" + "0cc1a0", "major type"},
	}
	for _, tt := range tests {
		raw, err := hex.DecodeString(tt.hex)
		if err != nil {
			t.Fatal(err)
		}
		_, err = DecodeEntry(raw)
		if err == nil || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.text)
		}
	}
	for i := range valid {
		if _, err := DecodeEntry(valid[:i]); err == nil {
			t.Errorf("the first %d bytes decode", i)
		}
	}
}

func TestEntrySizeLimit(t *testing.T) {
	e := samples()["intent"]
	for range 400 {
		e.Intent.Decision.Reasons = append(e.Intent.Decision.Reasons, strings.Repeat("r", 40))
	}
	dst := []byte("kept")
	got, err := AppendEntry(dst, e)
	if !errors.Is(err, ErrTooLarge) || string(got) != "kept" {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if _, err := DecodeEntry(make([]byte, MaxEntryBytes+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("decode: %v", err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	tests := map[string]*Entry{
		"kind":         {Kind: 15},
		"no body":      {Kind: KindBoot},
		"two bodies":   {Kind: KindBoot, Boot: &Boot{}, Record: &Record{}},
		"past":         {Kind: KindSeal, Time: -1},
		"commitment":   {Kind: KindSeal, Commitment: make([]byte, 31)},
		"effect":       {Kind: KindIntent, Intent: &Intent{Decision: Decision{Effect: 6}}},
		"result":       {Kind: KindOutcome, Outcome: &Outcome{}},
		"reason":       {Kind: KindOutcome, Outcome: &Outcome{Result: ResultFailed, Reason: "Not a code"}},
		"long reason":  {Kind: KindOutcome, Outcome: &Outcome{Result: ResultFailed, Reason: strings.Repeat("a", 41)}},
		"line break":   {Kind: KindIntent, Intent: &Intent{Model: "a\nb"}},
		"long text":    {Kind: KindIntent, Intent: &Intent{Model: strings.Repeat("a", 513)}},
		"empty reason": {Kind: KindIntent, Intent: &Intent{Decision: Decision{Reasons: []string{""}}}},
		"guard":        {Kind: KindIntent, Intent: &Intent{Guards: []GuardRun{{Name: "detect"}}}},
		"finding":      {Kind: KindIntent, Intent: &Intent{Findings: []FindingCount{{Count: 1}}}},
		"points":       {Kind: KindIntent, Intent: &Intent{}, Outcome: &Outcome{Intent: 1, Result: ResultBlocked}},
	}
	for name, e := range tests {
		if _, err := AppendEntry(nil, e); err == nil {
			t.Errorf("%s: encoded", name)
		}
	}
}

// FuzzDecodeEntry: whatever decodes has one encoding only, and the other
// encoder agrees with it.
func FuzzDecodeEntry(f *testing.F) {
	for _, e := range samples() {
		raw, err := AppendEntry(nil, e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := DecodeEntry(raw)
		if err != nil {
			return
		}
		again, err := AppendEntry(nil, e)
		if err != nil || !bytes.Equal(raw, again) {
			t.Fatalf("%v\n in %x\nout %x", err, raw, again)
		}
		var content any
		if err := cbor.Unmarshal(raw, &content); err != nil {
			t.Fatal(err)
		}
		if want, err := mode.Marshal(content); err != nil || !bytes.Equal(raw, want) {
			t.Fatalf("%v: not core deterministic: %x", err, raw)
		}
	})
}

func BenchmarkAppendEntry(b *testing.B) {
	e := samples()["intent"]
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := AppendEntry(buf, e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeEntry(b *testing.B) {
	raw, err := AppendEntry(nil, samples()["intent"])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeEntry(raw); err != nil {
			b.Fatal(err)
		}
	}
}
