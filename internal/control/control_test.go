// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// fake answers everything with err, or with what it was asked.
type fake struct {
	err   error
	limit int
	since time.Time
	asked any
}

func (f *fake) AddSystem(_ context.Context, q NewSystem) (System, error) {
	f.asked = q
	return System{Name: q.Name}, f.err
}
func (f *fake) Systems(context.Context) ([]System, error) { return []System{}, f.err }
func (f *fake) ChangeModels(_ context.Context, slug string, models []string) (System, error) {
	f.asked = models
	return System{Slug: slug, Models: models}, f.err
}

func (f *fake) TrySystem(_ context.Context, slug string, q Trial) (System, error) {
	f.asked = q
	return System{Slug: slug}, f.err
}

func (f *fake) StopSystem(_ context.Context, slug string, q Stop) (System, error) {
	f.asked = q
	return System{Slug: slug}, f.err
}

func (f *fake) CreateKey(_ context.Context, q NewKey) (Key, error) {
	f.asked = q
	return Key{System: q.System}, f.err
}

func (f *fake) ExportLog(_ context.Context, q ExportLog, progress func(done, total uint64)) (Exported, error) {
	f.asked = q
	progress(1, 2)
	return Exported{Origin: "log"}, f.err
}

func (f *fake) LedgerStatus(context.Context) (LedgerStatus, error) {
	return LedgerStatus{Origin: "log"}, f.err
}

func (f *fake) RotateKey(_ context.Context, q WhichLog) (KeyChange, error) {
	f.asked = q
	return KeyChange{Origin: "log"}, f.err
}

func (f *fake) RetireKey(_ context.Context, q WhichLog) (KeyChange, error) {
	f.asked = q
	return KeyChange{Origin: "log"}, f.err
}

func (f *fake) Compromised(_ context.Context, q Compromise) (Compromised, error) {
	f.asked = q
	return Compromised{Origin: "log"}, f.err
}

func (f *fake) CreatePack(_ context.Context, q NewPack, progress func(done, total uint64)) (Pack, error) {
	f.asked = q
	progress(1, 2)
	return Pack{File: q.File}, f.err
}

func (f *fake) Keys(context.Context) ([]Key, error) { return []Key{}, f.err }
func (f *fake) RevokeKey(_ context.Context, id string) (Key, error) {
	f.asked = id
	return Key{ID: id}, f.err
}

func (f *fake) Interactions(_ context.Context, limit int, since time.Time, each func(Interaction) error) error {
	f.limit, f.since = limit, since
	for _, id := range []string{"first", "second"} {
		if err := each(Interaction{ID: id}); err != nil {
			return err
		}
	}
	return f.err
}

func (f *fake) Interaction(_ context.Context, id counterfoil.ID) (any, error) {
	return map[string]string{"id": id.String()}, f.err
}
func (f *fake) Reload(context.Context) (Reloaded, error) { return Reloaded{}, f.err }
func (f *fake) Reindex(_ context.Context, progress func(done, total uint64)) error {
	progress(0, 2)
	progress(2, 2)
	return f.err
}

func (f *fake) CompareIndex(_ context.Context, progress func(done, total uint64), each func(Difference) error) error {
	progress(2, 2)
	return errors.Join(each(Difference{Table: "sums", Found: "1", Expected: "2"}), f.err)
}
func (f *fake) Status(context.Context) (Status, error) { return Status{Healthy: true}, f.err }

