// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/evidence"
	"github.com/counterfoil/counterfoil/internal/identity"
)

type onePage struct {
	shell.Page
	ID              string
	Entry           string
	Heading, Lead   string
	Opened, Now     time.Time
	Stub            []part.Fact
	Person          personView
	Identity        []part.Fact
	Traffic         []part.Fact
	Decision        decisionView
	FindingsSummary string
	NoFindings      string
	Findings        []findingRow
	Left, Back      bodyView
	TextNote        string
	GuardsSummary   string
	Guards          []guardRow
	Proof           proofView
}

// personView shows an id until somebody asks for the name.
type personView struct {
	Known bool
	Label string
	Name  string
}

type decisionView struct {
	Summary string
	Notice  part.Notice
	Rules   []ruleRow
	Digests []part.Fact
}

type ruleRow struct {
	Rule, Phase, Mode string
	Effect            part.Fact
}

type findingRow struct {
	Type, Phase, Where, Bytes, Detector, Score string
	Action                                     part.Mark
}

type guardRow struct {
	Name, Version, Bar, Millis string
	Status                     part.Mark
	Reason                     part.Fact
}

// asked loads what an address names, for who may look at it.
func (s *Section) asked(r *http.Request) (*evidence.View, error) {
	id, err := counterfoil.ParseID(r.PathValue("id"))
	if err != nil {
		return nil, shell.NotFound("There is no interaction with this id.")
	}
	view, err := s.evidence.Interaction(r.Context(), id)
	if err != nil {
		return nil, err
	}
	return view, s.mayLook(r, view.System.ID, view.Person.ID)
}

func (s *Section) show(w http.ResponseWriter, r *http.Request) error {
	view, err := s.asked(r)
	if err != nil {
		return err
	}
	p, err := s.onePage(r, view)
	if err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "interaction", p)
}

// showName shows who stands behind an id. That is recorded first.
func (s *Section) showName(w http.ResponseWriter, r *http.Request) error {
	view, err := s.asked(r)
	if err != nil {
		return err
	}
	known, ok := s.Directory.Snapshot().Person(identity.PersonID(view.Person.ID))
	if !ok {
		return shell.NotFound("This person is not in the register: never registered, or erased.")
	}
	if err := s.Recorder.Access(r.Context(), shell.Person(r), "name_shown", view.Person.ID); err != nil {
		return err
	}
	p, err := s.onePage(r, view)
	if err != nil {
		return err
	}
	p.Person.Name = known.Name
	if p.Person.Name == "" {
		p.Person.Name = known.Email
	}
	return s.Render(w, http.StatusOK, "interaction", p)
}

func (s *Section) onePage(r *http.Request, v *evidence.View) (*onePage, error) {
	p := &onePage{
		Page: s.Page(r, "Entry "+words.Number(v.Indexes.Intent), "interactions"), ID: v.ID.String(), Entry: words.Number(v.Indexes.Intent),
		Heading: heading(v), Lead: lead(v), Opened: v.Opened, Now: s.Clock.Now(), Stub: s.stub(v),
		Person: personOf(v), Identity: identityFacts(v), Traffic: trafficFacts(v),
		Decision: decisionOf(v), Guards: guardRows(v.Guards), GuardsSummary: guardsSummary(v.Guards), Proof: s.proofOf(v),
	}
	p.Findings, p.FindingsSummary, p.NoFindings = findingsOf(v)
	return p, s.addTexts(r, v, p)
}

// addTexts opens the payloads. Looking at text is recorded before it is shown.
func (s *Section) addTexts(r *http.Request, v *evidence.View, p *onePage) error {
	text, err := s.evidence.Text(r.Context(), v.ID)
	if err != nil {
		return err
	}
	if len(text.Request.Body)+len(text.Answer.Body) > 0 {
		if err := s.Recorder.Access(r.Context(), shell.Person(r), "text_shown", v.ID); err != nil {
			return err
		}
		p.TextNote = "You opened this text at " + words.Clock(p.Now) + ". That is entered in the ledger."
	}
	p.Left, p.Back = leftOf(v, text.Request), backOf(v, text.Answer)
	return nil
}

func leftOf(v *evidence.View, text evidence.Body) bodyView {
	if len(text.Body) == 0 {
		return bodyView{Summary: "No text", Missing: missingText(text.State, "The request could not be read, or carried no body.")}
	}
	b := viewBody(text.Body)
	switch {
	case v.ForwardedBytes == 0:
		b.Summary = "Nothing left. This is the request as it would have left, masked."
	case v.Redactions > 0:
		b.Summary = "Masked text only: " + words.Counted(v.Redactions, "place", "places") + " replaced. The values lie encrypted beside the ledger and are not shown."
	default:
		b.Summary = "As it left; nothing was masked."
	}
	return b
}

func backOf(v *evidence.View, text evidence.Body) bodyView {
	if len(text.Body) == 0 {
		why := "Nothing came back from the provider."
		if v.ForwardedBytes == 0 {
			why = "Nothing left, so nothing came back."
		} else if v.Result == nil {
			why = "No outcome has been recorded yet."
		}
		return bodyView{Summary: "No text", Missing: missingText(text.State, why)}
	}
	b := viewBody(text.Body)
	b.Summary = "Before placeholders were put back for the client."
	if v.Truncated {
		b.Summary += " What is stored stops at the storage limit."
	}
	return b
}

