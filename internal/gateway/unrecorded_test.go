// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/fakeprovider"
	"github.com/counterfoil/counterfoil/internal/gap"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// openStage is a stage whose journal takes nothing, with providers that are
// bounded-open and a real counter.
type openStage struct {
	*stage
	count *gap.Counter
	now   *clock.Set
}

func newOpenStage(t *testing.T, b gap.Bounds, cause error) *openStage {
	t.Helper()
	s := &openStage{stage: newStage(t, ""), now: clock.NewSet(time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC))}
	dir := t.TempDir()
	quiet := slog.New(slog.DiscardHandler)
	log, err := ledger.Open(t.Context(), ledger.Config{
		Dir: filepath.Join(dir, "ledger"), HeadsPath: filepath.Join(dir, "heads.db"), KeyPath: filepath.Join(dir, "node.key"), Clock: s.now, Log: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.count, err = gap.Open(t.Context(), gap.Config{Path: filepath.Join(dir, "gaps"), Ledger: log, Clock: s.now, Log: quiet}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.count.Close(t.Context()), log.Close()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	s.gaps = s.count
	s.journal.fail = func(*counterfoil.Entry) error { return fmt.Errorf("append: %w", cause) }
	for _, p := range s.state.Providers {
		p.Unrecorded = b
	}
	return s
}

// wantCounted demands how many requests left unrecorded, and no entry.
func (s *openStage) wantCounted(n uint64) {
	s.t.Helper()
	var sum uint64
	for _, g := range s.count.Unstated() {
		sum += g.Requests
	}
	if sum != n || len(s.journal.entries()) != 0 {
		s.t.Errorf("%d requests are counted, want %d; %d entries", sum, n, len(s.journal.entries()))
	}
}

var aFew = gap.Bounds{Requests: 3, Within: time.Minute}

// TestOnlyTheRecordIsMissing: what leaves unrecorded is masked and restored like
// everything, and says that it is unrecorded.
func TestOnlyTheRecordIsMissing(t *testing.T) {
	said := "Write to " + anEmail + ", card " + aCard
	for reason, cause := range map[string]error{"ledger_full": ErrFull, "ledger_busy": ErrBusy} {
		for _, surface := range surfaces {
			for _, stream := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %s stream=%v", reason, surface.name, stream), func(t *testing.T) {
					s := newOpenStage(t, aFew, cause)
					got := s.post(surface.path, prompt("echo", said, stream))
					if got.status != http.StatusOK || got.err != nil || text(got.body) != said {
						t.Fatalf("status %d, %v: %s", got.status, got.err, got.body)
					}
					if got.header.Get(headerUnrecorded) != reason || got.header.Get(headerInteraction) != "" {
						t.Errorf("header %v", got.header)
					}
					if body := s.provider.Dumps()[0].Body; bytes.Contains(body, []byte(anEmail)) || !bytes.Contains(body, []byte("[EMAIL_1]")) {
						t.Errorf("left: %s", body)
					}
					s.wantCounted(1)
				})
			}
		}
	}
}

// TestPolicyHoldsUnrecorded: what is blocked stays here and is not counted, and
// what stops an answer stops it.
func TestPolicyHoldsUnrecorded(t *testing.T) {
	s := newOpenStage(t, aFew, ErrFull)
	if got := s.post("/openai/v1/chat/completions", prompt("echo", "my key is "+aToken, false)); got.status != http.StatusServiceUnavailable || len(s.provider.Dumps()) != 0 {
		t.Errorf("status %d, %d requests left: %s", got.status, len(s.provider.Dumps()), got.body)
	}
	s.wantCounted(0)
	for _, stream := range []bool{false, true} {
		got := s.post("/openai/v1/chat/completions", prompt("secret", "hi", stream))
		if strings.Contains(got.body, fakeprovider.SecretToken) || strings.Contains(got.body, headerInteraction) {
			t.Errorf("stream=%v: %s", stream, got.body)
		}
		if !stream && (got.status != http.StatusForbidden || got.header.Get(headerUnrecorded) == "" || !strings.Contains(got.body, "no record")) {
			t.Errorf("status %d: %s", got.status, got.body)
		}
	}
	s.wantCounted(2)
}

// TestBoundsHoldBack: the refusal says which bound is used up.
func TestBoundsHoldBack(t *testing.T) {
	for says, use := range map[string]func(*openStage){
		"fail.requests": func(s *openStage) {
			for range 3 {
				s.post("/openai/v1/chat/completions", prompt("echo", "hi", false))
			}
		},
		"fail.seconds": func(s *openStage) {
			s.post("/openai/v1/chat/completions", prompt("echo", "hi", false))
			s.now.Advance(time.Minute)
		},
	} {
		t.Run(says, func(t *testing.T) {
			s := newOpenStage(t, aFew, ErrFull)
			use(s)
			left := len(s.provider.Dumps())
			got := s.post("/openai/v1/chat/completions", prompt("echo", "hi", false))
			if got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, says) || got.header.Get("Retry-After") == "" || got.header.Get(headerUnrecorded) != "" {
				t.Errorf("status %d, %v: %s", got.status, got.header, got.body)
			}
			if n := len(s.provider.Dumps()); n != left {
				t.Errorf("%d requests left, %d may", n, left)
			}
			s.wantCounted(uint64(left))
		})
	}
}