// send asks the handler in this process.
func send(t *testing.T, s Service, log io.Writer, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://counterfoil"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := Local(Handler(s, slog.New(slog.NewTextHandler(log, nil)))).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// routes are all requests of the command line.
var routes = []struct{ method, path, body string }{
	{"GET", "/v1/status", ""},
	{"GET", "/v1/systems", ""},
	{"POST", "/v1/systems", `{"name":"Helpdesk","owner":"ada@example.com"}`},
	{"PUT", "/v1/systems/helpdesk/models", `{"models":["small-1"]}`},
	{"POST", "/v1/systems/helpdesk/trial", `{"days":14,"requests":100,"people":5}`},
	{"POST", "/v1/systems/helpdesk/stop", `{"reason":"Test"}`},
	{"GET", "/v1/keys", ""},
	{"POST", "/v1/keys", `{"system":"helpdesk","person":"ada@example.com"}`},
	{"POST", "/v1/keys/abcd/revoke", ""},
	{"GET", "/v1/interactions", ""},
	{"GET", "/v1/interactions/019ab3c0-7e52-7b41-9c1d-3f0a5b2e8d64", ""},
	{"POST", "/v1/reload", ""},
	{"POST", "/v1/reindex", ""},
	{"POST", "/v1/reindex/diff", ""},
	{"POST", "/v1/ledger/export", `{"dir":"/log"}`},
	{"POST", "/v1/packs", `{"file":"/pack.zip"}`},
	{"GET", "/v1/ledger", ""},
	{"POST", "/v1/ledger/rotate-key", "{}"},
	{"POST", "/v1/ledger/retire-key", `{"registry":true}`},
}

// TestInternalErrorsStayInside: no route tells what an error says that was not
// written for the person who asks; the log does.
func TestInternalErrorsStayInside(t *testing.T) {
	const inner = "open /secret/place: disk on fire"
	for name, err := range map[string]error{
		"plain":            errors.New(inner),
		"internal fault":   &fault.Error{Kind: fault.KindInternal, Public: inner, Err: errors.New(inner)},
		"cause of a fault": fmt.Errorf("save: %w", fault.Unavailable("Not saved.", errors.New(inner))),
	} {
		for _, r := range routes {
			var log bytes.Buffer
			_, body := send(t, &fake{err: err}, &log, r.method, r.path, r.body)
			if strings.Contains(body, "secret") || !strings.Contains(body, `"message":"`) {
				t.Errorf("%s: %s %s answers %s", name, r.method, r.path, body)
			}
			if !strings.Contains(log.String(), inner) {
				t.Errorf("%s: %s %s logs %q", name, r.method, r.path, log.String())
			}
		}
	}
}

func TestFaultsBecomeProblems(t *testing.T) {
	for _, test := range []struct {
		err    error
		status int
		want   Problem
	}{
		{fault.NotFound("No such key.", io.EOF), 404, Problem{Kind: "not_found", Message: "No such key."}},
		{fault.Conflict("In use.", nil), 409, Problem{Kind: "conflict", Message: "In use."}},
		{fault.Invalid("Correct it.", fault.Fields{"name": "Enter a name."}), 422, Problem{Kind: "invalid", Message: "Correct it.", Fields: map[string]string{"name": "Enter a name."}}},
		{fault.Forbidden("Not you.", nil), 403, Problem{Kind: "forbidden", Message: "Not you."}},
		{fault.Unavailable("Not now.", nil), 503, Problem{Kind: "unavailable", Message: "Not now."}},
		{io.EOF, 500, Problem{Kind: "internal", Message: "Internal error; the server's log has the cause."}},
	} {
		status, body := send(t, &fake{err: test.err}, io.Discard, "POST", "/v1/keys", "{}")
		var got Problem
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || status != test.status {
			t.Errorf("%v: status %d (-want +got):\n%s", test.err, status, diff)
		}
	}
}

func TestWhatIsNotUnderstood(t *testing.T) {
	for name, r := range map[string]struct {
		method, path, body string
		status             int
	}{
		"no body":         {"POST", "/v1/systems", "", 422},
		"no JSON":         {"POST", "/v1/systems", "name=Helpdesk", 422},
		"half a body":     {"POST", "/v1/keys", `{"system":"help`, 422},
		"another type":    {"POST", "/v1/keys", `{"valid":"720h"}`, 422},
		"unknown member":  {"PUT", "/v1/systems/helpdesk/models", `{"modells":["small-1"]}`, 422},
		"too long":        {"POST", "/v1/systems", `{"name":"` + strings.Repeat("a", maxBody) + `"}`, 422},
		"no id":           {"GET", "/v1/interactions/nonsense", "", 422},
		"no number":       {"GET", "/v1/interactions?limit=many", "", 422},
		"below zero":      {"GET", "/v1/interactions?limit=-1", "", 422},
		"no time":         {"GET", "/v1/interactions?since=yesterday", "", 422},
		"another method":  {"DELETE", "/v1/keys", "", 405},
		"another version": {"GET", "/v2/status", "", 404},
	} {
		f := &fake{}
		status, body := send(t, f, io.Discard, r.method, r.path, r.body)
		if status != r.status || f.asked != nil {
			t.Errorf("%s: status %d, want %d; the service was asked %v", name, status, r.status, f.asked)
		}
		if status == 422 && !strings.Contains(body, `"kind":"invalid"`) {
			t.Errorf("%s: %s", name, body)
		}
	}
}

func TestListing(t *testing.T) {
	f := &fake{}
	status, body := send(t, f, io.Discard, "GET", "/v1/interactions?limit=7&since=2026-11-24T09:00:00Z", "")
	if want := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC); status != 200 || f.limit != 7 || !f.since.Equal(want) {
		t.Errorf("status %d, limit %d, since %v", status, f.limit, f.since)
	}
	if got := decode(t, body); len(got) != 3 || got[0].Interaction.ID != "first" || got[1].Interaction.ID != "second" || !got[2].Done {
		t.Errorf("%s", body)
	}
}

// TestTheLastLineTells: a streamed answer ends with Done or with Problem and
// nothing else does, so that a cut one is recognised.
func TestTheLastLineTells(t *testing.T) {
	for _, path := range []string{"GET /v1/interactions", "POST /v1/reindex", "POST /v1/reindex/diff", "POST /v1/ledger/export {}", "POST /v1/packs {}"} {
		method, path, _ := strings.Cut(path, " ")
		path, body, _ := strings.Cut(path, " ")
		for _, err := range []error{nil, fault.Unavailable("Not now.", nil), errors.New("inside")} {
			_, answer := send(t, &fake{err: err}, io.Discard, method, path, body)
			got := decode(t, answer)
			for i, l := range got {
				last := i == len(got)-1
				if l.Done != (last && err == nil) || (l.Problem != nil) != (last && err != nil) {
					t.Errorf("%s with %v: line %d of %s", path, err, i, answer)
				}
			}
		}
	}
}

// TestRefusalsAreNotErrorsOfTheServer: a wrong password is nothing to wake anybody for.
func TestRefusalsAreNotErrorsOfTheServer(t *testing.T) {
	for _, r := range routes {
		var log bytes.Buffer
		if send(t, &fake{err: fault.Forbidden("Not you.", nil)}, &log, r.method, r.path, r.body); log.Len() > 0 {
			t.Errorf("%s %s logs %s", r.method, r.path, log.String())
		}
	}
}

func decode(t *testing.T, body string) (all []Line) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(body)); ; {
		var l Line
		switch err := d.Decode(&l); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatalf("%v in %s", err, body)
		}
		all = append(all, l)
	}
}
