// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/witness"
)

// TestWitnessedServer: a server with a trust policy has the registry cosigned soon
// after its start, and says so; the policy verifies what it leaves for others.
func TestWitnessedServer(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	key := a.registry.VerifierKey()
	h.close(a)
	s, err := witness.Open(witness.Config{
		Dir: t.TempDir(), Name: "w1.example", Logs: []string{key}, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	server := httptest.NewServer(s)
	defer server.Close()
	policy := "log " + key + "\nwitness w1.example " + s.VerifierKey() + " " + server.URL + "\nquorum w1.example\n"
	h.write("policy.txt", policy)
	h.config = h.write("counterfoil.yaml", strings.ReplaceAll(everywhere, "%s", "")+"registry: {policy: policy.txt}\n")
	r := h.run()
	defer r.end()
	c, err := control.Dial(t.Context(), h.data)
	if err != nil {
		t.Fatal(err)
	}
	var status control.LedgerStatus
	for limit := time.Now().Add(20 * time.Second); status.Registry.Quorum.Size == 0; {
		if time.Now().After(limit) {
			t.Fatalf("never cosigned: %+v", status.Registry)
		}
		status = ask[control.LedgerStatus](t, c, "/v1/ledger")
	}
	if q := status.Registry; q.Quorum.Size != q.Size || q.Covered == 0 || status.Overdue || !status.Healthy || status.Head == 0 {
		t.Errorf("%+v", status)
	}
	signed, err := os.ReadFile(filepath.Join(h.data, "registry", "cosigned"))
	if err != nil {
		t.Fatal(err)
	}
	auditor, err := counterfoil.ParsePolicy([]byte(policy))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := auditor.Check(signed); err != nil {
		t.Error(err)
	}
}

func ask[T any](t *testing.T, c *http.Client, path string) T {
	t.Helper()
	var out T
	resp, err := c.Get("http://counterfoil" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v", path, resp.StatusCode, err)
	}
	return out
}

// TestRotationReachesTheRegistry: the registry has the key before, the one after, and
// the end of the former one, in the node's own words.
func TestRotationReachesTheRegistry(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	s := service{a}
	old := a.ledger.VerifierKey()
	changed, err := s.RotateKey(t.Context(), control.WhichLog{})
	if err != nil || len(changed.VerifierKeys) != 2 || changed.VerifierKeys[1] != old || changed.Retired != "" {
		t.Fatalf("%+v, %v", changed, err)
	}
	if _, err := s.RotateKey(t.Context(), control.WhichLog{}); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("a second rotation: %v", err)
	}
	retired, err := s.RetireKey(t.Context(), control.WhichLog{})
	if err != nil || !slices.Equal(retired.VerifierKeys, changed.VerifierKeys[:1]) || retired.Retired != old {
		t.Fatalf("%+v, %v", retired, err)
	}
	if _, err := s.RetireKey(t.Context(), control.WhichLog{Registry: true}); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("the registry's key, which was not rotated: %v", err)
	}
	var events []string
	err = a.registry.Scan(t.Context(), 0, func(st ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(st.Raw)
		if err == nil && e.Key != nil {
			events = append(events, e.Key.Event)
			err = e.Key.CheckSignatures()
		}
		return err
	})
	if want := []string{counterfoil.KeyEnrolled, counterfoil.KeyRotated, counterfoil.KeyRetired}; err != nil || !slices.Equal(events, want) {
		t.Errorf("%v, %v", events, err)
	}
	h.close(a)
	h.verify()
}
