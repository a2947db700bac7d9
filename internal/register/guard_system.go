// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// systemFunctions hold the rules of AI systems.
func systemFunctions() Functions {
	return Functions{
		Guards: map[string]GuardFunc{
			"system_owner_accepted":  systemOwnerAccepted,
			"system_approver":        systemApprover,
			"system_suppliers":       systemSuppliers,
			"system_reported":        systemReported,
			"system_ran":             systemRan,
			"system_approval_stands": systemApprovalStands,
			"system_changed":         systemChanged,
			"system_must_stop":       systemMustStop,
			"system_may_run":         systemMayRun,
			"system_trial_must_stop": systemTrialMustStop,
		},
		Derive: map[string]DeriveFunc{"system_levels": systemLevels, "system_tried": systemTried},
	}
}

// systemOwnerAccepted holds when the present owner accepted to answer for it, by
// beginning the assessment, after taking it over, or by the hand-over itself.
func systemOwnerAccepted(_ context.Context, _ *Reader, record *Record, _ Actor) (bool, string, error) {
	owner := record.Owner()
	accepted := slices.ContainsFunc([]string{"assess", "accept", AcceptedOffer}, func(move string) bool { return record.Done[move].By == owner })
	return !owner.IsZero() && accepted, "", nil
}

// approvers are the roles that decide on a system, by tier. The owner decides on
// their own system only where little depends on it.
var approvers = map[string][]string{
	"low":    {"owner", "risk_manager", "top_management"},
	"medium": {"risk_manager", "top_management"},
	"high":   {"top_management"},
}

func systemApprover(_ context.Context, _ *Reader, record *Record, actor Actor) (bool, string, error) {
	tier := record.Values.Text("tier")
	may, known := approvers[tier]
	switch {
	case actor.program:
		return true, "", nil
	case !known:
		return false, "No tier follows from the answers yet; complete them.", nil
	case tier != "low" && record.Owner() == actor.Person:
		return false, "You own the system; of tier " + tier + " it is decided on by somebody else.", nil
	}
	ok := slices.ContainsFunc(actor.roles(record), func(role string) bool { return slices.Contains(may, role) })
	return ok, "The tier is " + tier + "; it is decided on by: " + strings.Join(words(may), ", ") + ".", nil
}

// systemSuppliers names the models that nobody registered or whose supplier may not
// be sent anything.
func systemSuppliers(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	var wrong []string
	for _, text := range record.Values.List("models") {
		id, err := counterfoil.ParseID(text)
		if err != nil {
			return false, "", err
		}
		model, err := r.Record(ctx, id)
		if err != nil {
			return false, "", err
		}
		says, err := modelFault(ctx, r, model)
		if err != nil {
			return false, "", err
		}
		if says != "" {
			wrong = append(wrong, model.Number()+" "+says)
		}
	}
	return len(wrong) == 0, "Not every model may be used: " + strings.Join(wrong, "; ") + ".", nil
}

func modelFault(ctx context.Context, r *Reader, model *Record) (string, error) {
	supplier := model.Values.ID("supplier")
	switch {
	case model.State != "registered":
		return "is not registered any more", nil
	case supplier.IsZero() && model.Values.Text("origin") == "own":
		return "", nil
	case supplier.IsZero():
		return "names no supplier", nil
	}
	s, err := r.Record(ctx, supplier)
	if err != nil {
		return "", err
	}
	if s.State == "approved" || s.State == "in_use" {
		return "", nil
	}
	return fmt.Sprintf("comes from %s, which is %s", s.Number(), strings.ToLower(s.StateOf().Label)), nil
}

// systemReported holds when the owner reported on the pilot that runs.
func systemReported(_ context.Context, _ *Reader, record *Record, _ Actor) (bool, string, error) {
	return record.Done["report"].Version > record.Done["pilot"].Version, "", nil
}

// systemRan holds when it was in operation before, or was set up there.
func systemRan(_ context.Context, _ *Reader, record *Record, _ Actor) (bool, string, error) {
	_, operated := record.Done["operate"]
	setUp := record.InForce != nil && record.InForce.Move == Created
	return operated || setUp, "", nil
}

func systemApprovalStands(_ context.Context, _ *Reader, record *Record, _ Actor) (bool, string, error) {
	return record.Approval != nil && record.InForce != nil, "", nil
}

// systemChanged holds when a significant change after the approval has it decided
// that an assessment is redone.
func systemChanged(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	if record.Approval == nil {
		return false, "", nil
	}
	changes, err := r.Linked(ctx, record, "change")
	if err != nil {
		return false, "", err
	}
	return slices.ContainsFunc(changes, func(c *Record) bool {
		redo := c.Values.Text("redo_risk") == "redo" || c.Values.Text("redo_impact") == "redo"
		return redo && c.Values.Text("class") != "standard" && c.Approval != nil && c.Approval.At.After(record.Approval.At)
	}), "", nil
}

