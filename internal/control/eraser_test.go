// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func (f *fake) RequestErasure(_ context.Context, q NewErasure, progress func(done, total uint64)) (Erasure, error) {
	f.asked = q
	progress(1, 2)
	return Erasure{Basis: q.Basis}, f.err
}
func (f *fake) Erasures(context.Context) ([]Erasure, error) { return []Erasure{}, f.err }

func (f *fake) Erasure(_ context.Context, id string, progress func(done, total uint64)) (Erasure, error) {
	f.asked = id
	progress(1, 2)
	return Erasure{ID: id}, f.err
}

func (f *fake) ApproveErasure(_ context.Context, id string, p Proof, progress func(done, total uint64)) (Erasure, error) {
	f.asked = id + " by " + p.As + " " + p.Password
	progress(1, 2)
	return Erasure{ID: id}, f.err
}

func (f *fake) RejectErasure(_ context.Context, id string, p Proof) (Erasure, error) {
	f.asked = id + " by " + p.As + " " + p.Password
	return Erasure{ID: id}, f.err
}

func (f *fake) PlaceHold(_ context.Context, q NewHold) (Hold, error) {
	f.asked = q
	return Hold{Reason: q.Reason}, f.err
}
func (f *fake) Holds(context.Context) ([]Hold, error) { return []Hold{}, f.err }

func (f *fake) ReleaseHold(_ context.Context, id string, p Proof) (Hold, error) {
	f.asked = id + " by " + p.As + " " + p.Password
	return Hold{ID: id}, f.err
}

func (f *fake) RotateRoot(context.Context) (RootRotated, error) { return RootRotated{Keys: 3}, f.err }

func (f *fake) AddAdministrator(_ context.Context, q NewAdministrator) (Administrator, error) {
	f.asked = q
	return Administrator{Email: q.Email}, f.err
}

func TestEraserRoutes(t *testing.T) {
	proof := Proof{As: "ada@example.com", Password: "secret"}
	const sent = `"as":"ada@example.com","password":"secret"`
	for _, c := range []struct {
		method, path, body string
		asked              any
		answer             string
	}{
		{"POST", "/v1/erasures", `{` + sent + `,"person":"bob@example.com","basis":"court_order","reason":"case 7"}`, NewErasure{Proof: proof, Person: "bob@example.com", Basis: "court_order", Reason: "case 7"}, `"basis":"court_order"`},
		{"GET", "/v1/erasures", "", nil, "[]"},
		{"POST", "/v1/erasures/17", "{}", "17", `"done":true`},
		{"POST", "/v1/erasures/17/approve", `{` + sent + `}`, "17 by ada@example.com secret", `"done":true`},
		{"POST", "/v1/erasures/17/reject", `{` + sent + `}`, "17 by ada@example.com secret", `"id":"17"`},
		{"POST", "/v1/holds", `{` + sent + `,"everything":true,"reason":"case 8"}`, NewHold{Proof: proof, Everything: true, Reason: "case 8"}, `"reason":"case 8"`},
		{"GET", "/v1/holds", "", nil, "[]"},
		{"POST", "/v1/holds/17/release", `{` + sent + `}`, "17 by ada@example.com secret", `"id":"17"`},
		{"POST", "/v1/root/rotate", "", nil, `{"keys":3}`},
		{"POST", "/v1/administrators", `{` + sent + `,"email":"eve@example.com","new_password":"other"}`, NewAdministrator{Proof: proof, Email: "eve@example.com", NewPassword: "other"}, `"email":"eve@example.com"`},
	} {
		f := &fake{}
		status, body := send(t, f, io.Discard, c.method, c.path, c.body)
		if status != http.StatusOK || !strings.Contains(body, c.answer) {
			t.Errorf("%s %s: %d %s", c.method, c.path, status, body)
		}
		if diff := cmp.Diff(c.asked, f.asked); diff != "" {
			t.Errorf("%s %s: asked for something else (-want +got):\n%s", c.method, c.path, diff)
		}
	}
}
