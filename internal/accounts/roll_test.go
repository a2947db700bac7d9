// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// TestDecode reads each type back from what is saved.
func TestDecode(t *testing.T) {
	for typ, record := range map[string]any{
		"key":        &identity.Key{ID: identity.KeyID{3}, Version: 2, System: identity.SystemID{1}, Hash: identity.HashKey("x"), Created: noon, Expires: noon, Revoked: noon},
		"credential": &identity.Credential{ID: counterfoil.ID{4}, Version: 1, Person: identity.PersonID{2}, PHC: nobodysHash, Created: noon},
	} {
		body, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(typ, body)
		if diff := cmp.Diff(record, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", typ, err, diff)
		}
		for _, bad := range []string{"", "[]", string(body) + "x", `{"id":"no id"}`} {
			if _, err := Decode(typ, []byte(bad)); err == nil {
				t.Errorf("%s: %q was read", typ, bad)
			}
		}
	}
	if _, err := Decode("dictionary", []byte("{}")); !errors.Is(err, ErrUnknownType) {
		t.Errorf("error %v, want ErrUnknownType", err)
	}
}

func TestRoll(t *testing.T) {
	b := start(t)
	s := b.system(t)
	p, err := b.CreateAdministrator(t.Context(), nobody, NewAdministrator{Email: "ada@example.com", Password: passphrase})
	if err != nil {
		t.Fatal(err)
	}
	name := "Service desk"
	if _, err := b.ChangeSystem(t.Context(), actor, s.ID, SystemChange{Name: &name}); err != nil {
		t.Fatal(err)
	}

	// Building it again, with everything put twice, gives the same register.
	var again Roll
	for range 2 {
		for _, e := range b.saved {
			if err := again.Put(e.Record.Type, e.Body); err != nil {
				t.Fatal(err)
			}
		}
		for _, record := range b.roll.register.records {
			again.Enter(record)
		}
	}
	if again.Snapshot().Digest() != b.directory.Snapshot().Digest() {
		t.Error("a rebuilt register has another digest")
	}
	if first := again.Snapshot(); first != again.Snapshot() {
		t.Error("a snapshot is built although nothing changed")
	}
	credential, ok := again.Credential(p.ID)
	if !ok {
		t.Fatal("no credential")
	}

	again.Forget(counterfoil.ID(p.ID))
	again.Forget(credential.ID)
	if _, ok := again.Snapshot().Person(p.ID); ok {
		t.Error("a forgotten person is still there")
	}
	if _, ok := again.Credential(p.ID); ok {
		t.Error("a forgotten credential is still there")
	}
	again.Reset()
	if n := len(again.Snapshot().Systems()); n != 0 {
		t.Errorf("%d systems after a reset", n)
	}
	if err := again.Put("key", []byte("{")); err == nil {
		t.Error("a broken body was put")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("key", []byte(`{"id":"00000000-0000-0000-0000-000000000001","version":1}`))
	f.Add("credential", []byte(`{"phc":"a"}`))
	f.Fuzz(func(t *testing.T, typ string, body []byte) {
		record, err := Decode(typ, body)
		if (record == nil) != (err != nil) {
			t.Errorf("record %v, error %v", record, err)
		}
	})
}
