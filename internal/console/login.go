// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strconv"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// How many sign-ins may fail within the window: for one account from one
// address, and for one address whatever the account.
const (
	attemptWindow   = 15 * time.Minute
	accountAttempts = 5
	addressAttempts = 50
)

type loginPage struct {
	page
	formState
	Stub   []fact
	Notice *notice
	Fields []field
	Next   string
}

func (c *Console) loginPage(r *http.Request, email, next string) loginPage {
	return loginPage{
		page: c.page(r, "Sign in", ""), Next: localPath(next),
		Stub: []fact{
			{Label: "A session ends", Value: "After 2 hours without use, and after 12 hours"},
			{Label: "Sign-ins", Value: "5 may fail in 15 minutes"},
		},
		Fields: []field{
			{Name: "email", Label: "E-mail address", Type: "email", Value: email, Autocomplete: "username", Required: true},
			{Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password", Required: true},
		},
	}
}

func (c *Console) showLogin(w http.ResponseWriter, r *http.Request) error {
	session, err := c.session(r)
	if err != nil {
		return err
	}
	if session != nil {
		http.Redirect(w, r, localPath(r.FormValue("next")), http.StatusSeeOther)
		return nil
	}
	p := c.loginPage(r, "", r.FormValue("next"))
	if !c.register.HasAdministrator() {
		p.Notice = &notice{"warn", "triangle", "No administrator exists yet", "Open the set-up link that the program printed when it started."}
	}
	return c.render(w, http.StatusOK, "login", &p)
}

// signIn checks one password at a time, so that attempts are counted before the
// next is tried and memory for hashing is bounded. What is refused unchecked,
// because too many failed before, is not recorded: an attacker must not be able
// to fill the ledger.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) error {
	email, password, next := r.PostFormValue("email"), r.PostFormValue("password"), r.PostFormValue("next")
	p := c.loginPage(r, email, next)
	for i := range p.Fields {
		if r.PostFormValue(p.Fields[i].Name) == "" {
			p.Fields[i].Error = "Enter your " + map[string]string{"email": "e-mail address", "password": "password"}[p.Fields[i].Name]
		}
	}
	if p.formState = failed("Not signed in", p.Fields...); len(p.Errors) > 0 {
		return c.render(w, http.StatusUnprocessableEntity, "login", &p)
	}
	p.formState = formState{}

	c.signing.Lock()
	defer c.signing.Unlock()
	limits := c.limits(r, email)
	if wait, err := c.mustWait(r.Context(), limits); err != nil {
		return err
	} else if wait > 0 {
		minutes := uint64((wait + time.Minute - 1) / time.Minute)
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		p.Failed, p.Kept = "Not signed in: too many sign-ins failed", "Try again in "+counted(minutes, "minute", "minutes")+". Nobody is locked out for longer."
		return c.render(w, http.StatusTooManyRequests, "login", &p)
	}

	who, err := c.register.Authenticate(r.Context(), email, password)
	if fault.KindOf(err) == fault.KindForbidden {
		if err := c.refuseSignIn(r, email, limits); err != nil {
			return err
		}
		p.Failed, p.Kept = "Not signed in: the address and the password do not belong together", "Whether the address is known is not said. This refusal is entered in the ledger."
		return c.render(w, http.StatusUnprocessableEntity, "login", &p)
	}
	if err != nil {
		return err
	}
	return c.admit(w, r, who.ID, limits, next)
}

func (c *Console) admit(w http.ResponseWriter, r *http.Request, who identity.PersonID, limits []limit, next string) error {
	if err := c.recorder.Access(r.Context(), counterfoil.ID(who), "sign_in", counterfoil.ID(who)); err != nil {
		return err
	}
	if len(limits) > 0 {
		if err := c.index.ClearAttempts(r.Context(), limits[0].who); err != nil {
			return err
		}
	}
	if err := c.beginSession(w, r, who); err != nil {
		return err
	}
	http.Redirect(w, r, localPath(next), http.StatusSeeOther)
	return nil
}

// refuseSignIn counts and records; the target is the account, when there is one.
func (c *Console) refuseSignIn(r *http.Request, email string, limits []limit) error {
	now := c.clock.Now()
	for _, l := range limits {
		if err := c.index.AddAttempt(r.Context(), l.who, now.UnixMicro(), now.Add(-attemptWindow).UnixMicro()); err != nil {
			return err
		}
	}
	var account counterfoil.ID
	if normal, err := identity.NormaliseEmail(email); err == nil {
		if known, ok := c.directory.Snapshot().PersonByEmail(normal); ok {
			account = counterfoil.ID(known.ID)
		}
	}
	return c.recorder.Access(r.Context(), counterfoil.ID{}, "sign_in_refused", account)
}

// limit is one count of failed sign-ins.
type limit struct {
	who  counterfoil.Hash
	most int
}

// limits are for the account from this address, then for the address.
func (c *Console) limits(r *http.Request, email string) []limit {
	if normal, err := identity.NormaliseEmail(email); err == nil {
		email = normal
	}
	address := c.address(r)
	return []limit{
		{sha256.Sum256([]byte("account\x00" + email + "\x00" + address)), accountAttempts},
		{sha256.Sum256([]byte("address\x00" + address)), addressAttempts},
	}
}

// mustWait says for how long nothing is checked; 0 when a sign-in may be tried.
func (c *Console) mustWait(ctx context.Context, limits []limit) (time.Duration, error) {
	now := c.clock.Now()
	var wait time.Duration
	for _, l := range limits {
		n, oldest, err := c.index.Attempts(ctx, l.who, now.Add(-attemptWindow).UnixMicro())
		if err != nil {
			return 0, err
		}
		if n >= l.most {
			wait = max(wait, micros(oldest).Add(attemptWindow).Sub(now), time.Second)
		}
	}
	return wait, nil
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) error {
	session, err := c.session(r)
	if err != nil {
		return err
	}
	if session != nil {
		if err := c.index.EndSession(r.Context(), session.Token); err != nil {
			return err
		}
		if err := c.recorder.Access(r.Context(), session.Person, "sign_out", session.Person); err != nil {
			return err
		}
	}
	http.SetCookie(w, c.sessionCookie("", -1))
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}