// missingText prefers what is known about the payload to a guess.
func missingText(state evidence.State, otherwise string) string {
	switch state {
	case evidence.StateErased:
		return "The text was erased. The entry stays verifiable."
	case evidence.StateDamaged:
		return "The stored text is missing, or is not what the entry commits to. Run counterfoil verify on the data directory."
	default:
		return otherwise
	}
}

func (s *Section) stub(v *evidence.View) []part.Fact {
	kind := "Interaction: intent " + words.Number(v.Indexes.Intent) + ", no outcome yet"
	if o := v.Indexes.Outcome; o != nil {
		kind = "Interaction: intent " + words.Number(v.Indexes.Intent) + " and outcome " + words.Number(*o)
		if *o == v.Indexes.Intent {
			kind = "Interaction: intent and outcome in one entry"
		}
	}
	stub := []part.Fact{
		{Label: "Kind", Value: kind},
		{Label: "Decision", Mark: new(standing(resultOf(v), decided(v).Effect))},
		{Label: "Opened", Value: v.Opened.UTC().Format("2 Jan 2006, 15:04:05.000")},
	}
	if v.Closed != nil {
		stub = append(stub, part.Fact{Label: "Closed", Value: v.Closed.UTC().Format("15:04:05.000") + ", after " + duration(v.DurationMS)})
	}
	return append(stub, part.Fact{Label: "Integrity", Mark: new(integrity(v))}, part.Fact{Label: "Recorded", Value: "At the time, by node " + s.ledger.Origin()})
}

func integrity(v *evidence.View) part.Mark {
	if v.Proof.Verified {
		return part.OK("Included and unaltered")
	}
	return part.Bad("Does not verify")
}

// resultOf is 0 while open.
func resultOf(v *evidence.View) counterfoil.Result {
	if v.Result == nil {
		return 0
	}
	return *v.Result
}

// decided is the stricter of what was decided over request and answer.
func decided(v *evidence.View) evidence.Decision {
	if v.AnswerDecision != nil && v.AnswerDecision.Effect > v.Decision.Effect {
		return *v.AnswerDecision
	}
	return v.Decision
}

// duration reads milliseconds as people do.
func duration(ms float64) string {
	switch {
	case ms < 10:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	case ms < 1000:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	default:
		return strconv.FormatFloat(ms/1000, 'f', 1, 64) + " seconds"
	}
}

func personOf(v *evidence.View) personView {
	if v.Person.ID.IsZero() {
		return personView{Label: "Unknown"}
	}
	return personView{Known: true, Label: words.PersonLabel(v.Person.ID)}
}

func identityFacts(v *evidence.View) []part.Fact {
	key := part.Fact{Label: "Key", Value: "None that is known", Missing: true}
	if !v.Key.ID.IsZero() {
		key = part.Fact{Label: "Key", Value: words.KeyLabel(v.Key.ID), Sub: "Belongs to a person"}
		if v.Workload {
			key.Sub = "Belongs to a program"
		}
	}
	return []part.Fact{
		{Label: "Assurance", Value: "I" + strconv.Itoa(int(v.Assurance)) + ": " + assuranceWords(v.Assurance)},
		key,
	}
}

func assuranceWords(level uint8) string {
	switch level {
	case 0:
		return "nobody was recognised"
	case 1:
		return "the client said who it is"
	case 2:
		return "a shared secret"
	case 3:
		return "a key of one person or program"
	case 4:
		return "a signed-in session, passed on by a known workload"
	default:
		return "a signed-in session with two factors"
	}
}

func trafficFacts(v *evidence.View) []part.Fact {
	system := part.Fact{Label: "AI system", Value: "Unknown", Missing: true}
	if v.System.Slug != "" {
		system = part.Fact{Label: "AI system", Value: v.System.Name, Href: "/systems/" + v.System.Slug}
	}
	model := part.Fact{Label: "Model", Value: words.ClipTo(v.Model, 200), Sub: "Listed for the system"}
	if v.Model == "" {
		model = part.Fact{Label: "Model", Value: "None named", Missing: true}
	} else if !v.ModelListed {
		model.Sub = "Not listed for the system"
	}
	mode := "in one piece"
	if v.Stream {
		mode = "streamed"
	}
	return []part.Fact{
		system, model,
		{Label: "Route", Value: v.Provider + ", " + v.Operation, Sub: v.Dialect + " dialect, " + mode},
		{Label: "Answer", Value: statusWords(v.Status), Sub: upstreamWords(v.UpstreamStatus)},
		{Label: "Size", Value: fmt.Sprintf("%s accepted, %s sent, %s back", words.Bytes(v.RequestBytes), words.Bytes(v.ForwardedBytes), words.Bytes(v.AnswerBytes)), Sub: usageWords(v)},
	}
}

func statusWords(status uint64) string {
	if status == 0 {
		return "None was sent"
	}
	return "HTTP " + strconv.FormatUint(status, 10) + " to the client"
}

func upstreamWords(status uint64) string {
	if status == 0 {
		return "None came from the provider"
	}
	return "HTTP " + strconv.FormatUint(status, 10) + " from the provider"
}

func usageWords(v *evidence.View) string {
	if v.Usage.InputTokens+v.Usage.OutputTokens == 0 {
		return "No token counts came back"
	}
	return words.Number(v.Usage.InputTokens) + " tokens in, " + words.Number(v.Usage.OutputTokens) + " out, as the provider counts"
}
