// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

func TestCheckPassword(t *testing.T) {
	for password, want := range map[string]error{
		"correct horse battery":      nil,
		"пароль из слов":             nil,
		"elevenchars":                ErrPasswordShort,
		"":                           ErrPasswordShort,
		"aaaaaaaaaaaaaaaa":           ErrPasswordSimple,
		"Somebody@Example.COM":       ErrPasswordSimple,
		strings.Repeat("ab", 129):    ErrPasswordLong,
		strings.Repeat("u\u0308", 6): ErrPasswordShort, // six characters, however typed
	} {
		if err := CheckPassword(password, "somebody@example.com"); !errors.Is(err, want) {
			t.Errorf("%q: error %v, want %v", password, err, want)
		}
	}
}

func TestPassword(t *testing.T) {
	phc := HashPassword("für immer und ewig")
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", phc)
	}
	if phc == HashPassword("für immer und ewig") {
		t.Error("two hashes share a salt")
	}
	for password, want := range map[string]bool{
		"für immer und ewig":       true,
		"fu\u0308r immer und ewig": true, // decomposed, as some keyboards send it
		"fur immer und ewig":       false,
		"":                         false,
	} {
		if ok, err := VerifyPassword(phc, password); err != nil || ok != want {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
}

// TestVerifyOtherCost reads a hash made with another cost.
func TestVerifyOtherCost(t *testing.T) {
	salt := []byte("somesalt")
	b64 := base64.RawStdEncoding.EncodeToString
	phc := "$argon2id$v=19$m=256,t=1,p=2$" + b64(salt) + "$" + b64(argon2.IDKey([]byte("password"), salt, 1, 256, 2, 24))
	if ok, err := VerifyPassword(phc, "password"); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestRefusesHashes(t *testing.T) {
	salt, sum := strings.Repeat("A", 22), strings.Repeat("A", 43)
	for name, phc := range map[string]string{
		"empty":              "",
		"argon2i":            "$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + sum,
		"version":            "$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + sum,
		"memory":             "$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + sum,
		"passes":             "$argon2id$v=19$m=19456,t=4000000,p=1$" + salt + "$" + sum,
		"no pass":            "$argon2id$v=19$m=19456,t=0,p=1$" + salt + "$" + sum,
		"threads":            "$argon2id$v=19$m=19456,t=2,p=0$" + salt + "$" + sum,
		"many threads":       "$argon2id$v=19$m=19456,t=2,p=300$" + salt + "$" + sum,
		"trailing cost":      "$argon2id$v=19$m=19456,t=2,p=1,x=1$" + salt + "$" + sum,
		"short salt":         "$argon2id$v=19$m=19456,t=2,p=1$AAAA$" + sum,
		"short hash":         "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$AAAA",
		"empty hash":         "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$",
		"padding":            "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + sum + "=",
		"one field too many": "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + sum + "$",
	} {
		if ok, err := VerifyPassword(phc, "x"); ok || err == nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$" + strings.Repeat("A", 22) + "$" + strings.Repeat("A", 43))
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$$")
	f.Fuzz(func(t *testing.T, phc string) {
		c, salt, sum, err := parsePHC(phc)
		if err == nil && (c.memory > maxCost.memory || formatPHC(c, salt, sum) != phc) {
			t.Errorf("%q was accepted", phc)
		}
	})
}
