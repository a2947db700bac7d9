// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package fault is how domain packages say what went wrong in a way every
// surface understands: a kind it maps to a status, a text it may show, and an
// error that goes to the log only. An error that is no fault is internal, and
// its text stays inside.
package fault

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// Kind says whose turn it is.
type Kind uint8

// The kinds.
const (
	KindInternal    Kind = iota // ours
	KindNotFound                // what was named does not exist, or not for the asker
	KindConflict                // it does not fit the present state: in use, already done, changed meanwhile
	KindInvalid                 // the input must be corrected; Fields say where
	KindForbidden               // the asker may not
	KindUnavailable             // not now; the same may succeed later
)

// Error is a fault.
type Error struct {
	Kind   Kind
	Public string            // one sentence for the person who asked
	Fields map[string]string // for KindInvalid: what to correct, by name of the input
	Err    error             // for the log; may be nil
}

// Error is the text for the log.
func (e *Error) Error() string {
	var parts []string
	if e.Public != "" {
		parts = append(parts, e.Public)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Fields)) {
		parts = append(parts, name+": "+e.Fields[name])
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, "; ")
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// NotFound reports something that does not exist; err may be nil.
func NotFound(public string, err error) *Error { return &Error{KindNotFound, public, nil, err} }

// Conflict reports what does not fit the present state; err may be nil.
func Conflict(public string, err error) *Error { return &Error{KindConflict, public, nil, err} }

// Forbidden reports what the asker may not do; err may be nil.
func Forbidden(public string, err error) *Error { return &Error{KindForbidden, public, nil, err} }

// Unavailable reports what may succeed later; err may be nil.
func Unavailable(public string, err error) *Error { return &Error{KindUnavailable, public, nil, err} }

// Invalid reports input to be corrected. fields may be nil when the whole is wrong.
func Invalid(public string, fields map[string]string) *Error {
	return &Error{KindInvalid, public, fields, nil}
}

// Fields collects what must be corrected. The zero value is not ready; use make
// or a literal.
type Fields map[string]string

// Err returns a fault of KindInvalid, or nil when nothing was collected.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return Invalid("Some of the input must be corrected.", f)
}

// As returns the fault within err.
func As(err error) (*Error, bool) { return errors.AsType[*Error](err) }

// KindOf returns the kind of the fault within err; KindInternal for any other error.
func KindOf(err error) Kind {
	if f, ok := As(err); ok {
		return f.Kind
	}
	return KindInternal
}
