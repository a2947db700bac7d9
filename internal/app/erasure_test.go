// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/evidence"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/interaction"
)

// The two administrators of these tests, and how they prove it.
var (
	ruth = control.Proof{As: "ruth@example.com", Password: "a passphrase of ruth 1"}
	noor = control.Proof{As: "noor@example.com", Password: "a passphrase of noor 2"}
)

// administer makes both administrators.
func administer(t *testing.T, a *App) {
	t.Helper()
	var first identity.PersonID
	for _, p := range []control.Proof{ruth, noor} {
		who, err := a.accounts.CreateAdministrator(t.Context(), first, accounts.NewAdministrator{Email: p.As, Name: "An Administrator", Password: p.Password})
		if err != nil {
			t.Fatal(err)
		}
		first = who.ID
	}
}

// keyOf makes a key of a person and returns the person's id and the secret.
func keyOf(t *testing.T, a *App, email string) (counterfoil.ID, string) {
	t.Helper()
	if _, ok := a.roll.Snapshot().SystemBySlug("helpdesk"); !ok {
		addSystem(t, a, "Helpdesk")
	}
	k, err := service{a}.CreateKey(t.Context(), control.NewKey{System: "helpdesk", Person: email})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := a.roll.Snapshot().PersonByEmail(email)
	return counterfoil.ID(p.ID), k.Secret
}

// converse records an interaction of a person, with its answer.
func converse(t *testing.T, a *App, person counterfoil.ID, text string) counterfoil.ID {
	t.Helper()
	id, end := begin(t, a, person, text)
	end()
	return id
}

