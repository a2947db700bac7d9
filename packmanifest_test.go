// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// manifestSigner signs manifests with a key that is the same each time.
func manifestSigner(t testing.TB) (note.Signer, string) {
	t.Helper()
	private, verifier, err := note.GenerateKey(rand.NewChaCha8([32]byte{9}), "counterfoil/0badcafe")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier
}

func manifestOf(verifier string) (PackManifest, []PackFile) {
	head := PackHead{Origin: "counterfoil/0badcafe", Verifier: verifier, Size: 40, Root: tlog.Hash{1}}
	return PackManifest{
		Version: 1, Form: PackSelectionForm, Log: head, Registry: &head, Signer: verifier,
		Range:  PackRange{From: 3, To: 40, Since: time.Unix(1_790_000_000, 0).UTC(), Until: time.Unix(1_790_000_100, 5).UTC()},
		System: &PackSystem{ID: ID{1}, Slug: "a<b"}, Disclosed: "records", Counts: PackCounts{Entries: 2, Intents: 1, Payloads: PackPayloadCounts{Withheld: 1}},
		Absent: []string{"other_entries", "payloads_withheld"},
	}, []PackFile{{"b", Hash{2}}, {"a", Hash{1}}}
}

// signText makes a manifest of a statement as it stands.
func signText(t testing.TB, statement string) []byte {
	t.Helper()
	signer, verifier := manifestSigner(t)
	sig, err := signer.Sign(EnvelopeText(packPayloadType, []byte(statement)))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(packEnvelope{
		Payload: base64.StdEncoding.EncodeToString([]byte(statement)), PayloadType: packPayloadType,
		Signatures: []packSignature{{envelopeKeyID(verifier), base64.StdEncoding.EncodeToString(sig)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func signedManifest(t testing.TB) []byte {
	t.Helper()
	signer, verifier := manifestSigner(t)
	m, files := manifestOf(verifier)
	raw, err := m.Sign(files, func(kind string, payload []byte) ([]byte, error) { return signer.Sign(EnvelopeText(kind, payload)) })
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestPackManifest(t *testing.T) {
	_, verifier := manifestSigner(t)
	want, _ := manifestOf(verifier)
	got, files, err := ParsePackManifest(signedManifest(t))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(files, []PackFile{{"a", Hash{1}}, {"b", Hash{2}}}) {
		t.Errorf("%+v, %v", got, files)
	}
}

// statementOf is what the signed manifest's envelope carries.
func statementOf(t testing.TB) string {
	t.Helper()
	var env packEnvelope
	if err := json.Unmarshal(signedManifest(t), &env); err != nil {
		t.Fatal(err)
	}
	b, err := base64.StdEncoding.DecodeString(env.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestPackManifestOneReading: what two readers of JSON could take in two ways is refused,
// although it is signed.
func TestPackManifestOneReading(t *testing.T) {
	whole := statementOf(t)
	if _, _, err := ParsePackManifest(signText(t, whole)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"member twice":        {`"version":1`, `"version":1,"version":1`},
		"another spelling":    {`"version":1`, `"Version":1`},
		"member missing":      {`"earlier":0,`, ``},
		"unknown member":      {`"version":1`, `"version":1,"more":1`},
		"null":                {`"version":1`, `"version":null`},
		"object for a number": {`"version":1`, `"version":{}`},
		"array for an object": {`"payloads":{`, `"payloads":[`},
		"fraction":            {`"version":1`, `"version":1.0`},
		"below zero":          {`"intents":1`, `"intents":-1`},
		"something follows":   {`"_type"`, `"_type"`},
		"not UTF-8":           {`"slug":"a`, "\"slug\":\"\xff"},
		"other version":       {`"version":1`, `"version":2`},
		"other statement":     {`Statement/v1`, `Statement/v0`},
		"other predicate":     {`pack/v1`, `pack/v2`},
		"unknown form":        {`"form":"selection"`, `"form":"all"`},
		"form without system": {`"form":"selection"`, `"form":"range"`},
		"range above the log": {`"to":40`, `"to":41`},
		"empty range":         {`"from":3`, `"from":40`},
		"not UTC":             {`:00.000000005Z`, `:00+02:00`},
		"unknown disclosure":  {`"disclosed":"records"`, `"disclosed":"some"`},
		"unknown absence":     {`"other_entries"`, `"nothing"`},
		"absence that falls":  {`["other_entries","payloads_withheld"]`, `["payloads_withheld","other_entries"]`},
		"files that fall":     {`{"name":"a"`, `{"name":"c"`},
		"names itself":        {`{"name":"b"`, `{"name":"manifest.json"`},
		"key of no log":       {`"verifier":"counterfoil/0badcafe+`, `"verifier":"counterfoil/0badcafe`},
		"digest in capitals":  {`"sha256":"01`, `"sha256":"0A`},
	} {
		text := strings.Replace(whole, change[0], change[1], 1)
		if name == "something follows" {
			text += "{}"
		} else if text == whole {
			t.Errorf("%s: the statement has no %s: %s", name, change[0], whole)
		}
		if _, _, err := ParsePackManifest(signText(t, text)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func FuzzPackManifest(f *testing.F) {
	raw := signedManifest(f)
	f.Add(raw)
	f.Add(raw[:len(raw)-1])
	f.Add([]byte(`{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, files, err := ParsePackManifest(raw)
		if err == nil && (m.Range.From >= m.Range.To || m.Version != 1 || len(files) != 2) {
			t.Errorf("%+v, %v", m, files)
		}
		var st packStatement
		if strictJSON(raw, &st) == nil { // what passes means the same to a lenient reader
			var lenient packStatement
			if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&lenient); err != nil || !reflect.DeepEqual(st, lenient) {
				t.Errorf("%+v, %+v, %v", st, lenient, err)
			}
		}
	})
}
