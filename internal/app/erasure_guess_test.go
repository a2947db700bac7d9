// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/s2"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/gateway"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// The person of TestNothingTellsAGuessRight. All of it is invented.
const (
	guessedEmail    = "zuleikha.quint@example.com"
	guessedName     = "Zuleikha Quintessential"
	guessedPassword = "zuleikhas very own words 8"
	guessedPrompt   = "Write to zuleikha.quint@example.com that card 4111 1111 1111 1111 of Zuleikha Quintessential was stolen in Ulm."
	guessedBrowser  = "Mozilla/5.0 (of Zuleikha, 1.2.3)"
	guessedReason   = "the letter of Zuleikha Quintessential of 3 May"
)

// TestNothingTellsAGuessRight fills a directory as people do, erases one of them,
// and then knows everything about her: every text that was stored, and every byte
// that is left. Neither a text nor any digest of one may be found, and no 32 bytes
// may serve as the key of one.
func TestNothingTellsAGuessRight(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	person, secret := keyOf(t, a, guessedEmail)
	ruths, _ := a.roll.Snapshot().PersonByEmail(ruth.As)
	if _, err := a.accounts.CreateAdministrator(t.Context(), ruths.ID, accounts.NewAdministrator{Email: guessedEmail, Name: guessedName, Password: guessedPassword}); err != nil {
		t.Fatal(err)
	}
	pages, err := a.pages(t.Context(), "http://127.0.0.1:1", "http://127.0.0.1:2")
	if err != nil {
		t.Fatal(err)
	}
	visitSite(t, pages)
	for _, stream := range []bool{false, true} {
		prompt(t, a, secret, stream)
	}
	credential, ok := a.roll.Credential(identity.PersonID(person))
	if !ok {
		t.Fatal("she has no password")
	}
	wrapped := wrappedKeys(t, h, person)
	if len(wrapped) != 2 {
		t.Fatalf("%d keys", len(wrapped))
	}

	asked, err := service{a}.RequestErasure(t.Context(), control.NewErasure{Proof: ruth, Person: guessedEmail, Basis: "data_subject_request", Reason: guessedReason}, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (service{a}).ApproveErasure(t.Context(), asked.ID, noor, nothing); err != nil {
		t.Fatal(err)
	}
	known := []string{
		guessedEmail, guessedName, guessedPassword, guessedPrompt, guessedBrowser, guessedReason, secret, credential.PHC, "Zuleikha", "Quintessential", "4111 1111 1111 1111", "stolen in Ulm",
		strings.ToUpper(guessedEmail), "account\x00" + guessedEmail + "\x00127.0.0.1", "account\x00" + guessedEmail + "\x00socket",
	}
	crash := copyOf(t, h.data) // as SIGKILL leaves it
	h.close(a)
	for name, dir := range map[string]string{"after a crash": crash, "after a stop": h.data} {
		t.Run(name, func(t *testing.T) {
			files := everyFile(t, dir)
			if len(files) < 10 {
				t.Fatalf("only %d files", len(files))
			}
			for path, content := range files {
				for _, key := range wrapped {
					if bytes.Contains(content, key) {
						t.Errorf("%s holds a wrapped key that was deleted", path)
					}
				}
			}
			for _, found := range guess(files, known) {
				t.Error(found)
			}
		})
	}
	h.verify()
}

// TestGuessing: what it looks for, it finds.
func TestGuessing(t *testing.T) {
	keyed := hmac.New(sha256.New, bytes.Repeat([]byte{7}, 32))
	keyed.Write([]byte(guessedEmail))
	planted := map[string][]byte{"keys": append([]byte("x"), bytes.Repeat([]byte{7}, 32)...), "HMAC": append([]byte("xyz"), keyed.Sum(nil)...)}
	for form, value := range forms(guessedPrompt) {
		planted[form] = append([]byte("x"), value...)
	}
	found := strings.Join(guess(planted, []string{guessedEmail, guessedPrompt}), "\n")
	for form := range forms(guessedPrompt) {
		if !strings.Contains(found, " as "+form) {
			t.Errorf("%s is not found", form)
		}
	}
	if !strings.Contains(found, "HMAC holds an HMAC of") {
		t.Errorf("the HMAC is not found:\n%s", found)
	}
}

// visitSite signs in once with a wrong and once with the right password.
func visitSite(t *testing.T, pages http.Handler) {
	t.Helper()
	for _, password := range []string{"not " + guessedPassword, guessedPassword} {
		r := httptest.NewRequest(http.MethodPost, "/login", strings.NewReader("email="+guessedEmail+"&password="+strings.ReplaceAll(password, " ", "+")))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("User-Agent", guessedBrowser)
		r.RemoteAddr = "127.0.0.1:4711"
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		if (w.Code == http.StatusSeeOther) != (password == guessedPassword) {
			t.Fatalf("sign in: %d", w.Code)
		}
	}
}

// prompt sends her words through the real gateway to the offline provider.
func prompt(t *testing.T, a *App, secret string, stream bool) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"model": "sandbox-echo", "stream": stream, "messages": []any{map[string]string{"role": "user", "content": guessedPrompt}}})
	if err != nil {
		t.Fatal(err)
	}
	live := gateway.New(gateway.Config{State: a.state.Load, Journal: interactions{a}, Receipts: interactions{a}, Usage: &a.usage, Clock: a.clock, Log: a.log})
	server := httptest.NewServer(live)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/sandbox/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the gateway answers %d: %s, %v", resp.StatusCode, answer, err)
	}
}

