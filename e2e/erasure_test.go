// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// erasedRequest is what of a request these tests read.
type erasedRequest struct {
	ID       string
	State    string
	Payloads int
	Entries  []int
	Preview  *struct{ Payloads int }
}

// TestDictionaryAttackOnAnErasedPerson guesses: somebody who knows what an erased
// person may have written, and who they were, looks whether the directory of a
// killed program tells the guess right, by a copy in any form or by a digest.
func TestDictionaryAttackOnAnErasedPerson(t *testing.T) {
	const name, passphrase, grace = "Zoe Quixotevandermeer", "zoes own long phrase 88", "graces long phrase 99"
	const email, others = "zoe@counterfoil.example", "what bob wrote stays"
	in := start(t, options{})
	createAdministrator(t, in)
	t.Setenv("COUNTERFOIL_PASSWORD", docPassword)
	for _, a := range [][3]string{{"grace@counterfoil.example", "Grace Example", grace}, {email, name, passphrase}} {
		t.Setenv("COUNTERFOIL_NEW_PASSWORD", a[2])
		var added struct{ Email string }
		in.ask(&added, "administrator", "add", "--email", a[0], "--name", a[1], "--as", docEmail, "--json")
	}
	bob := in.newKey("Others", "bob@counterfoil.example", "sandbox-echo")
	for _, d := range dialects {
		for _, stream := range []bool{false, true} {
			if a := in.post(t, d, d.body(d.model, prompt, stream)); a.status != 200 {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
		}
	}
	d := dialect{name: "openai", base: "/sandbox/v1"}
	req := in.request(t, d, bytes.NewReader(d.body("sandbox-echo", others, false)))
	req.Header.Set("Authorization", "Bearer "+bob)
	if a, err := send(req); err != nil || a.status != 200 {
		t.Fatalf("another person's: %v, status %d", err, a.status)
	}

	var asked, done erasedRequest
	in.ask(&asked, "erase", "--person", email, "--basis", "data_subject_request", "--reason", "case about "+name, "--as", docEmail, "--json")
	if asked.State != "waiting" || asked.Preview == nil || asked.Preview.Payloads < 8 {
		t.Errorf("request: %+v", asked)
	}
	if _, code := in.command("erase", "approve", asked.ID, "--as", email); code != 1 { // a wrong password, which is counted
		t.Errorf("a wrong password: exit %d", code)
	}
	t.Setenv("COUNTERFOIL_PASSWORD", grace)
	in.ask(&done, "erase", "approve", asked.ID, "--as", "grace@counterfoil.example", "--json")
	if done.State != "done" || done.Payloads < asked.Preview.Payloads || len(done.Entries) == 0 {
		t.Errorf("approved: %+v", done)
	}

	words := []string{marker, prompt, name, "Quixotevandermeer", email, strings.ToUpper(email), passphrase, "case about " + name, in.Key}
	for _, original := range originals {
		words = append(words, original)
	}
	in.kill()
	in.guess(t, words)
	in.launch()
	in.verify()
	if a := in.post(t, dialects[0], dialects[0].body(dialects[0].model, prompt, false)); a.status != 401 {
		t.Errorf("the erased person's key: status %d", a.status)
	}
	in.stop()
	in.guess(t, words)
	in.verify()
}

// guess looks for words and their digests in every file of the data directory.
// Compressed text holds short words as they are.
func (in *instance) guess(t *testing.T, words []string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(in.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		text := strings.TrimRight(string(raw), "\x00")
		for _, word := range words {
			long, short, old := sha256.Sum256([]byte(word)), sha1.Sum([]byte(word)), md5.Sum([]byte(word))
			for form, value := range map[string]string{"text": word, "SHA-256": string(long[:]), "SHA-1": string(short[:]), "MD5": string(old[:])} {
				if strings.Contains(text, value) || holds(text, value) {
					t.Errorf("%s holds the %s of %q", strings.TrimPrefix(path, in.Data), form, word)
				}
			}
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("search the data directory: %d files, %v", files, err)
	}
}
