// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestFault(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		kind Kind
		text string
	}{
		"public only":  {NotFound("No such system.", nil), KindNotFound, "No such system."},
		"with a cause": {Conflict("In use.", io.EOF), KindConflict, "In use.; EOF"},
		"wrapped":      {fmt.Errorf("add system: %w", Forbidden("Not you.", nil)), KindForbidden, "add system: Not you."},
		"unavailable":  {Unavailable("The disk is full.", io.EOF), KindUnavailable, "The disk is full.; EOF"},
		"fields":       {Fields{"name": "is missing", "email": "is no address"}.Err(), KindInvalid, "Some of the input must be corrected.; email: is no address; name: is missing"},
		"another":      {io.EOF, KindInternal, "EOF"},
	} {
		if kind := KindOf(test.err); kind != test.kind || test.err.Error() != test.text {
			t.Errorf("%s: kind %d, text %q", name, kind, test.err)
		}
	}
	if !errors.Is(Conflict("", io.EOF), io.EOF) {
		t.Error("the cause is hidden")
	}
	if err := (Fields{}).Err(); err != nil {
		t.Errorf("no field to correct, but %v", err)
	}
	if KindOf(nil) != KindInternal {
		t.Error("nil has a kind")
	}
}
