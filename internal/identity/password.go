// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// MinPassword and MaxPassword bound a password, in characters.
const (
	MinPassword = 12
	MaxPassword = 256
)

// PasswordRule is the rule as people read it.
const PasswordRule = "At least 12 characters, and not your e-mail address. Several unrelated words are easy to remember and hard to guess."

// What is wrong with a password. The texts may be shown.
var (
	ErrPasswordShort  = fmt.Errorf("the password has fewer than %d characters", MinPassword)
	ErrPasswordLong   = fmt.Errorf("the password has more than %d characters", MaxPassword)
	ErrPasswordSimple = errors.New("the password is one character repeated, or the e-mail address")
)

// CheckPassword applies PasswordRule. It asks for length and not for kinds of
// characters: rules of composition make passwords worse.
func CheckPassword(password, email string) error {
	password = norm.NFC.String(password)
	first, _ := utf8.DecodeRuneInString(password)
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return ErrPasswordShort
	case n > MaxPassword:
		return ErrPasswordLong
	case strings.Trim(password, string(first)) == "", strings.EqualFold(password, email):
		return ErrPasswordSimple
	default:
		return nil
	}
}

// argonCost is the work a guess costs. 19 MiB and two passes take about 20 ms.
type argonCost struct {
	memory  uint32 // KiB
	time    uint32 // passes
	threads uint8
}

var cost = argonCost{memory: 19 * 1024, time: 2, threads: 1}

const (
	saltBytes   = 16
	digestBytes = 32
)

// Bounds of what a stored hash may ask for, so that a forged one cannot take
// the machine's memory.
var maxCost = argonCost{memory: 256 * 1024, time: 16, threads: 8}

// HashPassword returns an argon2id PHC string. It takes 19 MiB while it runs;
// the caller bounds how many run at once.
func HashPassword(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	return formatPHC(cost, salt, cost.derive(password, salt, digestBytes))
}

// VerifyPassword reports whether password made phc, in time that does not
// depend on where they differ. An unreadable phc is an error.
func VerifyPassword(phc, password string) (bool, error) {
	c, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, fmt.Errorf("verify password: %w", err)
	}
	got := c.derive(password, salt, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// derive hashes the composed form: keyboards differ in how they send an umlaut.
func (c argonCost) derive(password string, salt []byte, n uint32) []byte {
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, c.time, c.memory, c.threads, n)
}

func formatPHC(c argonCost, salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, c.memory, c.time, c.threads, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// parsePHC reads what formatPHC writes, with any cost within the bounds.
func parsePHC(phc string) (c argonCost, salt, sum []byte, err error) {
	fields := strings.Split(phc, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" {
		return c, nil, nil, errors.New("not an argon2id hash")
	}
	if fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errors.New("another version of argon2")
	}
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.threads); err != nil {
		return c, nil, nil, errors.New("unreadable cost")
	}
	if c.time < 1 || c.time > maxCost.time || c.threads < 1 || c.threads > maxCost.threads ||
		c.memory < 8*uint32(c.threads) || c.memory > maxCost.memory {
		return c, nil, nil, errors.New("cost out of bounds")
	}
	salt, err = base64.RawStdEncoding.Strict().DecodeString(fields[4])
	if err != nil || len(salt) < 8 || len(salt) > 64 {
		return c, nil, nil, errors.New("unreadable salt")
	}
	sum, err = base64.RawStdEncoding.Strict().DecodeString(fields[5])
	if err != nil || len(sum) < 16 || len(sum) > 64 {
		return c, nil, nil, errors.New("unreadable hash")
	}
	if formatPHC(c, salt, sum) != phc {
		return c, nil, nil, errors.New("not in canonical form")
	}
	return c, salt, sum, nil
}
