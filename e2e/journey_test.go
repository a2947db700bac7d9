// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// journey is the way of a new AIMS manager and two others through the console.
type journey struct {
	*testing.T
	in            *instance
	ada, ben, cem *person // AIMS manager and administrator; top management; risks and systems
	began         time.Time
	today, later  string

	party, model string
	systems      []journeySystem
	risks        []string
}

type journeySystem struct {
	number, impact, key string
}

// TestJourney starts with an empty directory and ends with an approved scope, three AI
// systems in operation through the gateway, five risks treated, an impact assessment
// and a statement of applicability in force. Three people sign in, each with what their
// roles let them do; every step is a form of the console.
func TestJourney(t *testing.T) {
	const most = 15 * time.Minute
	in := prepare(t, options{})
	in.launch()
	j := &journey{T: t, in: in, began: time.Now(), today: time.Now().UTC().Format(time.DateOnly), later: time.Now().UTC().AddDate(0, 0, 60).Format(time.DateOnly)}
	j.ada, j.ben, j.cem = newPerson(t, in, "Ada Okafor", most), newPerson(t, in, "Ben Lindqvist", most), newPerson(t, in, "Cem Yildiz", most)
	for _, leg := range []struct {
		what string
		goes func()
	}{
		{"people and roles", j.people},
		{"context, method and supplier", j.ground},
		{"three systems requested", j.request},
		{"impact assessed", j.assessImpact},
		{"five risks treated", j.treatRisks},
		{"no request passes yet", func() { j.send(http.StatusForbidden) }},
		{"systems in operation", j.operate},
		{"requests through the gateway", func() { j.send(http.StatusOK) }},
		{"scope approved", j.scope},
		{"statement of applicability", j.statement},
	} {
		pages, at := j.pages(), time.Now()
		leg.goes()
		t.Logf("%-30s %4d pages, %s", leg.what, j.pages()-pages, time.Since(at).Round(time.Second))
	}
	t.Logf("%-30s %4d pages, %s", "altogether", j.pages(), time.Since(j.began).Round(time.Second))
	for _, p := range []*person{j.ada, j.ben, j.cem} {
		p.checkQuiet()
	}
}

func (j *journey) pages() int { return j.ada.pages + j.ben.pages + j.cem.pages }

// people: the first administrator invites two others, and all accept their roles.
func (j *journey) people() {
	link := ""
	j.in.eventually("the set-up link is printed", func() bool {
		link = setupLink.FindString(j.in.output.String())
		return link != ""
	})
	j.ada.visit(link)
	j.ada.fillIn("form.form", "email", j.ada.mail, "name", j.ada.name, "password", journeyPassword, "again", journeyPassword)
	j.ada.number = "P-001"
	for _, p := range []*person{j.ben, j.cem} {
		p.number = j.ada.record("person", "name", p.name, "email", p.mail)
		j.ada.visit("/people")
		j.ada.fillIn("form[action='/people/" + p.number + "/invitation']")
		p.visit(j.ada.secret())
		p.fillIn("form.form", "password", journeyPassword, "again", journeyPassword)
	}
	for _, a := range []struct {
		who, by *person
		roles   []string
	}{
		{j.ben, j.ada, []string{"top_management"}},
		{j.ada, j.ben, []string{"aims_manager", "impact_lead"}},
		{j.cem, j.ada, []string{"risk_manager", "system_owner", "procurement_lead"}},
	} {
		for _, role := range a.roles {
			number := j.ada.record("appointment", "role", role, "person", a.who.name, "duty", "As the role says, for the whole company.", "plan", "A course until the end of the quarter.")
			a.who.move(number, "accept", "confirmed", "true")
			a.by.moves(number, "activate")
		}
	}
}

