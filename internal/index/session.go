// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// Session is one signed-in browser. Times are microseconds.
type Session struct {
	Token   counterfoil.Hash // SHA-256 of the secret the browser holds
	Person  counterfoil.ID
	Agent   counterfoil.Hash // SHA-256 of that secret and the User-Agent that signed in
	Created int64
	Seen    int64 // last use, kept to the minute by the caller
	Expires int64 // absolute end
}

// PutSession stores a new session.
func (x *Index) PutSession(ctx context.Context, s Session) error {
	err := x.exec(ctx, "INSERT INTO sessions (token, person, agent, created, seen, expires) VALUES ($1, $2, $3, $4, $5, $6)",
		s.Token[:], s.Person[:], s.Agent[:], s.Created, s.Seen, s.Expires)
	if err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	return nil
}

// Session returns the session of a token, or ErrNotFound. Whether it has expired
// is the caller's to judge.
func (x *Index) Session(ctx context.Context, token counterfoil.Hash) (*Session, error) {
	s := &Session{Token: token}
	err := x.one(ctx, []any{(*id)(&s.Person), (*hash)(&s.Agent), &s.Created, &s.Seen, &s.Expires},
		"SELECT person, agent, created, seen, expires FROM sessions WHERE token = $1", token[:])
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("session: %w", ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	return s, nil
}

// TouchSession notes that a session was used.
func (x *Index) TouchSession(ctx context.Context, token counterfoil.Hash, seen int64) error {
	if err := x.exec(ctx, "UPDATE sessions SET seen = $2 WHERE token = $1", token[:], seen); err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// EndSession removes one session.
func (x *Index) EndSession(ctx context.Context, token counterfoil.Hash) error {
	if err := x.exec(ctx, "DELETE FROM sessions WHERE token = $1", token[:]); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndSessionsOf removes all sessions of a person.
func (x *Index) EndSessionsOf(ctx context.Context, person counterfoil.ID) error {
	if err := x.exec(ctx, "DELETE FROM sessions WHERE person = $1", person[:]); err != nil {
		return fmt.Errorf("end sessions of person: %w", err)
	}
	return nil
}

// Forget removes the sessions of people and all sign-in attempts, of which nobody
// can tell whose they are, and leaves nothing of them in any file.
func (x *Index) Forget(ctx context.Context, people []counterfoil.ID) error {
	err := x.transact(ctx, func(tx *sql.Tx) error {
		for i := range people {
			if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE person = $1", people[i][:]); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM attempts")
		return err
	})
	if err == nil {
		err = x.checkpoint(ctx)
	}
	if err != nil {
		return fmt.Errorf("forget sessions: %w", err)
	}
	return nil
}

// AddAttempt counts one failed sign-in against who and forgets everything older
// than keep, sessions past their end included.
func (x *Index) AddAttempt(ctx context.Context, who counterfoil.Hash, now, keep int64) error {
	err := x.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM attempts WHERE time < $1", keep); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE expires < $1", now); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO attempts (who, time) VALUES ($1, $2)", who[:], now)
		return err
	})
	if err != nil {
		return fmt.Errorf("count sign-in attempt: %w", err)
	}
	return nil
}

// Attempts returns how many attempts who has made since, and the time of the
// oldest of them (0 without any).
func (x *Index) Attempts(ctx context.Context, who counterfoil.Hash, since int64) (n int, oldest int64, err error) {
	err = x.one(ctx, []any{&n, &oldest}, "SELECT count(*), coalesce(min(time), 0) FROM attempts WHERE who = $1 AND time >= $2", who[:], since)
	if err != nil {
		return 0, 0, fmt.Errorf("count sign-in attempts: %w", err)
	}
	return n, oldest, nil
}

// ClearAttempts forgets the attempts of who, after a sign-in that worked.
func (x *Index) ClearAttempts(ctx context.Context, who counterfoil.Hash) error {
	if err := x.exec(ctx, "DELETE FROM attempts WHERE who = $1", who[:]); err != nil {
		return fmt.Errorf("clear sign-in attempts: %w", err)
	}
	return nil
}
