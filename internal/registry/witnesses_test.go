// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
)

func TestWitnessesCosign(t *testing.T) {
	w := newWorld(t)
	one, two := w.watch("w1.example"), w.watch("w2.example")
	w.policy += "group both all w1.example w2.example\nquorum both\n"
	r := w.open()
	w.round()
	w.grow()
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\nhead 2\ncosigned 3\n")
	w.check()
	signed, err := os.ReadFile(r.cosignedPath())
	if err != nil {
		t.Fatal(err)
	}
	auditor, err := counterfoil.ParsePolicy([]byte("log " + r.Log().VerifierKey() + "\n" + w.policy))
	if err != nil {
		t.Fatal(err)
	}
	if c, list, err := auditor.Check(signed); err != nil || len(list) != 2 || c.Size != 5 {
		t.Errorf("%+v, %v, %v", c, list, err)
	}
	asked := one.asked.Load() + two.asked.Load()
	w.round()
	if now := one.asked.Load() + two.asked.Load(); now != asked {
		t.Error("witnesses were asked again for a head they had cosigned")
	}
	s := w.status()
	if !s.Quorum.Asked || s.Quorum.Size != 5 || s.Quorum.Overdue || s.Overdue() || s.Witnesses[1].Size != 5 || !s.Quorum.Time.Equal(w.clock.Now()) {
		t.Errorf("%+v", s)
	}
	// A new process takes up from the file which sizes the witnesses know.
	w.reopen()
	asked = one.asked.Load()
	w.round()
	if now := one.asked.Load(); now != asked+1 {
		t.Errorf("%d requests where one belongs", now-asked)
	}
	w.check()
}

// TestWitnessDown: one witness is down. The others are asked, the log grows, what they
// gave is taken in; it shows, and when it is back no growth is needed.
func TestWitnessDown(t *testing.T) {
	w := newWorld(t)
	one, two := w.watch("w1.example"), w.watch("w2.example")
	w.policy += "group both all w1.example w2.example\nquorum both\n"
	r := w.open()
	w.round()
	good, err := os.ReadFile(r.cosignedPath())
	if err != nil {
		t.Fatal(err)
	}
	two.answer(down)
	w.grow()
	w.round()
	w.grow()
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\nhead 2\ncosigned 3\nhead 3\ncosigned 5\n")
	w.check()
	if now, err := os.ReadFile(r.cosignedPath()); err != nil || string(now) != string(good) {
		t.Error("a head without quorum took the place of one with it")
	}
	s := w.status()
	if s.Witnesses[0].Size != 7 || s.Witnesses[0].Problem != "" || s.Witnesses[1].Size != 3 || !strings.Contains(s.Witnesses[1].Problem, "502") {
		t.Errorf("%+v", s.Witnesses)
	}
	if s.Quorum.Size != 3 || s.Quorum.Overdue || !slices.Equal(s.Quorum.Missing, []string{"w2.example"}) {
		t.Errorf("%+v", s.Quorum)
	}
	w.clock.Advance(5 * time.Minute)
	if s = w.status(); !s.Quorum.Overdue || !s.Overdue() {
		t.Errorf("after five minutes: %+v", s.Quorum)
	}
	for range 3 {
		w.round()
	}
	if n := strings.Count(w.log.String(), "does not cosign"); n != 1 {
		t.Errorf("said %d times", n)
	}
	two.answer(nil)
	asked := one.asked.Load()
	w.round()
	if s = w.status(); s.Quorum.Size != 7 || s.Overdue() || s.Witnesses[1].Problem != "" || one.asked.Load() != asked {
		t.Errorf("%+v", s)
	}
	if !strings.Contains(w.log.String(), "cosigns again") {
		t.Error("the recovery was not said")
	}
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\nhead 2\ncosigned 3\nhead 3\ncosigned 5\n")
}

// TestWitnessesThatLie: nothing of theirs is kept, and the rest goes on.
func TestWitnessesThatLie(t *testing.T) {
	w := newWorld(t)
	honest, liar := w.watch("w1.example"), w.watch("w2.example")
	w.policy += "quorum w1.example\n"
	r := w.open()
	answer := func(status int, media, text string) http.HandlerFunc {
		return func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", media)
			rw.WriteHeader(status)
			io.WriteString(rw, text)
		}
	}
	for name, lie := range map[string]struct {
		answer  http.HandlerFunc
		problem string
		alarm   bool
	}{
		// Which of the two questions reaches the honest one first decides what is wrong.
		"another witness's cosignature": {honest.witness.ServeHTTP, "witness w2.example", false},
		"a line that is none":           {answer(200, "text/plain", "— w2.example AAAAAAAAAAAAAAAA\n"), "without a valid cosignature", false},
		"garbage":                       {answer(200, "text/plain", strings.Repeat("x", 70<<10)), "longer than", false},
		"a redirect":                    {http.RedirectHandler(honest.URL+"/add-checkpoint", http.StatusTemporaryRedirect).ServeHTTP, "307", false},
		"a larger size":                 {answer(409, "text/x.tlog.size", "4000\n"), "size 4000", true},
		"a refusal of every proof":      {answer(422, "text/plain", "no\n"), "consistency proof", true},
		"a smaller size again and again": {func(rw http.ResponseWriter, _ *http.Request) {
			answer(409, "text/x.tlog.size", "0\n")(rw, nil)
		}, "size 0", false},
	} {
		liar.answer(lie.answer)
		w.grow()
		w.round()
		s := w.status()
		if got := s.Witnesses[1]; !strings.Contains(got.Problem, lie.problem) || got.Alarm != lie.alarm || got.Size != 0 {
			t.Errorf("%s: %+v", name, got)
		}
		if s.Witnesses[0].Problem != "" || s.Quorum.Size != s.Size || s.Overdue() != lie.alarm {
			t.Errorf("%s: %+v", name, s)
		}
	}
	w.check()
	if strings.Contains(w.story(r.Log()), "4000") {
		t.Error("a lie was taken in")
	}
	if n := strings.Count(w.log.String(), "alarm"); n < 1 || n > 2 {
		t.Errorf("%d alarms", n)
	}
}