// ground is what everything else stands on.
func (j *journey) ground() {
	j.party = j.ada.record("party", "title", "Customers", "owner", j.ada.name, "group", "customers",
		"needs.0.need", "Letters they can understand", "needs.0.binding", "true", "needs.0.how", "A person reads each letter", "climate", "No, they were asked.")
	j.ada.moves(j.party, "confirm")

	method := []string{"title", "How risks are rated", "owner", j.cem.name, "purpose", "Rates what can happen by AI.", "severe_people", "true"}
	for i, level := range []string{"Rare", "Unlikely", "Possible", "Likely", "Sure"} {
		n := fmt.Sprint(i + 1)
		row := func(field, column, value string) {
			method = append(method, fmt.Sprintf("%s.%d.%s", field, i, column), value)
		}
		row("likelihood", "level", n)
		row("likelihood", "title", level)
		row("likelihood", "meaning", level+" in five years")
		row("impact", "level", n)
		row("impact", "organisation", "Loss of grade "+n)
		row("impact", "individuals", "Harm of grade "+n)
		row("impact", "society", "Effect of grade "+n)
	}
	for i, band := range []struct{ id, from, accepts, days string }{
		{"low", "1", "system_owner|risk_manager|top_management", "365"},
		{"medium", "5", "risk_manager|top_management", "365"},
		{"high", "10", "top_management", "180"},
		{"very_high", "17", "top_management", "90"},
	} {
		at := fmt.Sprintf("bands.%d.", i)
		method = append(method, at+"band", band.id, at+"from", band.from, at+"accepts", band.accepts, at+"days", band.days)
	}
	number := j.cem.record("method", method...)
	j.ben.moves(number, "approve")
	j.cem.moves(number, "put_in_force")

	supplier := j.ada.record("supplier", "title", "Example Models Ltd", "owner", j.ada.name, "provides", "model", "provider", "openai", "country", "Ireland",
		"locations", "Ireland", "contract", "Contract 2026-17", "training", "never", "storage_days", "30", "incidents", "true",
		"assessment", "Questionnaire and certificates read; nothing stands against it.")
	j.ada.moves(supplier, "assess")
	j.cem.moves(supplier, "approve", "use")
	j.model = j.ada.record("model", "name", "Small general model", "name_in_requests", "gpt-4o-mini", "provider", "openai", "supplier", supplier, "origin", "service", "family", "gpt-4o")
}

// request: three systems are described, screened and accepted by their owner.
func (j *journey) request() {
	for _, name := range []string{"Claims letters", "Meeting notes", "Search in guidelines"} {
		number := j.ada.record("system",
			"name", name, "owner", j.cem.name, "in_scope", "yes", "stage", "design", "purpose", name+" are drafted, and a person reads them.",
			"roles", "uses", "users", "Twelve clerks", "affected", "Customers who get a letter", "vulnerable", "false", "autonomy", "low", "decides", "no", "reach", "low",
			"languages", "English", "models", j.model, "data_classes", "internal", "data_note", "Only what clerks type.", "limit_requests_per_day", "200", "limit_people_per_day", "20", "limits", "Letters in another language",
			"law.0.question", "prohibited", "law.0.answer", "no", "law.0.basis", "AI Act, Article 5: none of its practices",
			"law.1.question", "high_risk", "law.1.answer", "no", "law.1.basis", "AI Act, Annex III: not listed",
			"law.2.question", "transparency", "law.2.answer", "no", "law.2.basis", "AI Act, Article 50: a person answers for each text",
			"intended_use", "Drafts for clerks; never sent unread.", "overseers", j.cem.name, "oversight", "Reads a sample each week.",
			"logging_plan", "All requests at the gateway, for two years.", "monitoring_plan", "Blocked requests and complaints, each week.",
			"acceptance_criteria", "Nine of ten drafts need no change of substance.", "verification", "in_pilot", "verification_result", "Fifty drafts are compared in the pilot.")
		j.cem.moves(number, "screen", "assess")
		duties := j.ada.record("responsibility", "title", "Who does what for "+name, "owner", j.cem.name, "system", number,
			"duties.0.duty", "Runs it and answers for it", "duties.0.person", j.cem.name, "duties.1.duty", "Provides the model", "duties.1.party", "Example Models Ltd")
		j.ada.moves(duties, "send")
		j.cem.moves(duties, "accept", "put_in_force")
		j.systems = append(j.systems, journeySystem{number: number})
	}
}

