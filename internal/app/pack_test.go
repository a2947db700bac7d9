// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
)

// TestPackOfANode: a pack comes out of the service as a whole file for its owner
// alone, its disclosure is in the ledger, and a failure leaves nothing behind.
func TestPackOfANode(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	ids := map[counterfoil.ID]bool{}
	for range 20 {
		ids[intend(t, a)] = true
	}
	q := control.NewPack{
		Since: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour), Disclose: "interactions", File: filepath.Join(h.dir, "pack.zip"),
	}
	p, err := (service{a}).CreatePack(t.Context(), q, func(uint64, uint64) {})
	if err != nil || p.Disclosed != 20 || p.Intents != 20 || p.Open != 20 {
		t.Fatalf("%+v, %v", p, err)
	}
	info, err := os.Stat(q.File)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != p.Bytes {
		t.Errorf("%v, %v", info, err)
	}
	z, err := zip.OpenReader(q.File)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	disclosed := 0
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".bin") {
			disclosed++
		}
	}
	if disclosed != 20 {
		t.Errorf("%d texts are in it", disclosed)
	}
	recorded := 0
	for _, e := range entries(t, a, counterfoil.KindAccess) {
		if e.Access.Action == "exported" && ids[e.Access.Target] && e.Actor.IsZero() {
			recorded++
		}
	}
	if recorded != 20 {
		t.Errorf("%d disclosures are recorded", recorded)
	}
	for name, change := range map[string]func(*control.NewPack){
		"the file is there":  func(*control.NewPack) {},
		"a relative path":    func(q *control.NewPack) { q.File = "pack.zip" },
		"nothing to pack":    func(q *control.NewPack) { q.File += "2"; q.Since = q.Until.Add(-time.Second) },
		"no such folder":     func(q *control.NewPack) { q.File += "/x/pack.zip" },
		"an unknown system":  func(q *control.NewPack) { q.File += "2"; q.System = "nobody" },
		"an unknown signer":  func(q *control.NewPack) { q.File += "2"; q.SignWith = h.data },
		"a disclosure of no": func(q *control.NewPack) { q.File += "2"; q.Disclose = "" },
	} {
		wrong := q
		change(&wrong)
		if _, err := (service{a}).CreatePack(t.Context(), wrong, func(uint64, uint64) {}); err == nil {
			t.Errorf("%s: a pack was made", name)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(h.dir, "*pack*")); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}
