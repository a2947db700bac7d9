// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"encoding/json"
	"errors"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

func TestNewSecret(t *testing.T) {
	form := regexp.MustCompile(`^cfk_[0-9A-Za-z]{49}$`)
	seen := map[string]bool{}
	for range 200 {
		secret := NewSecret()
		if !form.MatchString(secret) || seen[secret] {
			t.Fatalf("%q has another form or came twice", secret)
		}
		seen[secret] = true
		if err := unknown(secret); err != ErrUnknownKey { // a wrapping error would mean a malformed key
			t.Errorf("a well-formed key is %v", err)
		}
		if Hint(secret) != secret[len(secret)-4:] {
			t.Errorf("hint %q", Hint(secret))
		}
	}
	if Hint("ab") != "ab" {
		t.Errorf("hint of a short text: %q", Hint("ab"))
	}
}

func TestEveryTypoIsNoticed(t *testing.T) {
	secret := NewSecret()
	for i := len(keyPrefix); i < len(secret); i++ {
		for _, c := range []byte(digits) {
			typo := []byte(secret)
			if typo[i] == c {
				continue
			}
			typo[i] = c
			if err := unknown(string(typo)); !errors.Is(err, ErrMistypedKey) {
				t.Fatalf("character %d became %c: %v", i, c, err)
			}
		}
	}
}

func TestHashKeyOfLongText(t *testing.T) {
	long := string(make([]byte, 100_000))
	if HashKey(long) != HashToken(long) {
		t.Error("a long text hashes differently")
	}
}

func TestNewToken(t *testing.T) {
	token, stored := NewToken()
	other, _ := NewToken()
	if token == other || len(token) != 43 || HashToken(token) != stored {
		t.Errorf("tokens %q and %q", token, other)
	}
}

func TestIDsInJSON(t *testing.T) {
	key := Key{ID: KeyID(counterfoil.NewID()), System: SystemID(counterfoil.NewID()), Person: PersonID(counterfoil.NewID()), Created: noon}
	raw, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	var back Key
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(key, back); diff != "" {
		t.Error(diff)
	}
	if !regexp.MustCompile(`"id":"` + key.ID.String() + `"`).Match(raw) {
		t.Errorf("%s", raw)
	}
}