// ownerGrace is how long a system runs on after its owner left.
const ownerGrace = 14 * 24 * time.Hour

// systemMustStop holds while a severe incident of a system in use or on trial is not
// contained, or its owner left longer ago than the grace period.
func systemMustStop(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	if record.InForce == nil && !runsOnTrial(r, record) {
		return false, "", nil
	}
	why, err := stops(ctx, r, record)
	return why != "", "", err
}

func systemMayRun(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	why, err := stops(ctx, r, record)
	return why == "", why, err
}

// stops says what keeps a system from running; "" when nothing does.
func stops(ctx context.Context, r *Reader, record *Record) (string, error) {
	incidents, err := r.Linked(ctx, record, "incident")
	if err != nil {
		return "", err
	}
	for _, i := range incidents {
		if i.Values.Text("severity") == "high" && (i.State == "reported" || i.State == "triaged") {
			return i.Number() + " is severe and not contained yet.", nil
		}
	}
	if record.Owner().IsZero() {
		return "", nil // the one made by the program; all others needed an owner to be approved
	}
	owner, err := r.Record(ctx, record.Owner())
	if err != nil {
		return "", err
	}
	if owner.State == "left" && r.Now().Sub(owner.Since) > ownerGrace {
		return owner.Number() + ", who answers for it, left. Name somebody else.", nil
	}
	return "", nil
}

// grade is one reason for a level.
type grade struct {
	level int // of grades
	why   string
}

var grades = []string{"low", "medium", "high"}

// systemLevels sets impact level and tier from the answers, and says why. Without
// the answers they rest on there are none.
func systemLevels(_ context.Context, _ *Reader, record *Record) error {
	v := record.Values
	for _, id := range []string{"impact_level", "tier", "levels_why"} {
		delete(v, id)
	}
	for _, id := range []string{"autonomy", "decides", "reach", "data_classes"} {
		if empty(v[id]) {
			return nil
		}
	}
	impact := highest(impactGradesOf(v))
	tier := highest(append(tierGradesOf(v), impact))
	v["impact_level"], v["tier"], v["levels_why"] = grades[impact.level], grades[tier.level], tier.why
	return nil
}

// impactGradesOf are what a system can do to people.
func impactGradesOf(v kind.Values) []grade {
	decides := v.Text("decides")
	list := []grade{{0, "nothing in the answers raises it"}}
	raise := func(when bool, level int, why string) {
		if when {
			list = append(list, grade{level, why})
		}
	}
	raise(decides == "yes", 2, "it decides on, ranks or profiles people")
	raise(v.Truth("vulnerable") && (decides != "no" || v.Text("autonomy") != "low"), 2, "people who depend on us are affected by what it does")
	raise(lawSays(v, "high_risk"), 2, "the law counts it as high-risk")
	raise(decides == "prepares", 1, "it prepares decisions on people")
	raise(v.Truth("vulnerable"), 1, "people who depend on us are affected")
	raise(slices.Contains(v.List("data_classes"), "special"), 1, "it is given special categories of personal data")
	raise(v.Text("autonomy") == "high", 1, "it decides by itself")
	return list
}

// tierGradesOf are what raises the tier besides the impact on people.
func tierGradesOf(v kind.Values) []grade {
	classes := v.List("data_classes")
	list := []grade{}
	raise := func(when bool, level int, why string) {
		if when {
			list = append(list, grade{level, why})
		}
	}
	raise(v.Text("autonomy") == "high" && v.Text("reach") == "high", 2, "it decides by itself and reaches very many people")
	raise(slices.Contains(classes, "secret"), 2, "it is given passwords and keys")
	raise(v.Text("autonomy") != "low", 1, "it acts by itself")
	raise(slices.Contains(classes, "personal") && v.Text("reach") != "low", 1, "it is given personal data and reaches many people")
	raise(slices.Contains(classes, "confidential") && v.Text("reach") == "high", 1, "it is given confidential data and reaches very many people")
	raise(slices.Contains(v.List("roles"), "provides"), 1, "it is provided to others")
	raise(lawSays(v, "transparency"), 1, "the law asks that people are told")
	return list
}

func highest(list []grade) grade {
	return slices.MaxFunc(list, func(a, b grade) int { return a.level - b.level })
}

func lawSays(v kind.Values, question string) bool {
	return slices.ContainsFunc(v.Rows("law"), func(row map[string]any) bool {
		return row["question"] == question && row["answer"] == "yes"
	})
}