// assessImpact assesses the first system in full; of the others the screening shows
// that none is needed, which somebody else than its author confirms.
func (j *journey) assessImpact() {
	for i := range j.systems {
		s := &j.systems[i]
		screening := []string{
			"title", "Impact of " + s.number, "owner", j.cem.name, "system", s.number, "drafted_by", j.cem.name,
			"criticality", "low", "sensitivity", "low", "autonomy", "low", "scale", "low", "vulnerable", "false", "restricted", "none",
		}
		if i > 0 {
			s.impact = j.cem.record("impact", screening...)
			j.ada.moves(s.impact, "dismiss")
			continue
		}
		full := append(screening, "functions", "Drafts letters from a clerk's notes.", "intended", "Letters on claims.", "misuse", "A letter sent unread.", "setting", "One office, English.",
			"data", "What clerks type.", "algorithm", "A general model of a supplier.", "human_roles", "Clerks read each letter.", "parties", j.party, "failures", "A wrong letter is corrected by the next one.")
		for n, dimension := range []string{"fairness", "accountability", "transparency", "privacy", "safety", "finances", "access", "rights", "environment", "society"} {
			at := fmt.Sprintf("dimensions.%d.", n)
			full = append(full, at+"dimension", dimension, at+"harm", "A letter says something wrong", at+"measure", "A clerk reads it", at+"conclusion", "acceptable")
		}
		s.impact = j.cem.record("impact", full...)
		j.cem.moves(s.impact, "screen", "scope", "draft", "consult", "analyse")
		j.ben.move(s.impact, "approve", "decision", "go", "reason_decided", "The harm is small and a person stands before it.")
		j.cem.moves(s.impact, "put_in_force")
	}
}

// treatRisks takes five risks from their cause to what is accepted of them.
func (j *journey) treatRisks() {
	for i, title := range []string{"A letter says something wrong", "Personal data leave the company", "The model changes unseen", "Notes name somebody wrongly", "An old guideline is cited"} {
		s := j.systems[i%len(j.systems)]
		risk := j.cem.record("risk", "title", title, "owner", j.ada.name, "assessor", j.cem.name, "systems", s.number, "impacts", s.impact,
			"cause", "The model is not always right.", "event", title+".", "for_organisation", "Complaints and work.", "for_individuals", "Somebody is misled.", "for_society", "None: few letters.",
			"sources", "C.3.4", "objectives", "C.2.8", "likelihood", "3", "impact_organisation", "2", "impact_individuals", "2", "impact_society", "1", "indicators", "Complaints each week")
		j.cem.moves(risk, "analyse")
		j.cem.move(risk, "evaluate", "priority", "soon")
		j.cem.move(risk, "choose", "option", "modify", "controls", "A.9.2, A.6.2.8", "compared", "true", "due", j.later)
		treatment := j.ada.record("treatment", "title", "Read before sending: "+title, "owner", j.ada.name, "risks", risk, "option", "modify",
			"action", "A person reads each text before it is used.", "controls", "A.9.2", "due", j.later)
		j.cem.moves(treatment, "approve")
		j.ada.moves(treatment, "start")
		j.ada.move(treatment, "finish", "proof", "Work instruction 12, read by all clerks.")
		j.cem.moves(risk, "treat")
		j.cem.move(treatment, "verify", "effect", "Fifty texts were looked at, none left unread.")
		j.cem.move(risk, "verify", "residual_likelihood", "1", "residual_organisation", "2", "residual_individuals", "2", "residual_society", "1")
		j.ben.move(risk, "accept", "acceptance", "It is rare and does little harm.", "expires", j.later)
		j.risks = append(j.risks, risk)
	}
}

