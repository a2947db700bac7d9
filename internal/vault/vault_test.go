// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

const origin = "ledger.example/node-1"

var (
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	scope = Scope{Subject: counterfoil.ID{1}, Class: "interaction"}
	entry = counterfoil.ID{0xE1, 2, 3}
)

// open opens a vault in dir and closes it with the test.
func open(t testing.TB, dir string, c clock.Clock) *Vault {
	t.Helper()
	v, err := Open(Config{Dir: dir, Origin: origin, Clock: c, Retention: func(class string) time.Duration {
		if class == "interaction" {
			return 180 * 24 * time.Hour
		}
		return 0
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func seal(t testing.TB, v *Vault, plaintext []byte) Sealed {
	t.Helper()
	sealed, err := v.Seal(scope, entry, counterfoil.KindIntent, plaintext)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// TestRoundTrip seals texts of many sizes, compressible and not, and reads them
// in a second process's place: a vault opened anew.
func TestRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys of a?strange%20name #1")
	writer := open(t, dir, clock.NewSet(noon))
	reader := open(t, dir, clock.NewSet(noon.AddDate(0, 7, 0)))
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, 31, 64, 1000, 3000, 70_000, 1 << 20} {
		for name, text := range map[string][]byte{
			"repetitive": bytes.Repeat([]byte("a conversation "), size/15+1)[:size],
			"random":     randomBytes(random, size),
		} {
			sealed := seal(t, writer, text)
			opened, err := reader.Open(entry, counterfoil.KindIntent, sealed.Bytes)
			if err != nil {
				t.Fatalf("%s %d: %v", name, size, err)
			}
			if !bytes.Equal(opened.Plaintext, text) {
				t.Errorf("%s %d: another text came back", name, size)
			}
			mac := hmac.New(sha256.New, opened.Key[:])
			mac.Write(text)
			if !hmac.Equal(mac.Sum(nil), sealed.Commitment[:]) || Commit(&opened.Key, text) != sealed.Commitment {
				t.Errorf("%s %d: the commitment is not the HMAC of the text", name, size)
			}
			if overhead := len(sealed.Bytes) - size; overhead > minSealed {
				t.Errorf("%s %d: %d bytes more than the text", name, size, overhead)
			}
		}
	}
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestEqualTextsSealDifferently(t *testing.T) {
	v := open(t, t.TempDir(), clock.NewSet(noon))
	a, b := seal(t, v, []byte("same")), seal(t, v, []byte("same"))
	if a.Commitment == b.Commitment || bytes.Equal(a.Bytes[nonceOffset:], b.Bytes[nonceOffset:]) {
		t.Error("two seals of one text can be told to be equal")
	}
}

func TestEveryBitCounts(t *testing.T) {
	v := open(t, t.TempDir(), clock.NewSet(noon))
	sealed := seal(t, v, []byte("a small record")).Bytes
	for bit := range len(sealed) * 8 {
		changed := bytes.Clone(sealed)
		changed[bit/8] ^= 1 << (bit % 8)
		if _, err := v.Open(entry, counterfoil.KindIntent, changed); !errors.Is(err, ErrTampered) {
			t.Errorf("bit %d changed: error %v, want ErrTampered", bit, err)
		}
	}
	for n := range sealed {
		if _, err := v.Open(entry, counterfoil.KindIntent, sealed[:n]); !errors.Is(err, ErrTampered) {
			t.Errorf("cut to %d bytes: error %v, want ErrTampered", n, err)
		}
	}
	if _, err := v.Open(entry, counterfoil.KindIntent, append(bytes.Clone(sealed), 0)); !errors.Is(err, ErrTampered) {
		t.Errorf("one byte longer: error %v, want ErrTampered", err)
	}
}

// TestBoundToItsEntry opens a payload in the place of another.
func TestBoundToItsEntry(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, clock.NewSet(noon))
	sealed := seal(t, v, []byte("text")).Bytes
	if _, err := v.Open(counterfoil.ID{9}, counterfoil.KindIntent, sealed); !errors.Is(err, ErrTampered) {
		t.Errorf("other entry: error %v, want ErrTampered", err)
	}
	if _, err := v.Open(entry, counterfoil.KindOutcome, sealed); !errors.Is(err, ErrTampered) {
		t.Errorf("other kind: error %v, want ErrTampered", err)
	}
	if _, err := Open(Config{Dir: dir, Origin: "other.example/node", Clock: clock.NewSet(noon)}); err == nil {
		t.Error("keys of one log were accepted for another")
	}
}

func TestErased(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, clock.NewSet(noon))
	gone := seal(t, v, []byte("to be forgotten")).Bytes
	other, err := v.Seal(Scope{Subject: counterfoil.ID{2}, Class: "interaction"}, entry, counterfoil.KindIntent, []byte("kept"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.keys.store.db.Exec(`DELETE FROM wrapping_key WHERE subject = $1`, scope.Subject[:]); err != nil {
		t.Fatal(err)
	}
	later := open(t, dir, clock.NewSet(noon))
	if _, err := later.Open(entry, counterfoil.KindIntent, gone); !errors.Is(err, ErrErased) {
		t.Errorf("error %v, want ErrErased", err)
	}
	if _, err := later.Open(entry, counterfoil.KindIntent, other.Bytes); err != nil {
		t.Errorf("another person's payload went with it: %v", err)
	}
	again := seal(t, later, []byte("new text of the same person"))
	if _, err := later.Open(entry, counterfoil.KindIntent, again.Bytes); err != nil {
		t.Errorf("sealing after an erasure: %v", err)
	}
}

// TestWrappingKeys checks which keys come to be, and their terms.
func TestWrappingKeys(t *testing.T) {
	dir, now := t.TempDir(), clock.NewSet(noon)
	v := open(t, dir, now)
	sealFor := func(s Scope) {
		if _, err := v.Seal(s, entry, counterfoil.KindRecord, nil); err != nil {
			t.Fatal(err)
		}
	}
	sealFor(scope)
	sealFor(scope)
	sealFor(Scope{Subject: scope.Subject, Class: "record"})
	sealFor(Scope{Class: "interaction"})
	now.Advance(14 * 24 * time.Hour)
	sealFor(scope)
	v = open(t, dir, now)
	sealFor(scope)

	rows, err := v.keys.store.db.Query(`SELECT class || ' ' || month || ' ' || created || ' ' || expires FROM wrapping_key ORDER BY created, subject, class`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			t.Fatal(err)
		}
		got = append(got, row)
	}
	halfYear := 180 * 24 * time.Hour
	december, january := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	want := []string{
		fmt.Sprintf("interaction 2026-11 %d %d", noon.UnixMicro(), december.Add(halfYear).UnixMicro()),
		fmt.Sprintf("interaction 2026-11 %d %d", noon.UnixMicro(), december.Add(halfYear).UnixMicro()),
		fmt.Sprintf("record 2026-11 %d 0", noon.UnixMicro()),
		fmt.Sprintf("interaction 2026-12 %d %d", now.Now().UnixMicro(), january.Add(halfYear).UnixMicro()),
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("wrapping keys:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestNothingReadableOnDisk looks for the text and for the keys in every file.
func TestNothingReadableOnDisk(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, clock.NewSet(noon))
	secret := []byte("the merger with Example Corp is announced in March")
	sealed := seal(t, v, bytes.Repeat(secret, 40))
	opened, err := v.Open(entry, counterfoil.KindIntent, sealed.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "payload"), sealed.Bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, path))
		if bytes.Contains(content, secret[:12]) || bytes.Contains(content, opened.Key[:]) {
			t.Errorf("%s holds text or its key", path)
		}
		if info, _ := d.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRefusesBrokenKeys(t *testing.T) {
	for name, spoil := range map[string]func(root string) error{
		"readable by others": func(root string) error { return os.Chmod(root, 0o644) },
		"short":              func(root string) error { return os.WriteFile(root, []byte("short"), 0o600) },
		"exchanged":          func(root string) error { return os.WriteFile(root, make([]byte, keyBytes), 0o600) },
		"missing":            os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			seal(t, open(t, dir, clock.NewSet(noon)), []byte("text"))
			if err := spoil(filepath.Join(dir, "root.key")); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(Config{Dir: dir, Origin: origin, Clock: clock.NewSet(noon)}); err == nil {
				t.Error("opened")
			} else {
				t.Log(err)
			}
		})
	}
}

func TestRootKeyIsNeverReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	if err := createRootKey(path); err != nil {
		t.Fatal(err)
	}
	first, _ := os.ReadFile(path)
	if err := createRootKey(path); err != nil {
		t.Fatal(err)
	}
	second, _ := os.ReadFile(path)
	if len(first) != keyBytes || !bytes.Equal(first, second) {
		t.Error("a second start replaced the root key")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".root.key-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestConcurrent(t *testing.T) {
	v := open(t, t.TempDir(), clock.NewSet(noon))
	var wg sync.WaitGroup
	for worker := range byte(8) {
		wg.Go(func() {
			for n := range byte(50) {
				s := Scope{Subject: counterfoil.ID{n % 5}, Class: "interaction"}
				id, text := counterfoil.ID{worker, n}, bytes.Repeat([]byte{worker, n, 'x'}, 500)
				sealed, err := v.Seal(s, id, counterfoil.KindOutcome, text)
				if err != nil {
					t.Error(err)
					return
				}
				opened, err := v.Open(id, counterfoil.KindOutcome, sealed.Bytes)
				if err != nil || !bytes.Equal(opened.Plaintext, text) {
					t.Errorf("worker %d, record %d: %v", worker, n, err)
				}
			}
		})
	}
	wg.Wait()
	var keys int
	if err := v.keys.store.db.QueryRow(`SELECT count(*) FROM wrapping_key`).Scan(&keys); err != nil || keys != 5 {
		t.Errorf("%d wrapping keys for 5 people, error %v", keys, err)
	}
}

// TestFirstOfTheMonth has many people seal at once, all without a key: they
// share commits, and each gets one key.
func TestFirstOfTheMonth(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, clock.NewSet(noon))
	sealed := make([][]byte, 200)
	var wg sync.WaitGroup
	for i := range sealed {
		wg.Go(func() {
			s, err := v.Seal(Scope{Subject: counterfoil.ID{byte(i / 2)}, Class: "interaction"}, entry, counterfoil.KindIntent, []byte("text"))
			if err != nil {
				t.Error(err)
			}
			sealed[i] = s.Bytes
		})
	}
	wg.Wait()
	later := open(t, dir, clock.NewSet(noon))
	ids := map[string]bool{}
	for i, s := range sealed {
		if _, err := later.Open(entry, counterfoil.KindIntent, s); err != nil {
			t.Errorf("payload %d: %v", i, err)
		}
		ids[string(s[idOffset:nonceOffset])] = true
	}
	if len(ids) != 100 {
		t.Errorf("%d wrapping keys for 100 people", len(ids))
	}
}

// TestDamagedRow fails the person whose key was changed, and nobody else.
func TestDamagedRow(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, clock.NewSet(noon))
	other := Scope{Subject: counterfoil.ID{0xFF}, Class: "interaction"}
	kept, err := v.Seal(other, entry, counterfoil.KindIntent, []byte("kept"))
	if err != nil {
		t.Fatal(err)
	}
	changed := seal(t, v, []byte("changed")).Bytes
	later := open(t, dir, clock.NewSet(noon))
	if _, err := v.keys.store.db.Exec(`UPDATE wrapping_key SET class = 'record' WHERE subject = $1`, scope.Subject[:]); err != nil {
		t.Fatal(err)
	}
	if _, err := later.Open(entry, counterfoil.KindIntent, changed); err == nil || errors.Is(err, ErrErased) || errors.Is(err, ErrTampered) {
		t.Errorf("open under a changed row: error %v, want a fault of the key store", err)
	}
	if _, err := later.Seal(Scope{Subject: scope.Subject, Class: "record"}, entry, counterfoil.KindIntent, nil); err == nil {
		t.Error("sealed under a changed row")
	}
	if _, err := later.Open(entry, counterfoil.KindIntent, kept.Bytes); err != nil {
		t.Errorf("another person: %v", err)
	}
	if _, err := later.Seal(other, entry, counterfoil.KindIntent, nil); err != nil {
		t.Errorf("another person: %v", err)
	}
}