// begin records an intent; end records its outcome.
func begin(t *testing.T, a *App, person counterfoil.ID, text string) (id counterfoil.ID, end func()) {
	t.Helper()
	now := a.clock.Now()
	id = counterfoil.NewTimeID(now)
	request, err := interaction.Encode(&interaction.Request{Method: "POST", Path: "/v1/chat/completions", Model: "small-1", Body: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	record := func(e *counterfoil.Entry, payload []byte) {
		if _, err := (interactions{a}).Record(t.Context(), e, person, payload); err != nil {
			t.Fatal(err)
		}
	}
	record(&counterfoil.Entry{
		Kind: counterfoil.KindIntent, ID: id, Actor: person, Time: now.UnixMicro(),
		Intent: &counterfoil.Intent{Provider: "sandbox", Dialect: "openai", Operation: "chat", Decision: counterfoil.Decision{Effect: counterfoil.EffectAllow}},
	}, request)
	return id, func() {
		answer, err := interaction.Encode(&interaction.Answer{Body: []byte(text + " answered")})
		if err != nil {
			t.Fatal(err)
		}
		record(&counterfoil.Entry{
			Kind: counterfoil.KindOutcome, ID: id, Time: a.clock.Now().UnixMicro(),
			Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAnswered, Status: 200},
		}, answer)
	}
}

func nothing(_, _ uint64) {}

// request asks for an erasure as Ruth.
func request(t *testing.T, a *App, q control.NewErasure) control.Erasure {
	t.Helper()
	q.Proof, q.Basis, q.Reason = ruth, "data_subject_request", "case 7"
	out, err := service{a}.RequestErasure(t.Context(), q, nothing)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// erase asks as Ruth and approves as Noor.
func erase(t *testing.T, a *App, q control.NewErasure) control.Erasure {
	t.Helper()
	out, err := service{a}.ApproveErasure(t.Context(), request(t, a, q).ID, noor, nothing)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// states are how the payloads of an interaction show.
func states(t *testing.T, a *App, id counterfoil.ID) evidence.PayloadState {
	t.Helper()
	if err := a.awaitAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := a.evidence.Interaction(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return v.Payload
}

var (
	readable = evidence.PayloadState{Request: evidence.StateReadable, Answer: evidence.StateReadable}
	erased   = evidence.PayloadState{Request: evidence.StateErased, Answer: evidence.StateErased}
)

// erasures are the erasure entries of the ledger.
func erasures(t *testing.T, a *App) []*counterfoil.Entry {
	return entries(t, a, counterfoil.KindErasure)
}

func TestErasePerson(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, secret := keyOf(t, a, "ada.lovelace@example.com")
	bob, bobs := keyOf(t, a, "bob@example.com")
	his, hers := converse(t, a, bob, "his text"), converse(t, a, ada, "her text")
	underway, end := begin(t, a, ada, "under way")

	asked := request(t, a, control.NewErasure{Person: "Ada.Lovelace@example.com"})
	if p := asked.Preview; asked.State != "waiting" || p.Payloads != 5 || p.VirtualKeys != 1 || p.WrappingKeys != 2 {
		t.Errorf("request: %s, would take %+v", asked.State, p) // 3 texts, key and the request itself; the personal fields lie inside the record
	}
	done, err := service{a}.ApproveErasure(t.Context(), asked.ID, noor, nothing)
	if err != nil {
		t.Fatal(err)
	}
	end() // the answer comes after all

	if done.State != "done" || len(done.Entries) != 1 || done.Reason != "" || done.Email != "" || done.RequestedBy != ruth.As || done.DecidedBy != noor.As {
		t.Errorf("afterwards the request shows as %+v", done)
	}
	list := erasures(t, a)
	if len(list) != 1 {
		t.Fatalf("%d erasure entries", len(list))
	}
	b := list[0].Erasure
	// With the approval, and the version of the key that says it is revoked.
	if b.Scope != "person" || b.Subject != ada || b.Basis != "data_subject_request" || len(b.Keys) != 2 || b.Payloads != 7 || b.Request.String() != asked.ID ||
		b.Approver.IsZero() || b.Approver == list[0].Actor {
		t.Errorf("erasure entry %+v", b)
	}
	if got := states(t, a, hers); got != erased {
		t.Errorf("her interaction: %+v", got)
	}
	if got := states(t, a, underway); got.Request != evidence.StateErased || got.Answer != evidence.StateNone {
		t.Errorf("her interaction under way: %+v", got)
	}
	if got := states(t, a, his); got != readable {
		t.Errorf("another person's: %+v", got)
	}
	s := a.state.Load().Snapshot
	if _, err := s.Resolve(secret, a.clock.Now()); err == nil {
		t.Error("her key still opens something")
	}
	if _, err := s.Resolve(bobs, a.clock.Now()); err != nil {
		t.Errorf("his key: %v", err)
	}
	if _, ok := s.Person(identity.PersonID(ada)); ok {
		t.Error("she is still registered")
	}
	for _, id := range []string{ada.String(), "ada.lovelace@example.com"} {
		_, err := service{a}.RequestErasure(t.Context(), control.NewErasure{Proof: ruth, Person: id, Basis: "court_order", Reason: "again"}, nothing)
		if fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("erase %s again: %v", id, err)
		}
	}
	if again, _ := keyOf(t, a, "ada.lovelace@example.com"); again == ada {
		t.Error("the same person again, not a new one")
	}
	h.close(a)
	if r := h.verify(); r.Erased != 7 {
		t.Errorf("the verifier counts %d payloads as erased", r.Erased)
	}
	reopened := h.open()
	if got := states(t, reopened, his); got != readable {
		t.Errorf("after a start, another person's: %+v", got)
	}
	if _, err := reopened.accounts.Authenticate(t.Context(), ruth.As, ruth.Password); err != nil {
		t.Errorf("after a start, an administrator: %v", err)
	}
}

func TestEraseInteraction(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	kept, gone := converse(t, a, ada, "kept"), converse(t, a, ada, "gone")
	open, end := begin(t, a, ada, "under way")
	_, err := service{a}.RequestErasure(t.Context(), control.NewErasure{Proof: ruth, Interaction: open.String(), Basis: "court_order", Reason: "case"}, nothing)
	if fault.KindOf(err) != fault.KindConflict {
		t.Errorf("one under way: %v", err)
	}
	end()
	erase(t, a, control.NewErasure{Interaction: gone.String()})
	b := erasures(t, a)[0].Erasure
	if b.Payloads != 2 || !slices.Equal(b.Targets, []counterfoil.ID{gone}) || len(b.Keys) != 0 {
		t.Errorf("erasure entry %+v", b)
	}
	for id, want := range map[counterfoil.ID]evidence.PayloadState{kept: readable, open: readable, gone: erased} {
		if got := states(t, a, id); got != want {
			t.Errorf("interaction %s: %+v, want %+v", id, got, want)
		}
	}
	h.close(a)
	if r := h.verify(); r.Erased != 2 {
		t.Errorf("the verifier counts %d payloads as erased", r.Erased)
	}
	again := h.open()
	if got := states(t, again, gone); got != erased {
		t.Errorf("after a start: %+v", got)
	}
}

func TestEraseBefore(t *testing.T) {
	h := newHouse(t)
	now := clock.NewSet(time.Date(2026, 9, 10, 12, 0, 0, 0, time.UTC))
	a := h.openAt(now)
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	var ids []counterfoil.ID
	for range 3 { // September to November
		ids = append(ids, converse(t, a, ada, "text"))
		now.Advance(31 * 24 * time.Hour)
	}
	out := erase(t, a, control.NewErasure{Before: time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC)})
	if out.State != "done" || out.Payloads != 4 {
		t.Errorf("%+v", out)
	}
	for i, want := range []evidence.PayloadState{erased, erased, readable} {
		if got := states(t, a, ids[i]); got != want {
			t.Errorf("month %d: %+v, want %+v", i, got, want)
		}
	}
	if _, ok := a.roll.Snapshot().PersonByEmail("ada@example.com"); !ok {
		t.Error("a date of interactions erased a record")
	}
	h.close(a)
	h.verify()
}

// TestErasureIsGuarded: who may not, cannot.
func TestErasureIsGuarded(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	const password = "a passphrase of ada 3"
	if err := a.accounts.SetPassword(t.Context(), operator, identity.PersonID(ada), password); err != nil {
		t.Fatal(err)
	}
	hers := control.Proof{As: "ada@example.com", Password: password}
	s := service{a}
	asked := request(t, a, control.NewErasure{Person: ada.String()})
	kept := converse(t, a, ada, "kept")
	ask := func(p control.Proof, q control.NewErasure) error {
		q.Proof = p
		if q.Basis == "" {
			q.Basis, q.Reason = "court_order", "case"
		}
		_, err := s.RequestErasure(t.Context(), q, nothing)
		return err
	}
	approve := func(id string, p control.Proof) error {
		_, err := s.ApproveErasure(t.Context(), id, p, nothing)
		return err
	}
	unknown := counterfoil.NewID().String()
	person, _ := a.roll.Snapshot().PersonByEmail(ruth.As)
	for name, c := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"approve with a wrong password":       {approve(asked.ID, control.Proof{As: noor.As, Password: "wrong"}), fault.KindForbidden},
		"approve as nobody":                   {approve(asked.ID, control.Proof{As: "x@example.com", Password: "wrong"}), fault.KindForbidden},
		"approve without the role":            {approve(asked.ID, hers), fault.KindForbidden},
		"approve what one asked for":          {approve(asked.ID, ruth), fault.KindForbidden},
		"approve what nobody asked for":       {approve(unknown, noor), fault.KindNotFound},
		"approve a person as if a request":    {approve(person.ID.String(), noor), fault.KindNotFound},
		"approve what is no id":               {approve("../../x", noor), fault.KindInvalid},
		"request without the role":            {ask(hers, control.NewErasure{Person: noor.As}), fault.KindForbidden},
		"request with a wrong password":       {ask(control.Proof{As: ruth.As, Password: noor.Password}, control.NewErasure{Person: noor.As}), fault.KindForbidden},
		"request for nobody":                  {ask(ruth, control.NewErasure{}), fault.KindInvalid},
		"request for two at once":             {ask(ruth, control.NewErasure{Person: noor.As, Interaction: kept.String()}), fault.KindInvalid},
		"request for somebody unknown":        {ask(ruth, control.NewErasure{Person: "x@example.com"}), fault.KindNotFound},
		"request for an unknown id":           {ask(ruth, control.NewErasure{Person: unknown}), fault.KindNotFound},
		"request for an unknown interaction":  {ask(ruth, control.NewErasure{Interaction: unknown}), fault.KindNotFound},
		"request for the future":              {ask(ruth, control.NewErasure{Before: time.Now().Add(time.Hour)}), fault.KindInvalid},
		"request on a basis that is no code":  {ask(ruth, control.NewErasure{Person: ada.String(), Basis: "Because!", Reason: "x"}), fault.KindInvalid},
		"request without a reason":            {ask(ruth, control.NewErasure{Person: ada.String(), Basis: "court_order", Reason: " "}), fault.KindInvalid},
		"hold without the role":               {errOf(s.PlaceHold(t.Context(), control.NewHold{Proof: hers, Everything: true, Reason: "x"})), fault.KindForbidden},
		"administrator added by nobody":       {errOf(s.AddAdministrator(t.Context(), control.NewAdministrator{Proof: hers, Email: "n@example.com", NewPassword: "long enough words 4"})), fault.KindForbidden},
		"release of a hold that is not there": {errOf(s.ReleaseHold(t.Context(), unknown, noor)), fault.KindNotFound},
	} {
		if fault.KindOf(c.err) != c.kind || c.err == nil {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	if n := len(erasures(t, a)); n != 0 {
		t.Errorf("%d erasures", n)
	}
	if got := states(t, a, kept); got != readable {
		t.Errorf("kept: %+v", got)
	}
	refused := 0
	for _, e := range entries(t, a, counterfoil.KindAccess) {
		if strings.HasSuffix(e.Access.Action, "_refused") {
			refused++
		}
	}
	if refused != 3 {
		t.Errorf("%d wrong passwords are in the ledger, 3 were tried", refused)
	}
}

func errOf[T any](_ T, err error) error { return err }

// TestWrongPasswordsAreCounted: the right one is not looked at any more.
func TestWrongPasswordsAreCounted(t *testing.T) {
	a := newHouse(t).open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	asked := request(t, a, control.NewErasure{Person: ada.String()})
	for range accounts.AccountAttempts {
		if _, err := (service{a}).ApproveErasure(t.Context(), asked.ID, control.Proof{As: noor.As, Password: "wrong"}, nothing); fault.KindOf(err) != fault.KindForbidden {
			t.Fatal(err)
		}
	}
	_, err := service{a}.ApproveErasure(t.Context(), asked.ID, noor, nothing)
	if fault.KindOf(err) != fault.KindUnavailable || !strings.Contains(err.Error(), "15 minutes") {
		t.Errorf("the right password after too many wrong ones: %v", err)
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	a := newHouse(t).open()
	administer(t, a)
	first := request(t, a, control.NewErasure{Person: noor.As})
	second, err := service{a}.RequestErasure(t.Context(), control.NewErasure{Proof: noor, Person: ruth.As, Basis: "contract_end", Reason: "x"}, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (service{a}).ApproveErasure(t.Context(), first.ID, noor, nothing); err != nil { // one's own, asked for by another
		t.Fatal(err)
	}
	if _, err := (service{a}).ApproveErasure(t.Context(), second.ID, ruth, nothing); err == nil {
		t.Error("the last administrator was erased")
	}
	_, err = service{a}.RequestErasure(t.Context(), control.NewErasure{Proof: ruth, Person: ruth.As, Basis: "contract_end", Reason: "x"}, nothing)
	if fault.KindOf(err) != fault.KindConflict {
		t.Errorf("a request for the last one: %v", err)
	}
}

func TestRejectedAndDecidedOnce(t *testing.T) {
	a := newHouse(t).open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	text := converse(t, a, ada, "text")
	asked := request(t, a, control.NewErasure{Person: ada.String()})
	out, err := service{a}.RejectErasure(t.Context(), asked.ID, ruth) // whoever asked withdraws
	if err != nil || out.State != "rejected" {
		t.Fatalf("%+v, %v", out, err)
	}
	if _, err := (service{a}).ApproveErasure(t.Context(), asked.ID, noor, nothing); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("approve what was rejected: %v", err)
	}
	if got := states(t, a, text); got != readable {
		t.Errorf("text: %+v", got)
	}
	list, err := service{a}.Erasures(t.Context())
	if err != nil || len(list) != 1 || list[0].Reason != "case 7" {
		t.Errorf("list: %+v, %v", list, err)
	}
	again := erase(t, a, control.NewErasure{Person: ada.String()})
	if _, err := (service{a}).ApproveErasure(t.Context(), again.ID, noor, nothing); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("approve what is done: %v", err)
	}
	shown, err := service{a}.Erasure(context.Background(), asked.ID, nothing)
	if err != nil || shown.State != "rejected" || shown.Reason != "" {
		t.Errorf("the rejected request, whose text went with her: %+v, %v", shown, err)
	}
}

func TestRotateRootRecordsIt(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	out, err := service{a}.RotateRoot(t.Context())
	if err != nil || out.Keys == 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	access := entries(t, a, counterfoil.KindAccess)
	if last := access[len(access)-1].Access.Action; last != "root_rotate" {
		t.Errorf("recorded %q", last)
	}
	h.close(a)
	h.verify()
	if _, err := h.open().accounts.Authenticate(t.Context(), ruth.As, ruth.Password); err != nil {
		t.Error(fmt.Errorf("after the rotation: %w", err))
	}
}

// TestAnErasureThatFailedIsDoneBeforeTheNext: what an entry states is not passed
// over by the note of the next erasure.
func TestAnErasureThatFailedIsDoneBeforeTheNext(t *testing.T) {
	h := newHouse(t)
	segment := filepath.Join(h.data, "payload", counterfoil.SegmentName(0))
	broken := false
	o := h.options()
	o.reached = func(s erasure.Step) {
		if s != erasure.StepRecorded || broken {
			return
		}
		broken = true
		if err := errors.Join(os.Rename(segment, segment+".away"), os.Mkdir(segment, 0o700)); err != nil {
			t.Error(err)
		}
	}
	a, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	first, second := converse(t, a, ada, "first"), converse(t, a, ada, "second")
	asked := request(t, a, control.NewErasure{Interaction: first.String()})
	if _, err := (service{a}).ApproveErasure(t.Context(), asked.ID, noor, nothing); err == nil {
		t.Fatal("erased in a segment that cannot be opened")
	}
	if err := errors.Join(os.Remove(segment), os.Rename(segment+".away", segment)); err != nil {
		t.Fatal(err)
	}
	erase(t, a, control.NewErasure{Interaction: second.String()})
	for _, id := range []counterfoil.ID{first, second} {
		if got := states(t, a, id); got != erased {
			t.Errorf("interaction %s: %+v", id, got)
		}
	}
}

// TestARequestThatWentWithThePerson still tells what it was for, and is not taken
// up again as if it were for everything.
func TestARequestThatWentWithThePerson(t *testing.T) {
	a := newHouse(t).open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	bob, _ := keyOf(t, a, "bob@example.com")
	his := converse(t, a, bob, "his")
	done := erase(t, a, control.NewErasure{Interaction: converse(t, a, ada, "text").String()})
	rejected := request(t, a, control.NewErasure{Interaction: converse(t, a, ada, "text").String()})
	if _, err := (service{a}).RejectErasure(t.Context(), rejected.ID, noor); err != nil {
		t.Fatal(err)
	}
	erase(t, a, control.NewErasure{Person: ada.String()})
	for id, want := range map[string][2]string{done.ID: {"done", "interaction"}, rejected.ID: {"rejected", ""}} {
		out, err := service{a}.Erasure(t.Context(), id, nothing)
		if err != nil || [2]string{out.State, out.Scope} != want || out.Reason != "" {
			t.Errorf("%+v, want %v: %v", out, want, err)
		}
	}
	if err := a.Retain(t.Context()); err != nil {
		t.Error(err)
	}
	if got := states(t, a, his); got != readable {
		t.Errorf("his: %+v", got)
	}
	if n := len(erasures(t, a)); n != 2 {
		t.Errorf("%d erasures", n)
	}
}
