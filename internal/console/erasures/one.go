// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasures

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// onePage is one request, and where it is decided.
type onePage struct {
	shell.Page
	part.FormState
	ID      string
	Heading string
	Lead    string
	Stub    []part.Fact
	Facts   []part.Fact
	MayName bool   // whom it is about can be shown
	Named   string // who that is, once asked
	Now     time.Time
	Counts  []part.Fact // what it would erase; nil until asked, for it reads the whole ledger
	Waits   bool
	WhyNot  string // this person cannot approve; empty when they can
	Prove   part.Field
	Entries []part.Link
}

func (s *Section) show(w http.ResponseWriter, r *http.Request) error {
	one, err := s.requestOf(r)
	if err != nil {
		return err
	}
	p := s.onePage(r, one)
	if p.Waits && r.FormValue("count") != "" {
		preview, err := s.erasures.Preview(r.Context(), one.ID, nil)
		if err != nil {
			return err
		}
		p.Counts = previewFacts(&preview)
	}
	return s.Render(w, http.StatusOK, "erasure", &p)
}

// showName shows whom a request is about, so that whoever decides knows. That is
// recorded first.
func (s *Section) showName(w http.ResponseWriter, r *http.Request) error {
	one, err := s.requestOf(r)
	if err != nil {
		return err
	}
	known, ok := s.Directory.Snapshot().Person(identity.PersonID(one.Target.Person))
	if !ok {
		return shell.NotFound("This person is not in the register: never registered, or erased.")
	}
	if err := s.Recorder.Access(r.Context(), shell.Person(r), "name_shown", one.Target.Person); err != nil {
		return err
	}
	p := s.onePage(r, one)
	p.Named = known.Email
	if known.Name != "" {
		p.Named = known.Name + ", " + known.Email
	}
	return s.Render(w, http.StatusOK, "erasure", &p)
}

// requestOf is the request the address names.
func (s *Section) requestOf(r *http.Request) (*erasure.Case, error) {
	id, err := counterfoil.ParseID(r.PathValue("id"))
	if err != nil {
		return nil, shell.NotFound("No request for an erasure has this id.")
	}
	return s.erasures.Case(r.Context(), id)
}

func (s *Section) onePage(r *http.Request, one *erasure.Case) onePage {
	state := stateMark(one.State)
	p := onePage{
		Page: s.Page(r, "Erasure", "ledger"), ID: one.ID.String(), Heading: heading(one), Waits: one.State == erasure.StateWaiting, Prove: proveField(),
		Stub: []part.Fact{
			{Label: "State", Mark: &state},
			{Label: "Basis", Value: basisWords(one.Basis)},
			{Label: "Request", Value: one.ID.String()[:8] + "…", Mono: true},
		},
	}
	p.Facts = []part.Fact{targetFact(one.Target), {Label: "Reason", Value: one.Reason}, s.whoFact(r, "Asked for by", one.By), {Label: "Asked for", Time: one.Requested}}
	if one.Reason == "" {
		p.Facts[1] = part.Fact{Label: "Reason", Value: "Erased with the person it was about", Missing: true}
	}
	if !one.DecidedBy.IsZero() {
		p.Facts = append(p.Facts, s.whoFact(r, "Decided by", one.DecidedBy), part.Fact{Label: "Decided", Time: one.Decided})
	}
	if len(one.Erased) > 0 {
		p.Facts = append(p.Facts, part.Fact{Label: "Payloads erased", Value: payloadsOf(one)})
	}
	for i := range one.Erased {
		at := uint64(one.Erased[i].Entry)
		p.Entries = append(p.Entries, part.Link{Label: "Entry " + words.Number(at), Href: "/ledger/entries/" + strconv.FormatUint(at, 10)})
	}
	_, p.MayName = s.Directory.Snapshot().Person(identity.PersonID(one.Target.Person))
	p.Now = s.Clock.Now()
	p.Lead = "Text goes for good, and the ledger verifies as before: its entries hold none."
	if p.Waits && counterfoil.ID(one.By) == shell.Person(r) {
		p.WhyNot = "You asked for this, so another administrator has to approve it. You can withdraw it."
	}
	return p
}

