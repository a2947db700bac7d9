// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// refuse records requests of a system that were refused at once, now.
func refuse(w *consoletest.World, system identity.SystemID, reason string, n int) {
	w.T.Helper()
	for range n {
		w.Clock.Advance(time.Second)
		now := w.Clock.Now()
		w.Append(&counterfoil.Entry{
			Kind: counterfoil.KindIntent, ID: counterfoil.NewTimeID(now), Time: now.UnixMicro(),
			Intent:  &counterfoil.Intent{System: counterfoil.ID(system), Provider: "sandbox", Dialect: "openai", Operation: "chat"},
			Outcome: &counterfoil.Outcome{Result: counterfoil.ResultRefused, Reason: reason, Status: 403},
		})
	}
}

// TestAlarms: what is asked of a stopped or retired system is one alarm a system and
// day, however often it is asked, for its owner and the AIMS manager; it is on the
// system's page, and a moment before it knows nothing of it.
func TestAlarms(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	s, err := w.Reg.AddSystem(t.Context(), identity.PersonID{}, accounts.NewSystem{Name: "Picture search", OwnerEmail: "olga@example.com", Models: []string{"m"}})
	if err != nil {
		t.Fatal(err)
	}
	quiet := w.Clock.Now().Format(time.RFC3339Nano)
	refuse(w, s.ID, identity.ClosedUnapproved, 3) // no alarm: it waits for its approval
	if page := w.Get("/").Body.String(); strings.Contains(page, "Still asked") {
		t.Error("a request before the approval raises an alarm")
	}
	refuse(w, s.ID, identity.ClosedRetired, 120)
	half := w.Clock.Now().Format(time.RFC3339Nano)
	refuse(w, s.ID, identity.ClosedRetired, 30)
	day := w.Clock.Now().Format(time.DateOnly)

	page := w.Get("/").Body.String()
	consoletest.Holds(t, page, "Still asked while retired: "+s.Number+" Picture search", "150 requests refused on", "You are AIMS manager",
		`href="/interactions?from=`+day+`&amp;result=refused&amp;system=picture-search&amp;to=`+day+`"`)
	if n := strings.Count(page, "Still asked"); n != 1 {
		t.Errorf("%d alarms of one system and day", n)
	}
	consoletest.Holds(t, w.Get("/systems/picture-search").Body.String(), "It was asked though it was retired, last on ", `id="asked"`, ">150</a>", "The last one")
	consoletest.Holds(t, w.Get("/?at="+half).Body.String(), "120 requests refused on")
	if past := w.Get("/?at=" + quiet).Body.String(); strings.Contains(past, "Still asked") {
		t.Error("the past knows of an alarm that came later")
	}

	w.In("risk_manager")
	if page := w.Get("/").Body.String(); strings.Contains(page, "Still asked") {
		t.Error("somebody who does not answer for the system sees the alarm")
	}
	w.In("aims_manager")
	later := w.Clock.Now().AddDate(0, 0, shell.AlarmDays).Format(time.RFC3339Nano)
	if a := w.Get("/?at=" + later); a.Code != http.StatusOK || strings.Contains(a.Body.String(), "Still asked") {
		t.Errorf("%d: the alarm stays though nobody asks", a.Code)
	}
}

// TestAlarmOfTheOwner: it is shown to whoever owns the system.
func TestAlarmOfTheOwner(t *testing.T) {
	w := consoletest.New(t)
	w.In()
	s, err := w.Reg.AddSystem(t.Context(), identity.PersonID{}, accounts.NewSystem{Name: "Picture search", OwnerEmail: w.Admin.Email, Models: []string{"m"}})
	if err != nil {
		t.Fatal(err)
	}
	refuse(w, s.ID, identity.ClosedSuspended, 2)
	consoletest.Holds(t, w.Get("/").Body.String(), "Still asked while stopped: "+s.Number+" Picture search", "2 requests refused on", "You own it")
}

// TestAlarmEnds: an alarm ends at once when the system is let run again.
func TestAlarmEnds(t *testing.T) {
	w := consoletest.New(t)
	w.In()
	system, err := w.Register.SetUp(t.Context(), register.Program, "system", "operating", register.Input{Values: kind.Values{"name": "Search", "owner": counterfoil.ID(w.Admin.ID).String()}})
	if err != nil {
		t.Fatal(err)
	}
	move := func(id string) {
		t.Helper()
		if system, err = w.Register.Move(t.Context(), register.For(counterfoil.ID(w.Admin.ID)), system.ID, id, register.Input{Version: system.Version, Reason: "It errs"}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Minute)
	}
	move("suspend")
	refuse(w, identity.SystemID(system.ID), identity.ClosedSuspended, 2)
	consoletest.Holds(t, w.Get("/").Body.String(), "Still asked while stopped")
	w.Clock.Advance(time.Minute)
	move("resume")
	if page := w.Get("/").Body.String(); strings.Contains(page, "Still asked") {
		t.Error("the alarm stays though the system runs")
	}
}
