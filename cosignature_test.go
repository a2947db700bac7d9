// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
)

var cosignedAt = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// testWitness is a witness with a fixed clock.
func testWitness(t testing.TB, name string) (note.Signer, string) {
	t.Helper()
	private, verifier, err := GenerateCosignerKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := NewCosigner(private, func() time.Time { return cosignedAt.Add(999 * time.Millisecond) })
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier
}

// cosignedHead is a head signed by all signers, the log's first.
func cosignedHead(t testing.TB, origin string, signers ...note.Signer) []byte {
	t.Helper()
	signed, err := note.Sign(&note.Note{Text: Checkpoint{Origin: origin, Size: 7, Root: filled(3)}.Text()}, signers...)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestVerifyCosigned(t *testing.T) {
	log, logKey := testKey(t, "log.example")
	w1, key1 := testWitness(t, "w1.example")
	_, key2 := testWitness(t, "w2.example")
	_, sameName := testWitness(t, "w1.example")
	signed := cosignedHead(t, "log.example", log, w1)

	c, list, err := VerifyCosigned(signed, logKey, []string{key2, key1, sameName})
	if err != nil {
		t.Fatal(err)
	}
	if c != (Checkpoint{Origin: "log.example", Size: 7, Root: filled(3)}) {
		t.Errorf("checkpoint %+v", c)
	}
	if diff := cmp.Diff([]Cosignature{{Name: "w1.example", Key: key1, Time: cosignedAt}}, list); diff != "" {
		t.Error(diff)
	}
	if _, _, err := VerifyCosigned(cosignedHead(t, "log.example", w1), logKey, []string{key1}); err == nil {
		t.Error("a cosignature passes as the log's signature")
	}
	if _, _, err := VerifyCosigned(signed, logKey, []string{logKey}); err == nil {
		t.Error("a log's key passes as a witness's")
	}
	damaged := bytes.Replace(signed, []byte("— w1.example "+signatureOf(t, signed, 1)), []byte("— w1.example "+flipLast(t, signatureOf(t, signed, 1))), 1)
	if bytes.Equal(damaged, signed) {
		t.Fatal("nothing was damaged")
	}
	if _, list, err := VerifyCosigned(damaged, logKey, []string{key1}); err != nil || len(list) != 0 {
		t.Errorf("damaged cosignature: %v, %v", list, err)
	}
}

// signatureOf is the base64 of a signature line.
func signatureOf(t *testing.T, signed []byte, i int) string {
	t.Helper()
	_, sigs, _ := strings.Cut(string(signed), "\n\n")
	fields := strings.Fields(strings.Split(sigs, "\n")[i])
	return fields[len(fields)-1]
}

func flipLast(t *testing.T, sig string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(sig)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	return base64.StdEncoding.EncodeToString(b)
}

// TestCosignatureBytes checks key, id and signature against the words of the
// specification, with nothing but the standard library.
func TestCosignatureBytes(t *testing.T) {
	signer, key := testWitness(t, "w.example/1")
	text := Checkpoint{Origin: "log", Size: 7, Root: filled(3)}.Text() + "extension\n"
	sig, err := signer.Sign([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	material, err := base64.StdEncoding.DecodeString(strings.SplitN(key, "+", 3)[2])
	if err != nil || len(material) != 33 || material[0] != 4 {
		t.Fatalf("key material %x, %v", material, err)
	}
	if at := binary.BigEndian.Uint64(sig); at != uint64(cosignedAt.Unix()) {
		t.Errorf("time %d", at)
	}
	if !ed25519.Verify(material[1:], []byte("cosignature/v1\ntime 1795507200\n"+text), sig[8:]) {
		t.Error("another message was signed")
	}
	verifier, err := NewCosignatureVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	if verifier.Name() != signer.Name() || verifier.KeyHash() != signer.KeyHash() || !verifier.Verify([]byte(text), sig) {
		t.Error("signer and verifier differ")
	}
	late := bytes.Clone(sig)
	late[7]++
	for what, bad := range map[string][]byte{
		"another time": late, "short": sig[:71], "long": append(bytes.Clone(sig), 0), "nothing": nil,
		"time above 2^63": timed(t, signer, 1<<63, text),
	} {
		if verifier.Verify([]byte(text), bad) {
			t.Errorf("accepts %s", what)
		}
	}
	if !verifier.Verify([]byte(text), timed(t, signer, 1<<63-1, text)) {
		t.Error("refuses the latest time there is")
	}
}

// timed is a genuine signature with a time no clock tells.
func timed(t *testing.T, signer note.Signer, at uint64, text string) []byte {
	t.Helper()
	secret := signer.(*cosigner).secret
	return append(binary.BigEndian.AppendUint64(nil, at), ed25519.Sign(secret, cosignedMessage(at, []byte(text)))...)
}

func TestCosignerSignsCheckpointsOnly(t *testing.T) {
	signer, _ := testWitness(t, "w")
	for _, text := range []string{"", "log\n", "log\n7\nroot\n", "a text that\nis no\ncheckpoint\n"} {
		if _, err := signer.Sign([]byte(text)); err == nil {
			t.Errorf("signs %q", text)
		}
	}
}

func TestCosignerKeys(t *testing.T) {
	private, key, err := GenerateCosignerKey(rand.Reader, "w.example")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := CosignerVerifierKey(private); err != nil || again != key {
		t.Errorf("verifier key %q, %v; want %q", again, err, key)
	}
	for _, name := range []string{"", "a b", "a+b", "a\xff"} {
		if _, _, err := GenerateCosignerKey(rand.Reader, name); err == nil {
			t.Errorf("makes a key for %q", name)
		}
	}
	logPrivate, logKey, err := note.GenerateKey(rand.Reader, "w.example")
	if err != nil {
		t.Fatal(err)
	}
	material := strings.SplitN(key, "+", 3)[2]
	for _, bad := range []string{
		"", "+", "w.example", "w.example+" + material, logKey, key + "\n", key[1:], strings.Replace(key, "w.", "v.", 1), key + "AAAA",
		"w.example+0000000g+" + material, "w.example+00000000+" + material, "w.example+00000000+",
	} {
		if _, err := NewCosignatureVerifier(bad); err == nil {
			t.Errorf("verifier key %q is accepted", bad)
		}
	}
	for _, bad := range []string{"", key, logPrivate, private[:len(private)-4], strings.Replace(private, "w.", "v.", 1)} {
		if _, err := NewCosigner(bad, time.Now); err == nil {
			t.Errorf("private key %q is accepted", bad)
		}
		if _, err := CosignerVerifierKey(bad); err == nil {
			t.Errorf("private key %q has a verifier key", bad)
		}
	}
}

func FuzzCosignatureVerifier(f *testing.F) {
	_, key := testWitness(f, "w.example")
	f.Add(key)
	f.Add("w+00000000+BA==")
	f.Fuzz(func(t *testing.T, key string) {
		v, err := NewCosignatureVerifier(key)
		if err != nil {
			return
		}
		if again := verifierKeyText(v.Name(), keyCosignature, v.(*cosignatureVerifier).public); !strings.EqualFold(again, key) {
			t.Fatalf("%q is read as %q", key, again)
		}
	})
}