// TestRegistrySetBack: an older copy of the registry was put back and went on
// otherwise. The witness knows.
func TestRegistrySetBack(t *testing.T) {
	w := newWorld(t)
	w.watch("w1.example")
	w.policy += "quorum w1.example\n"
	w.open()
	w.round()
	for _, part := range []string{"registry", "registry-heads.db"} {
		copyPart(t, w.in(part), w.in("early-"+part))
	}
	for range 4 {
		w.grow()
		w.round()
	}
	newest, err := os.ReadFile(w.registry.cosignedPath())
	if err != nil {
		t.Fatal(err)
	}
	setBack := func() {
		t.Helper()
		if err := w.registry.Close(); err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"registry", "registry-heads.db"} {
			if err := os.RemoveAll(w.in(part)); err != nil {
				t.Fatal(err)
			}
			copyPart(t, w.in("early-"+part), w.in(part))
		}
	}
	setBack()
	w.grow()
	w.open()
	w.round()
	if s := w.status(); !s.Witnesses[0].Alarm || !s.Overdue() || s.Alarm != "" {
		t.Errorf("%+v", s)
	}
	for range 6 { // it grows past what the witness has seen
		w.grow()
		w.round()
	}
	if s := w.status(); !s.Witnesses[0].Alarm || s.Witnesses[0].Problem == "" {
		t.Errorf("the alarm passes by itself: %+v", s)
	}
	setBack() // with the newest cosigned head left beside it
	if err := os.WriteFile(w.registry.cosignedPath(), newest, 0o600); err != nil {
		t.Fatal(err)
	}
	w.open()
	if s := w.status(); !strings.Contains(s.Alarm, "set back") || !s.Overdue() {
		t.Errorf("%+v", s)
	}
}

// TestNothingWaitsForWitnesses: while a witness lets a round hang, the node's log
// grows, keys are rotated and the status is told; a stop ends the round.
func TestNothingWaitsForWitnesses(t *testing.T) {
	w := newWorld(t)
	v := w.watch("w1.example")
	w.policy += "quorum w1.example\n"
	r := w.open()
	hanging, release := make(chan struct{}), make(chan struct{})
	v.answer(func(http.ResponseWriter, *http.Request) {
		close(hanging)
		<-release
	})
	defer close(release)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Round(ctx) }()
	<-hanging
	for range 100 {
		w.grow()
	}
	if _, err := w.node.RotateKey(t.Context()); err != nil {
		t.Error(err)
	}
	if err := r.TakeKeys(t.Context()); err != nil {
		t.Error(err)
	}
	if s := w.status(); s.Covered != 1 || s.Size != 4 {
		t.Errorf("%+v", s)
	}
	select {
	case err := <-ended:
		t.Fatalf("the round ended: %v", err)
	default:
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if s := w.status(); s.Problem != "" || s.Witnesses[0].Problem != "" {
		t.Errorf("a stop counts as a failure: %+v", s)
	}
}

// TestPolicyOfAnotherLog: a policy that names logs and not this one is worth a word.
func TestPolicyOfAnotherLog(t *testing.T) {
	w := newWorld(t)
	w.watch("w1.example")
	key := w.registry.Log().VerifierKey()
	w.policy += "quorum none\n"
	w.open()
	if err := w.registry.Close(); err != nil {
		t.Fatal(err)
	}
	w.policy += "log " + w.node.VerifierKey() + "\n"
	w.open()
	if n := strings.Count(w.log.String(), "log "+key); n != 1 {
		t.Errorf("said %d times", n)
	}
	if err := w.registry.Close(); err != nil {
		t.Fatal(err)
	}
	w.policy += "log " + key + "\n"
	w.open()
	if n := strings.Count(w.log.String(), "log "+key); n != 1 {
		t.Errorf("said %d times", n)
	}
}

// TestWitnessOfAFormerPolicy: a head that only witnesses no longer named have cosigned
// is not entered as a cosigned one.
func TestWitnessOfAFormerPolicy(t *testing.T) {
	w := newWorld(t)
	w.watch("w1.example")
	w.policy += "quorum w1.example\n"
	w.open()
	w.round()
	w.policy = "quorum none\n"
	r := w.reopen()
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\nboot\nhead 2\n")
	if s := w.status(); s.Quorum.Asked || s.Overdue() {
		t.Errorf("%+v", s)
	}
}