// wrappedKeys are the wrapped keys as they are stored before. Their ids stay: the
// erasure entry names them.
func wrappedKeys(t *testing.T, h *house, person counterfoil.ID) (wrapped [][]byte) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(h.data, "keys", "wrap.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT wrapped FROM wrapping_key WHERE subject = $1`, person[:])
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var one []byte
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		wrapped = append(wrapped, one)
	}
	return wrapped
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func everyFile(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir)] = bytes.TrimRight(content, "\x00")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// guess looks for every known text: as it is, compressed, and by its digests, also
// those keyed with any 32 bytes that lie anywhere. It returns what it finds.
func guess(files map[string][]byte, known []string) (found []string) {
	type digest [32]byte
	windows := map[digest]string{}
	for path, content := range files {
		for i := 0; i+32 <= len(content); i++ {
			windows[digest(content[i:i+32])] = path
		}
	}
	for _, text := range known {
		for form, value := range forms(text) {
			for path, content := range files {
				if bytes.Contains(content, value) {
					found = append(found, fmt.Sprintf("%s holds %q as %s", path, text, form))
				}
			}
		}
		for key, path := range windows {
			m := hmac.New(sha256.New, key[:])
			m.Write([]byte(text))
			if at, ok := windows[digest(m.Sum(nil))]; ok {
				found = append(found, fmt.Sprintf("%s holds an HMAC of %q, whose key lies in %s", at, text, path))
			}
		}
	}
	return found
}

// forms are what a text may have become.
func forms(text string) map[string][]byte {
	long, longer, short, old := sha256.Sum256([]byte(text)), sha512.Sum512([]byte(text)), sha1.Sum([]byte(text)), md5.Sum([]byte(text))
	escaped, _ := json.Marshal(text)
	f := map[string][]byte{
		"text": []byte(text), "JSON": escaped[1 : len(escaped)-1], "hex": []byte(hex.EncodeToString([]byte(text))), "base64": []byte(base64.StdEncoding.EncodeToString([]byte(text))),
		"SHA-256": long[:], "SHA-256 in hex": []byte(hex.EncodeToString(long[:])), "SHA-256 in base64": []byte(base64.StdEncoding.EncodeToString(long[:])),
		"SHA-512": longer[:], "SHA-1": short[:], "SHA-1 in hex": []byte(hex.EncodeToString(short[:])), "MD5": old[:], "MD5 in hex": []byte(hex.EncodeToString(old[:])),
	}
	if len(text) > 24 { // a short text is its own compressed form
		f["S2"] = s2.Encode(nil, []byte(text))
	}
	return f
}
