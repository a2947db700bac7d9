// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// statementFunctions hold the checks of the statement of applicability.
func statementFunctions() Functions {
	return Functions{
		Guards: map[string]GuardFunc{
			"statement_specific":         statementSpecific,
			"statement_not_contradicted": statementNotContradicted,
			"statement_all_decided":      statementAllDecided,
			"statement_sound":            statementSound,
			"statement_drifts":           statementDrifts,
		},
		Derive: map[string]DeriveFunc{"statement_row_title": statementRowTitle, "statement_rows": statementRows},
	}
}

// statementRowTitle names the control, and refuses what is none.
func statementRowTitle(_ context.Context, _ *Reader, record *Record) error {
	id := record.Values.Text("control")
	record.Values["title"] = id
	if r, ok := standard.ISO42001().Requirement(id); ok && r.Kind == "control" {
		record.Values["title"] = id + " " + r.Title
	}
	return nil
}

// stock are reasons that would fit any organisation.
var stock = []string{"best practice", "good practice", "required by the standard", "required by iso", "not applicable", "n/a", "not relevant", "as needed", "see policy", "common practice", "industry standard"}

const leastReason = 30 // characters

func specific(reason string) bool {
	plain := strings.ToLower(strings.TrimSpace(reason))
	for _, phrase := range stock {
		plain = strings.ReplaceAll(plain, phrase, "")
	}
	return len([]rune(strings.TrimSpace(plain))) >= leastReason
}

func statementSpecific(_ context.Context, _ *Reader, record *Record, _ Actor) (bool, string, error) {
	return specific(record.Values.Text("why")), "", nil
}

func statementNotContradicted(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	if record.Values.Text("decision") != "excluded" {
		return true, "", nil
	}
	needs, err := whoNeeds(ctx, r, record.Values.Text("control"))
	if err != nil || len(needs) == 0 {
		return err == nil, "", err
	}
	return false, "It cannot be excluded: " + strings.Join(needs, "; ") + ".", nil
}

// whoNeeds lists what relies on a control: open risks, treatments, obligations,
// and the organisation's roles where the catalogue says that they always do.
func whoNeeds(ctx context.Context, r *Reader, control string) ([]string, error) {
	var needs []string
	for _, source := range []struct {
		kind, says string
		over       []string
	}{
		{"risk", "is reduced by it", []string{"closed"}},
		{"treatment", "uses it", []string{"dropped"}},
		{"obligation", "demands it", nil},
	} {
		list, err := r.Holding(ctx, source.kind, "controls", control)
		if err != nil {
			return nil, err
		}
		for _, record := range list {
			if !slices.Contains(source.over, record.State) {
				needs = append(needs, record.Number()+" "+source.says)
			}
		}
	}
	implied, err := impliedBy(ctx, r, control)
	return append(needs, implied...), err
}

// impliedBy names the systems whose role makes a control always needed.
func impliedBy(ctx context.Context, r *Reader, control string) ([]string, error) {
	requirement, ok := standard.ISO42001().Requirement(control)
	if !ok {
		return nil, nil
	}
	systems, err := r.All(ctx, "system")
	if err != nil {
		return nil, err
	}
	var implied []string
	for _, s := range systems {
		if s.InForce == nil {
			continue
		}
		for _, role := range rolesOf(s.InForce.Values) {
			if requirement.Applicability[role] == "always" {
				implied = append(implied, fmt.Sprintf("the organisation %s %s", role, s.Number()))
				break
			}
		}
	}
	return implied, nil
}

// rolesOf are the organisation's roles for a system: develops, provides, uses.
func rolesOf(v kind.Values) []string {
	if list := v.List("roles"); list != nil {
		return list
	}
	if role := v.Text("role"); role != "" {
		return []string{role}
	}
	return nil
}

// statementRows freezes the decisions when the statement is completed, and lets
// go of them when it goes back to draft.
func statementRows(ctx context.Context, r *Reader, record *Record) error {
	switch {
	case record.State == "draft":
		delete(record.Values, "rows")
	case record.State == "complete" && record.Values.Rows("rows") == nil:
		rows, err := frozenRows(ctx, r)
		if err != nil {
			return err
		}
		record.Values["rows"] = rows
	}
	return nil
}