// TestConcurrentRequestsKeepToTheBound: as many leave as are counted.
func TestConcurrentRequestsKeepToTheBound(t *testing.T) {
	s := newOpenStage(t, gap.Bounds{Requests: 25, Within: time.Minute}, ErrBusy)
	var answered atomic.Int64
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if s.post("/openai/v1/chat/completions", prompt("echo", "hi", false)).status == http.StatusOK {
				answered.Add(1)
			}
		})
	}
	all.Wait()
	if n := len(s.provider.Dumps()); n != 25 || answered.Load() != 25 {
		t.Errorf("%d left, %d were answered", n, answered.Load())
	}
	s.wantCounted(25)
}

// TestClientsDoNotChoose: whatever a client says, a closed provider stays closed,
// also beside one that is open; and no other failure than the two opens one.
func TestClientsDoNotChoose(t *testing.T) {
	s := newOpenStage(t, aFew, ErrFull)
	s.state.Providers["openai"].Unrecorded = gap.Bounds{}
	req, err := http.NewRequest(http.MethodPost, s.url+"/openai/v1/chat/completions?fail=bounded-open", strings.NewReader(prompt("echo", "hi", false)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{
		"Content-Type": {"application/json"}, "Authorization": {"Bearer " + s.key},
		headerUnrecorded: {"ledger_full"}, "Counterfoil-Fail": {"bounded-open"}, "Counterfoil-Provider": {"anthropic"},
	}
	if got := s.do(req); got.status != http.StatusServiceUnavailable || got.header.Get(headerUnrecorded) != "" {
		t.Errorf("status %d: %v", got.status, got.header)
	}
	s.journal.fail = func(*counterfoil.Entry) error { return errors.New("the ledger stopped after a failed write") }
	if got := s.post("/anthropic/v1/messages", prompt("echo", "hi", false)); got.status != http.StatusServiceUnavailable {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if n := len(s.provider.Dumps()); n != 0 {
		t.Errorf("%d requests left", n)
	}
	s.wantCounted(0)
}

// falseWitness is a provider that calls its answer unrecorded.
type falseWitness struct{}

func (falseWitness) RoundTrip(*http.Request) (*http.Response, error) {
	resp, err := canned(`{"choices":[]}`).RoundTrip(nil)
	resp.Header.Set(headerUnrecorded, "ledger_full")
	resp.Header.Set(headerInteraction, "none")
	return resp, err
}

// TestTheHeaderIsTheGatewaysOwn: neither side can send it through.
func TestTheHeaderIsTheGatewaysOwn(t *testing.T) {
	s := newStage(t, "")
	req, err := http.NewRequest(http.MethodPost, s.url+"/openai/v1/chat/completions", strings.NewReader(prompt("echo", "hi", false)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + s.key}, headerUnrecorded: {"yes"}}
	if got := s.do(req); got.status != http.StatusOK || s.provider.Dumps()[0].Header.Get(headerUnrecorded) != "" {
		t.Errorf("status %d, forwarded %v", got.status, s.provider.Dumps()[0].Header)
	}
	s.state.Providers["openai"].Transport = falseWitness{}
	got := s.post("/openai/v1/chat/completions", prompt("echo", "hi", false))
	if got.status != http.StatusOK || got.header.Get(headerUnrecorded) != "" || got.header.Get(headerInteraction) == "none" {
		t.Errorf("status %d, %v", got.status, got.header)
	}
}

// TestUnrecordedStaysUnrecorded: a ledger that recovers before the answer gets no
// outcome without an intent, however the interaction ends.
func TestUnrecordedStaysUnrecorded(t *testing.T) {
	for _, model := range []string{"echo", "500", "cut", "garbage"} {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s stream=%v", model, stream), func(t *testing.T) {
				s := newOpenStage(t, aFew, ErrFull)
				s.journal.fail = func(e *counterfoil.Entry) error {
					if e.Outcome == nil {
						return ErrFull
					}
					return nil
				}
				if got := s.post("/openai/v1/chat/completions", prompt(model, "hello there", stream)); got.header.Get(headerUnrecorded) == "" {
					t.Errorf("status %d, %v: %s", got.status, got.header, got.body)
				}
				s.wantCounted(1)
			})
		}
	}
}

// TestAnOutcomeIsOwedOnceTheIntentStands: the mode is about intents only.
func TestAnOutcomeIsOwedOnceTheIntentStands(t *testing.T) {
	s := newOpenStage(t, aFew, ErrFull)
	s.journal.fail = func(e *counterfoil.Entry) error {
		if e.Kind == counterfoil.KindOutcome {
			return ErrFull
		}
		return nil
	}
	if got := s.post("/openai/v1/chat/completions", prompt("echo", "hi", false)); got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "withheld") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if n := len(s.count.Unstated()); n != 0 {
		t.Errorf("%d gaps", n)
	}
}
