// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// erasurePage is one request, and where it is decided.
type erasurePage struct {
	page
	formState
	ID      string
	Heading string
	Lead    string
	Stub    []fact
	Facts   []fact
	MayName bool   // whom it is about can be shown
	Named   string // who that is, once asked
	Now     time.Time
	Counts  []fact // what it would erase; nil until asked, for it reads the whole ledger
	Waits   bool
	WhyNot  string // this person cannot approve; empty when they can
	Prove   field
	Entries []link
}

func (c *Console) showErasure(w http.ResponseWriter, r *http.Request) error {
	one, err := c.requestOf(r)
	if err != nil {
		return err
	}
	p := c.erasurePage(r, one)
	if p.Waits && r.FormValue("count") != "" {
		preview, err := c.erasures.Preview(r.Context(), one.ID, nil)
		if err != nil {
			return err
		}
		p.Counts = previewFacts(&preview)
	}
	return c.render(w, http.StatusOK, "erasure", &p)
}

// showErased shows whom a request is about, so that whoever decides knows. That is
// recorded first.
func (c *Console) showErased(w http.ResponseWriter, r *http.Request) error {
	one, err := c.requestOf(r)
	if err != nil {
		return err
	}
	known, ok := c.directory.Snapshot().Person(identity.PersonID(one.Target.Person))
	if !ok {
		return notFound("This person is not in the register: never registered, or erased.")
	}
	if err := c.recorder.Access(r.Context(), person(r), "name_shown", one.Target.Person); err != nil {
		return err
	}
	p := c.erasurePage(r, one)
	p.Named = known.Email
	if known.Name != "" {
		p.Named = known.Name + ", " + known.Email
	}
	return c.render(w, http.StatusOK, "erasure", &p)
}

// requestOf is the request the address names.
func (c *Console) requestOf(r *http.Request) (*erasure.Case, error) {
	id, err := counterfoil.ParseID(r.PathValue("id"))
	if err != nil {
		return nil, notFound("No request for an erasure has this id.")
	}
	return c.erasures.Case(r.Context(), id)
}

func (c *Console) erasurePage(r *http.Request, one *erasure.Case) erasurePage {
	state := erasureMark(one.State)
	p := erasurePage{
		page: c.page(r, "Erasure", "ledger"), ID: one.ID.String(), Heading: erasureHeading(one), Waits: one.State == erasure.StateWaiting, Prove: proveField(),
		Stub: []fact{
			{Label: "State", Mark: &state},
			{Label: "Basis", Value: basisWords(one.Basis)},
			{Label: "Request", Value: one.ID.String()[:8] + "…", Mono: true},
		},
	}
	p.Facts = []fact{targetFact(one.Target), {Label: "Reason", Value: one.Reason}, c.whoFact(r, "Asked for by", one.By), {Label: "Asked for", Time: one.Requested}}
	if one.Reason == "" {
		p.Facts[1] = fact{Label: "Reason", Value: "Erased with the person it was about", Missing: true}
	}
	if !one.DecidedBy.IsZero() {
		p.Facts = append(p.Facts, c.whoFact(r, "Decided by", one.DecidedBy), fact{Label: "Decided", Time: one.Decided})
	}
	if len(one.Erased) > 0 {
		p.Facts = append(p.Facts, fact{Label: "Payloads erased", Value: payloadsOf(one)})
	}
	for i := range one.Erased {
		at := uint64(one.Erased[i].Entry)
		p.Entries = append(p.Entries, link{Label: "Entry " + number(at), Href: "/ledger/entries/" + strconv.FormatUint(at, 10)})
	}
	_, p.MayName = c.directory.Snapshot().Person(identity.PersonID(one.Target.Person))
	p.Now = c.clock.Now()
	p.Lead = "Text goes for good, and the ledger verifies as before: its entries hold none."
	if p.Waits && counterfoil.ID(one.By) == person(r) {
		p.WhyNot = "You asked for this, so another administrator has to approve it. You can withdraw it."
	}
	return p
}

func erasureHeading(one *erasure.Case) string {
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

func previewFacts(v *erasure.Preview) []fact {
	facts := []fact{
		{Label: "Texts and records", Value: number(v.Payloads), Sub: "Payloads that can be opened now"},
		{Label: "Keys of the text", Value: number(v.WrappingKeys)},
	}
	if v.VirtualKeys > 0 {
		facts = append(facts, fact{Label: "Keys that end", Value: number(v.VirtualKeys), Sub: counted(uint64(v.Workloads), "of them is used by a program", "of them are used by programs")})
	}
	if v.Systems > 0 {
		facts = append(facts, fact{Label: "AI systems without an owner then", Value: number(v.Systems)})
	}
	return facts
}

func (c *Console) approveErasure(w http.ResponseWriter, r *http.Request) error {
	return c.decideErasure(w, r, "erasure_approve", func(who identity.PersonID, id counterfoil.ID) error {
		_, err := c.erasures.ApproveAndErase(r.Context(), who, id, nil)
		return err
	})
}

func (c *Console) rejectErasure(w http.ResponseWriter, r *http.Request) error {
	return c.decideErasure(w, r, "erasure_reject", func(who identity.PersonID, id counterfoil.ID) error {
		_, err := c.erasures.Reject(r.Context(), who, id)
		return err
	})
}

// decideErasure lets somebody decide who has proved again who they are.
func (c *Console) decideErasure(w http.ResponseWriter, r *http.Request, action string, decide func(identity.PersonID, counterfoil.ID) error) error {
	one, err := c.requestOf(r)
	if err != nil {
		return err
	}
	p := c.erasurePage(r, one)
	again := func(status int) error { return c.render(w, status, "erasure", &p) }
	who, refused, err := c.proveAgain(w, r, action, one.ID)
	if err != nil {
		return err
	}
	if p.Prove.Error = refused; refused != "" {
		p.formState = failed("Not decided", p.Prove)
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
func (c *Console) proveAgain(w http.ResponseWriter, r *http.Request, action string, target counterfoil.ID) (who identity.PersonID, refused string, err error) {
	me, ok := c.directory.Snapshot().Person(actor(r))
	if !ok {
		return who, "", fault.Forbidden("You are not registered any more.", nil)
	}
	proved, err := c.prover.Prove(r.Context(), action, me.Email, r.PostFormValue("password"), c.address(r))
	if many, ok := errors.AsType[*accounts.TooManyError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(many.Wait/time.Second)+1))
		return who, "Too many passwords were wrong. Try again in " + minutes(many.Wait), nil
	}
	if fault.KindOf(err) == fault.KindForbidden {
		return who, "This is not your password. The refusal is entered in the ledger", nil
	}
	if err != nil {
		return who, "", err
	}
	return proved.ID, "", c.recorder.Access(r.Context(), counterfoil.ID(proved.ID), action, target)
}
