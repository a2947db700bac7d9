// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// How many passwords may be wrong within the window: for one account from one
// address, and for one address whatever the account.
const (
	AttemptWindow   = 15 * time.Minute
	AccountAttempts = 5
	AddressAttempts = 50
)

// TooManyError says that a password was not looked at, because too many were wrong.
type TooManyError struct{ Wait time.Duration }

// Error implements error.
func (e *TooManyError) Error() string {
	return fmt.Sprintf("too many wrong passwords; the next is looked at in %s", e.Wait.Round(time.Second))
}

// Attempts counts wrong passwords; *index.Index implements it. Times are
// microseconds since the Unix epoch.
type Attempts interface {
	AddAttempt(ctx context.Context, who counterfoil.Hash, now, keep int64) error
	Attempts(ctx context.Context, who counterfoil.Hash, since int64) (n int, oldest int64, err error)
	ClearAttempts(ctx context.Context, who counterfoil.Hash) error
}

// Recorder writes to the ledger that somebody used a right, or was refused one.
type Recorder interface {
	Access(ctx context.Context, actor counterfoil.ID, action string, target counterfoil.ID) error
}

// Authenticator checks a password; *Accounts implements it.
type Authenticator interface {
	Authenticate(ctx context.Context, email, password string) (identity.Person, error)
}

// ProverConfig says what a Prover stands on.
type ProverConfig struct {
	Accounts  Authenticator
	Directory interface{ Snapshot() *identity.Snapshot }
	Attempts  Attempts
	Recorder  Recorder
	Clock     clock.Clock
}

// Prover lets people prove who they are with their password, at sign-in and
// wherever the password is asked again, and limits how often it may be wrong. It
// is safe for concurrent use.
type Prover struct {
	ProverConfig

	// secret keys what attempts are counted by: an address and an account are
	// soon guessed, and a plain digest of them would tell the guess right. It ends
	// with the process, and so does what the counts can be used for.
	secret [32]byte
	trying sync.Mutex // one password is tried at a time, and counted before the next
}

// NewProver returns a Prover.
func NewProver(c ProverConfig) *Prover {
	p := &Prover{ProverConfig: c}
	rand.Read(p.secret[:])
	return p
}

// Prove returns the person a password belongs to. address is from where it is
// tried. A wrong one is counted and recorded as action with "_refused", and
// ErrSignIn is returned. After too many, a *TooManyError is returned and nothing
// recorded: an attacker must not be able to fill the ledger.
func (p *Prover) Prove(ctx context.Context, action, email, password, address string) (identity.Person, error) {
	p.trying.Lock()
	defer p.trying.Unlock()
	limits := p.limits(email, address)
	if wait, err := p.wait(ctx, limits); err != nil {
		return identity.Person{}, err
	} else if wait > 0 {
		return identity.Person{}, &TooManyError{wait}
	}
	who, err := p.Accounts.Authenticate(ctx, email, password)
	if fault.KindOf(err) == fault.KindForbidden {
		if unrecorded := p.refuse(ctx, action, email, limits); unrecorded != nil {
			return identity.Person{}, unrecorded
		}
		return identity.Person{}, err
	}
	if err != nil {
		return identity.Person{}, err
	}
	return who, p.Attempts.ClearAttempts(ctx, limits[0].who)
}

// refuse counts and records; the target is the account, when there is one.
func (p *Prover) refuse(ctx context.Context, action, email string, limits []limit) error {
	now := p.Clock.Now()
	for _, l := range limits {
		if err := p.Attempts.AddAttempt(ctx, l.who, now.UnixMicro(), now.Add(-AttemptWindow).UnixMicro()); err != nil {
			return err
		}
	}
	var account counterfoil.ID
	if normal, err := identity.NormaliseEmail(email); err == nil {
		if known, ok := p.Directory.Snapshot().PersonByEmail(normal); ok {
			account = counterfoil.ID(known.ID)
		}
	}
	return p.Recorder.Access(ctx, counterfoil.ID{}, action+"_refused", account)
}

// limit is one count of wrong passwords.
type limit struct {
	who  counterfoil.Hash
	most int
}

// limits are for the account from this address, then for the address.
func (p *Prover) limits(email, address string) []limit {
	if normal, err := identity.NormaliseEmail(email); err == nil {
		email = normal
	}
	return []limit{
		{p.keyed("account\x00" + email + "\x00" + address), AccountAttempts},
		{p.keyed("address\x00" + address), AddressAttempts},
	}
}

func (p *Prover) keyed(text string) counterfoil.Hash {
	m := hmac.New(sha256.New, p.secret[:])
	m.Write([]byte(text))
	return counterfoil.Hash(m.Sum(nil))
}

// wait says for how long nothing is checked; 0 when a password may be tried.
func (p *Prover) wait(ctx context.Context, limits []limit) (time.Duration, error) {
	now := p.Clock.Now()
	var wait time.Duration
	for _, l := range limits {
		n, oldest, err := p.Attempts.Attempts(ctx, l.who, now.Add(-AttemptWindow).UnixMicro())
		if err != nil {
			return 0, err
		}
		if n >= l.most {
			wait = max(wait, time.UnixMicro(oldest).Add(AttemptWindow).Sub(now), time.Second)
		}
	}
	return wait, nil
}
