// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"encoding/base64"
	"strings"
	"testing"
)

func testReceipt(t testing.TB) (Receipt, []byte) {
	t.Helper()
	e := &Entry{Kind: KindIntent, Time: 1_700_000_000_000_000, ID: NewID(), Intent: &Intent{Provider: "sandbox", Dialect: "openai", Operation: "chat"}}
	raw, err := AppendEntry(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	return Receipt{Origin: "example.org/log", Interaction: e.ID, Index: 7, Leaf: LeafHash(raw), Time: e.Time}, raw
}

func TestReceipt(t *testing.T) {
	signer, key := testKey(t, "example.org/log")
	_, stranger := testKey(t, "example.org/log")
	_, other := testKey(t, "example.org/other")
	r, raw := testReceipt(t)
	signed, err := r.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := VerifyReceipt(signed, key); err != nil || got != r {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := ParseReceipt(signed); err != nil || got != r {
		t.Errorf("%+v, %v", got, err)
	}
	for _, wrong := range []string{stranger, other, "", "x"} {
		if _, err := VerifyReceipt(signed, wrong); err == nil {
			t.Errorf("verified under %q", wrong)
		}
	}
	if err := r.CheckEntry(raw); err != nil {
		t.Error(err)
	}
	for _, file := range []string{string(signed), base64.StdEncoding.EncodeToString(signed), " " + base64.StdEncoding.EncodeToString(signed) + "\r\n"} {
		if got, err := DecodeReceipt([]byte(file)); err != nil || string(got) != string(signed) {
			t.Errorf("%.20q: %v", file, err)
		}
	}
	for _, file := range []string{"", "receipt", base64.StdEncoding.EncodeToString([]byte("another note\n")), strings.Repeat("A", 9000)} {
		if _, err := DecodeReceipt([]byte(file)); err == nil {
			t.Errorf("%.20q was taken for a receipt", file)
		}
	}
}

// TestReceiptOfAnotherEntry: nothing but the very entry fits a receipt.
func TestReceiptOfAnotherEntry(t *testing.T) {
	r, raw := testReceipt(t)
	e, err := DecodeEntry(raw)
	if err != nil {
		t.Fatal(err)
	}
	e.Intent.Model = "another"
	changed, err := AppendEntry(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	if r.CheckEntry(changed) == nil {
		t.Error("a changed entry passed")
	}
	for name, change := range map[string]func(*Receipt){
		"interaction": func(r *Receipt) { r.Interaction = NewID() },
		"time":        func(r *Receipt) { r.Time++ },
		"leaf":        func(r *Receipt) { r.Leaf[0]++ },
	} {
		wrong := r
		change(&wrong)
		if wrong.CheckEntry(raw) == nil {
			t.Errorf("a receipt with another %s passed", name)
		}
	}
}

func FuzzReceipt(f *testing.F) {
	signer, _ := testKey(f, "example.org/log")
	r, _ := testReceipt(f)
	signed, err := r.Sign(signer)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := ParseReceipt(b); err == nil && !strings.HasPrefix(string(b), got.Text()) {
			t.Errorf("%q was read as %q", b, got.Text())
		}
	})
}