func TestClosed(t *testing.T) {
	v := open(t, t.TempDir(), clock.NewSet(noon))
	v.Close()
	if _, err := v.Seal(scope, entry, counterfoil.KindIntent, nil); err == nil {
		t.Error("sealed under a key nobody stored")
	}
}

func TestSizeIsBounded(t *testing.T) {
	v := open(t, t.TempDir(), clock.NewSet(noon))
	if _, err := v.Seal(scope, entry, counterfoil.KindIntent, make([]byte, MaxPlaintext+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("seal: error %v, want ErrTooLarge", err)
	}
	bomb := []byte{0xff, 0xff, 0xff, 0xff, 0x0f} // an S2 block that claims 4 GB
	if _, err := decoded(codecS2, bomb); !errors.Is(err, ErrTooLarge) {
		t.Errorf("unfold: error %v, want ErrTooLarge", err)
	}
	if _, err := decoded(7, nil); !errors.Is(err, ErrTampered) {
		t.Errorf("codec 7: error %v, want ErrTampered", err)
	}
}

func TestRefusesScopes(t *testing.T) {
	v := open(t, t.TempDir(), clock.NewSet(noon))
	for _, class := range []string{"", "a\x00b", strings.Repeat("x", 65)} {
		if _, err := v.Seal(Scope{Class: class}, entry, counterfoil.KindIntent, nil); err == nil {
			t.Errorf("class %q was accepted", class)
		}
	}
}

func FuzzOpen(f *testing.F) {
	v := open(f, f.TempDir(), clock.NewSet(noon))
	sealed := seal(f, v, []byte("seed"))
	f.Add(sealed.Bytes)
	f.Add(sealed.Bytes[:headBytes])
	f.Add([]byte{version1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		opened, err := v.Open(entry, counterfoil.KindIntent, raw)
		if err == nil && Commit(&opened.Key, opened.Plaintext) != sealed.Commitment {
			t.Error("bytes nobody sealed were opened")
		}
	})
}

func FuzzDecoded(f *testing.F) {
	f.Add(appendCompressed(nil, bytes.Repeat([]byte("text "), 30)))
	f.Add(appendStored(nil, []byte("x")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) == 0 {
			return
		}
		if text, err := decoded(raw[0], raw[1:]); err == nil && len(text) > MaxPlaintext {
			t.Errorf("unfolded to %d bytes", len(text))
		}
	})
}
