// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"encoding/json"
	"testing"
	"time"
)

func TestIDForms(t *testing.T) {
	id := ID{0x01, 0x93, 0x5b, 0xff, 6: 0x7a, 8: 0x80, 15: 0x0f}
	const text = "01935bff-0000-7a00-8000-00000000000f"
	if id.String() != text {
		t.Errorf("String %s, want %s", id, text)
	}
	if back, err := ParseID(text); err != nil || back != id {
		t.Errorf("ParseID %v, %v", back, err)
	}
	for _, wrong := range []string{"", text[1:], text + "0", "01935BFF-0000-7a00-8000-00000000000f", "01935bff00000-7a00-8000-00000000000f", "g1935bff-0000-7a00-8000-00000000000f"} {
		if _, err := ParseID(wrong); err == nil {
			t.Errorf("ParseID accepts %q", wrong)
		}
	}
}

func TestTimeIDsSortByTime(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	last := NewTimeID(at)
	for range 5000 {
		at = at.Add(700 * time.Nanosecond)
		next := NewTimeID(at)
		if next.String() <= last.String() {
			t.Fatalf("%s after %s", next, last)
		}
		if next[6]>>4 != 7 || next[8]>>6 != 2 {
			t.Fatalf("%s is no UUIDv7", next)
		}
		last = next
	}
	if first, second := NewID(), NewID(); first == second || first.IsZero() {
		t.Error("random ids repeat")
	}
}

func TestWordsInJSON(t *testing.T) {
	type all struct {
		Kind   Kind
		Effect Effect
		Result Result
		Guard  GuardStatus
		ID     ID
		Hash   Hash
	}
	for k := KindBoot; k <= KindSeal; k++ {
		in := all{k, Effect(k % 6), Result(1 + k%7), GuardStatus(1 + k%3), NewID(), LeafHash([]byte{byte(k)})}
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out all
		if err := json.Unmarshal(b, &out); err != nil || out != in {
			t.Errorf("%s: %v", b, err)
		}
	}
	for _, wrong := range []json.Marshaler{rawText{Kind(0)}, rawText{Kind(15)}, rawText{Effect(6)}, rawText{Result(0)}, rawText{GuardStatus(4)}} {
		if b, err := wrong.MarshalJSON(); err == nil {
			t.Errorf("wrote %s", b)
		}
	}
	if _, err := ParseKind(""); err == nil {
		t.Error("the empty word is a kind")
	}
	if got := Kind(77).String(); got != "unknown(77)" {
		t.Error(got)
	}
}

type rawText struct{ value any }

func (r rawText) MarshalJSON() ([]byte, error) { return json.Marshal(r.value) }

func TestParseHash(t *testing.T) {
	h := LeafHash(nil)
	if back, err := ParseHash(h.String()); err != nil || back != h {
		t.Errorf("%v, %v", back, err)
	}
	for _, wrong := range []string{"", h.String()[1:], "G" + h.String()[1:], "A" + h.String()[1:]} {
		if _, err := ParseHash(wrong); err == nil {
			t.Errorf("accepts %q", wrong)
		}
	}
}