// operate approves the systems, pilots them and puts them into operation.
func (j *journey) operate() {
	for i := range j.systems {
		s := &j.systems[i]
		j.ben.moves(s.number, "approve")
		j.cem.move(s.number, "pilot", "pilot_until", j.later, "pilot_requests_per_day", "100", "pilot_people", "5")
		deployment := j.ada.record("deployment", "title", "First version of "+s.number, "owner", j.cem.name, "system", s.number, "release", "1", "environment", "Office computers",
			"criteria", "Nine of ten drafts need no change.", "rollback", "The key is revoked.", "informed", "true")
		j.ada.move(deployment, "verify", "verification", "Forty-eight of fifty drafts were right.", "verified_by", j.ada.name)
		j.ben.moves(deployment, "approve")
		j.cem.move(s.number, "report", "criteria_result", "Forty-eight of fifty drafts were right.", "user_information", "Intranet, page 12", "stop_tested", j.today)
		j.ben.moves(s.number, "operate")
		if state := j.ada.state(s.number); state != "Operating" {
			j.Fatalf("%s is %s", s.number, state)
		}
	}
}

// send sends a request of each system, by a key it is given when it has none.
func (j *journey) send(want int) {
	for i, slug := range []string{"claims-letters", "meeting-notes", "search-in-guidelines"} {
		s := &j.systems[i]
		if s.key == "" {
			j.ada.visit("/systems/" + slug)
			j.ada.fillIn("form[action='/systems/"+slug+"/keys']", "kind", "person", "person", j.cem.mail)
			s.key = j.ada.secret()
		}
		j.in.Key = s.key
		if a := j.in.post(j, openAI, openAI.body("gpt-4o-mini", "Write a letter.", false)); a.status != want {
			j.Errorf("%s: status %d, want %d: %s", slug, a.status, want, a.body)
		}
	}
}

func (j *journey) scope() {
	scope := []string{
		"title", "The whole office", "owner", j.ada.name, "statement", "The claims office with the AI it uses.", "org_roles", "user",
		"units.0.unit", "Claims", "units.0.people", "12", "units.0.decision", "in", "units.0.authority", "true",
		"sites.0.site", "Head office", "sites.0.sort", "physical", "sites.0.decision", "in",
		"entities.0.entity", "Northgate Insurance", "entities.0.decision", "in", "entities.0.authority", "true",
		"processes.0.process", "Handling of claims", "processes.0.decision", "in",
		"interfaces.0.outside", "Example Models Ltd", "interfaces.0.what", "Requests and answers", "interfaces.0.agreement", "Contract 2026-17", "hours", "400",
	}
	for i, s := range j.systems {
		at := fmt.Sprintf("systems.%d.", i)
		scope = append(scope, at+"system", s.number, at+"decision", "in", at+"persons", "false")
	}
	number := j.ada.record("scope", scope...)
	j.ada.move(number, "compare", "compared", j.today, "comparison", "Traffic of the gateway and the list of applications: nothing else is used.")
	j.ada.moves(number, "propose")
	j.ben.move(number, "approve", "certificate", "Use of AI systems in the handling of claims at Northgate Insurance.", "begins", j.today)
	if state := j.ada.state(number); state != "In force" {
		j.Errorf("the scope is %s", state)
	}
}

func (j *journey) statement() {
	j.ada.visit("/kinds/statement_row")
	j.ada.fillIn("form[action='/decisions']")
	for i := range 38 {
		risk := j.risks[i%len(j.risks)]
		j.ada.move(fmt.Sprintf("CD-%03d", i+1), "decide", "owner", j.ada.name, "decision", "included",
			"why", "Clerks rely on drafts, and "+risk+" shows what happens when nobody checks them.", "risks", risk, "status", "implemented")
	}
	number := j.ada.record("statement", "title", "Statement of applicability", "owner", j.ada.name, "standard", "ISO/IEC 42001:2023")
	j.ada.moves(number, "complete")
	j.cem.moves(number, "check")
	j.ben.moves(number, "approve")
	j.ada.moves(number, "put_in_force")
	if state := j.ada.state(number); state != "In force" {
		j.Errorf("the statement is %s", state)
	}
	if text := j.ada.text(); !strings.Contains(text, "A.9.2") {
		j.Errorf("the statement does not show its decisions:\n%s", text)
	}
}