func heading(one *erasure.Case) string {
	what := map[string]string{
		counterfoil.ErasePerson: "one person", counterfoil.EraseInteraction: "one interaction", counterfoil.EraseBefore: "interactions up to a date",
	}[one.Scope()]
	switch one.State {
	case erasure.StateDone:
		return "The text of " + what + " is erased"
	case erasure.StateRejected:
		return "A request that was rejected"
	case erasure.StateVoid:
		return "A request that another one made void"
	default:
		return "Erase the text of " + what
	}
}

func previewFacts(v *erasure.Preview) []part.Fact {
	facts := []part.Fact{
		{Label: "Texts and records", Value: words.Number(v.Payloads), Sub: "Payloads that can be opened now"},
		{Label: "Keys of the text", Value: words.Number(v.WrappingKeys)},
	}
	if v.VirtualKeys > 0 {
		facts = append(facts, part.Fact{Label: "Keys that end", Value: words.Number(v.VirtualKeys), Sub: words.Counted(uint64(v.Workloads), "of them is used by a program", "of them are used by programs")})
	}
	if v.Systems > 0 {
		facts = append(facts, part.Fact{Label: "AI systems without an owner then", Value: words.Number(v.Systems)})
	}
	return facts
}

func (s *Section) approve(w http.ResponseWriter, r *http.Request) error {
	return s.decide(w, r, "erasure_approve", func(who identity.PersonID, id counterfoil.ID) error {
		_, err := s.erasures.ApproveAndErase(r.Context(), who, id, nil)
		return err
	})
}

func (s *Section) reject(w http.ResponseWriter, r *http.Request) error {
	return s.decide(w, r, "erasure_reject", func(who identity.PersonID, id counterfoil.ID) error {
		_, err := s.erasures.Reject(r.Context(), who, id)
		return err
	})
}

// decide lets somebody decide who has proved again who they are.
func (s *Section) decide(w http.ResponseWriter, r *http.Request, action string, decide func(identity.PersonID, counterfoil.ID) error) error {
	one, err := s.requestOf(r)
	if err != nil {
		return err
	}
	p := s.onePage(r, one)
	again := func(status int) error { return s.Render(w, status, "erasure", &p) }
	who, refused, err := s.proveAgain(w, r, action, one.ID)
	if err != nil {
		return err
	}
	if p.Prove.Error = refused; refused != "" {
		p.FormState = part.Failed("Not decided", p.Prove)
		return again(http.StatusUnprocessableEntity)
	}
	err = decide(who, one.ID)
	if f, ok := fault.As(err); ok && (f.Kind == fault.KindForbidden || f.Kind == fault.KindConflict) {
		p.Failed, p.Kept = "Not decided", f.Public
		return again(http.StatusConflict)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/erasures/"+p.ID, http.StatusSeeOther)
	return nil
}

// proveAgain checks the password of whoever is signed in and records what they are
// about to do. refused says what is wrong with it.
func (s *Section) proveAgain(w http.ResponseWriter, r *http.Request, action string, target counterfoil.ID) (who identity.PersonID, refused string, err error) {
	me, ok := s.Directory.Snapshot().Person(shell.ActorID(r))
	if !ok {
		return who, "", fault.Forbidden("You are not registered any more.", nil)
	}
	proved, err := s.prover.Prove(r.Context(), action, me.Email, r.PostFormValue("password"), s.Address(r))
	if many, ok := errors.AsType[*accounts.TooManyError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(many.Wait/time.Second)+1))
		return who, "Too many passwords were wrong. Try again in " + words.Minutes(many.Wait), nil
	}
	if fault.KindOf(err) == fault.KindForbidden {
		return who, "This is not your password. The refusal is entered in the ledger", nil
	}
	if err != nil {
		return who, "", err
	}
	return proved.ID, "", s.Recorder.Access(r.Context(), counterfoil.ID(proved.ID), action, target)
}