func frozenRows(ctx context.Context, r *Reader) ([]map[string]any, error) {
	decisions, err := r.All(ctx, "statement_row", "open", "decided")
	if err != nil {
		return nil, err
	}
	slices.SortFunc(decisions, func(a, b *Record) int {
		return compareControls(a.Values.Text("control"), b.Values.Text("control"))
	})
	rows := make([]map[string]any, 0, len(decisions))
	for _, d := range decisions {
		row := map[string]any{"control": d.Values.Text("control"), "title": d.Title(), "record": d.ID.String(), "version": int64(d.Version)}
		for to, from := range map[string]string{"decision": "decision", "why": "why", "status": "status"} {
			if text := d.Values.Text(from); text != "" {
				row[to] = text
			}
		}
		if source, err := sourceOf(ctx, r, d); err != nil {
			return nil, err
		} else if source != "" {
			row["source"] = source
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// sourceOf names by number what a control is included for.
func sourceOf(ctx context.Context, r *Reader, d *Record) (string, error) {
	var numbers []string
	for _, field := range []string{"risks", "obligations", "objectives"} {
		for _, text := range d.Values.List(field) {
			id, err := counterfoil.ParseID(text)
			if err != nil {
				return "", err
			}
			source, err := r.Record(ctx, id)
			if err != nil {
				return "", err
			}
			numbers = append(numbers, source.Number())
		}
	}
	return strings.Join(numbers, ", "), nil
}

// compareControls puts A.2.2 before A.10.2, and own controls last.
func compareControls(a, b string) int {
	catalogue := standard.ISO42001().IDs()
	i, j := slices.Index(catalogue, a), slices.Index(catalogue, b)
	switch {
	case i >= 0 && j >= 0:
		return i - j
	case i >= 0:
		return -1
	case j >= 0:
		return 1
	default:
		return strings.Compare(a, b)
	}
}

// statementAllDecided looks at the decisions as they stand.
func statementAllDecided(ctx context.Context, r *Reader, _ *Record, _ Actor) (bool, string, error) {
	decisions, err := r.All(ctx, "statement_row", "open", "decided")
	if err != nil {
		return false, "", err
	}
	state := map[string]string{}
	for _, d := range decisions {
		state[d.Values.Text("control")] = d.State
	}
	var missing []string
	for _, control := range annexA() {
		if state[control] != "decided" {
			missing = append(missing, control)
		}
	}
	for _, d := range decisions {
		if d.State != "decided" && !slices.Contains(missing, d.Values.Text("control")) {
			missing = append(missing, d.Values.Text("control"))
		}
	}
	if len(missing) == 0 {
		return true, "", nil
	}
	return false, fmt.Sprintf("Not decided yet, %d of %d: %s.", len(missing), len(annexA()), strings.Join(missing, ", ")), nil
}

func annexA() []string {
	var ids []string
	for _, r := range standard.ISO42001().Requirements {
		if r.Kind == "control" {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// StatementFinding is something a check of the statement found.
type StatementFinding struct{ Control, Says string }

// CheckStatement checks the frozen decisions of a statement against the records.
func CheckStatement(ctx context.Context, r *Reader, record *Record) ([]StatementFinding, error) {
	var found []StatementFinding
	add := func(control, format string, args ...any) {
		found = append(found, StatementFinding{control, fmt.Sprintf(format, args...)})
	}
	seen := map[string]bool{}
	for _, row := range record.Values.Rows("rows") {
		control, _ := row["control"].(string)
		decision, _ := row["decision"].(string)
		why, _ := row["why"].(string)
		source, _ := row["source"].(string)
		switch requirement, ok := standard.ISO42001().Requirement(control); {
		case seen[control]:
			add(control, "stands twice")
		case strings.HasPrefix(control, "B."):
			add(control, "is guidance of Annex B, not a control")
		case ok && requirement.Kind != "control":
			add(control, "is a clause; clauses cannot be chosen")
		case !ok && strings.HasPrefix(control, "A."):
			add(control, "is no control of Annex A")
		}
		seen[control] = true
		if !specific(why) {
			add(control, "has a reason that would fit any organisation")
		}
		if decision == "included" && source == "" {
			add(control, "is included without a risk, an obligation or an objective")
		}
		if decision == "excluded" {
			needs, err := whoNeeds(ctx, r, control)
			if err != nil {
				return nil, err
			}
			for _, n := range needs {
				add(control, "is excluded, but %s", n)
			}
		}
	}
	for _, control := range annexA() {
		if !seen[control] {
			add(control, missingRow)
		}
	}
	return found, missingOwn(ctx, r, seen, add)
}

// missingOwn looks for controls of our own that risks rely on.
func missingOwn(ctx context.Context, r *Reader, seen map[string]bool, add func(control, format string, args ...any)) error {
	risks, err := r.All(ctx, "risk")
	if err != nil {
		return err
	}
	for _, risk := range risks {
		for _, own := range risk.Values.List("own_controls") {
			if risk.State != "closed" && !seen[own] && !seen["O."+own] {
				add(own, "reduces %s and is no row", risk.Number())
			}
		}
	}
	return nil
}

func statementSound(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	found, err := CheckStatement(ctx, r, record)
	if err != nil || len(found) == 0 {
		return err == nil, "", err
	}
	texts := make([]string, 0, len(found))
	for _, f := range found[:min(len(found), 10)] {
		texts = append(texts, f.Control+" "+f.Says)
	}
	if more := len(found) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return false, strings.Join(texts, "; ") + ".", nil
}

// statementDrifts holds when a decision or a risk is newer than the approval, or a
// check finds something.
func statementDrifts(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	if record.Approval == nil {
		return true, "", nil
	}
	rows, err := frozenRows(ctx, r)
	if err != nil {
		return false, "", err
	}
	stood := record.Values.Rows("rows")
	if len(rows) != len(stood) {
		return true, "", nil
	}
	for i := range rows {
		if rows[i]["decision"] != stood[i]["decision"] || rows[i]["control"] != stood[i]["control"] {
			return true, "", nil
		}
	}
	found, err := CheckStatement(ctx, r, record)
	return len(found) > 0, "", err
}

// StartStatement makes a decision record for every control of Annex A that has none.
func (r *Register) StartStatement(ctx context.Context, actor Actor) (made int, err error) {
	standing, err := r.reader().All(ctx, "statement_row")
	if err != nil {
		return 0, err
	}
	have := map[string]bool{}
	for _, d := range standing {
		have[d.Values.Text("control")] = true
	}
	for _, control := range annexA() {
		if have[control] {
			continue
		}
		if _, err := r.Create(ctx, actor, "statement_row", Input{Values: kind.Values{"control": control}}); err != nil {
			return made, err
		}
		made++
	}
	return made, nil
}

// CheckDecisions checks the decisions as they stand, as a statement that froze them
// now would be checked.
func CheckDecisions(ctx context.Context, r *Reader) ([]StatementFinding, error) {
	rows, err := frozenRows(ctx, r)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(row map[string]any) bool { return row["decision"] == nil })
	found, err := CheckStatement(ctx, r, &Record{Values: kind.Values{"rows": rows}})
	for i := range found {
		if found[i].Says == missingRow {
			found[i].Says = "is not decided yet"
		}
	}
	return found, err
}

const missingRow = "is missing"
