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
	"github.com/counterfoil/counterfoil/internal/standard"
)

// gapFunctions run gap assessments: one item for each requirement, and a gap for
// each item that is not met.
func gapFunctions() Functions {
	return Functions{
		Guards: map[string]GuardFunc{
			"gap_items_there":      gapItemsThere,
			"gap_gaps_planned":     gapGapsPlanned,
			"gap_repeated":         gapRepeated,
			"gap_second_person":    gapSecondPerson,
			"gap_control_excluded": gapControlExcluded,
		},
		Derive: map[string]DeriveFunc{"gap_measured": gapMeasured, "gap_result": gapResult, "gap_redated": gapRedated, "gap_profile": gapProfile},
		Acts:   map[string]ActFunc{"gap_items": gapItems, "gap_open": gapOpen},
	}
}

// itemsOf are the items of an assessment.
func itemsOf(ctx context.Context, r *Reader, assessment counterfoil.ID) ([]*Record, error) {
	list, fields, err := r.LinksTo(ctx, assessment, "gap_item")
	if err != nil {
		return nil, fmt.Errorf("read items: %w", err)
	}
	var items []*Record
	for i, item := range list {
		if fields[i] == "assessment" {
			items = append(items, item)
		}
	}
	return items, nil
}

// missingItems are the requirements an assessment has no item for.
func missingItems(ctx context.Context, r *Reader, assessment *Record) ([]*standard.Requirement, error) {
	items, err := itemsOf(ctx, r, assessment.ID)
	if err != nil {
		return nil, err
	}
	var missing []*standard.Requirement
	catalogue := standard.ISO42001()
	for i := range catalogue.Requirements {
		req := &catalogue.Requirements[i]
		if !slices.ContainsFunc(items, func(item *Record) bool { return item.Values.Text("requirement") == req.ID }) {
			missing = append(missing, req)
		}
	}
	return missing, nil
}

// gapItems makes the items an assessment has not got yet, so that it can be made
// again after it was interrupted.
func gapItems(ctx context.Context, act *Acting, assessment *Record) error {
	missing, err := missingItems(ctx, act.Reader, assessment)
	if err != nil {
		return err
	}
	reader := *act.Reader
	reader.read = map[string][]*Record{} // the records behind the signals are read once for all items
	for _, req := range missing {
		fixed := kind.Values{"title": strings.TrimSpace(req.ID + " " + req.Title), "requirement": req.ID, "weight": weightOf(req)}
		if err := reader.propose(ctx, fixed, req); err != nil {
			return err
		}
		_, err := act.Create(ctx, "gap_item", Input{Values: kind.Values{"assessment": assessment.ID.String()}, Fixed: fixed})
		if err != nil {
			return fmt.Errorf("make item for %s: %w", req.ID, err)
		}
	}
	return nil
}

// weightOf is the heaviest gap a question of the requirement can show.
func weightOf(req *standard.Requirement) string {
	heaviest := "ofi"
	for _, q := range req.Questions {
		if q.IfNo == "major" || q.IfNo == "minor" && heaviest == "ofi" {
			heaviest = q.IfNo
		}
	}
	return heaviest
}

// gapOpen begins the gap of an item, unless one is open already.
func gapOpen(ctx context.Context, act *Acting, item *Record) error {
	gaps, _, err := act.LinksTo(ctx, item.ID, "gap")
	if err != nil {
		return err
	}
	if slices.ContainsFunc(gaps, func(g *Record) bool { return g.State != "closed" }) {
		return nil
	}
	v := item.Values
	values := kind.Values{
		"title": item.Title(), "item": item.ID.String(), "assessment": v.Text("assessment"), "requirement": v.Text("requirement"),
		"weight": v.Text("weight"), "operational": v.Truth("declared"), "owner": v.Text("owner"),
	}
	_, err = act.Create(ctx, "gap", Input{Values: values, Reason: v.Text("why")})
	return err
}

func gapItemsThere(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	missing, err := missingItems(ctx, r, record)
	ids := make([]string, len(missing))
	for i := range missing {
		ids[i] = missing[i].ID
	}
	return len(missing) == 0, "No item for: " + strings.Join(ids, ", ") + ".", err
}

// gapGapsPlanned wants of every item that is a gap a gap with owner, date and action.
func gapGapsPlanned(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	items, err := itemsOf(ctx, r, record.ID)
	if err != nil {
		return false, "", err
	}
	var open []string
	for _, item := range items {
		if item.State != "gap" {
			continue
		}
		gaps, _, err := r.LinksTo(ctx, item.ID, "gap")
		if err != nil {
			return false, "", err
		}
		if !slices.ContainsFunc(gaps, func(g *Record) bool { return g.State != "open" }) {
			open = append(open, item.Values.Text("requirement"))
		}
	}
	return len(open) == 0, "Without owner, date and action: " + strings.Join(open, ", ") + ".", nil
}

func gapRepeated(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	list, fields, err := r.LinksTo(ctx, record.ID, "gap_assessment")
	return len(list) > 0 && slices.Contains(fields, "previous"), "", err
}

// gapSecondPerson keeps the owner of an item from confirming it where a major gap
// could hide.
func gapSecondPerson(_ context.Context, _ *Reader, record *Record, actor Actor) (bool, string, error) {
	return actor.program || record.Values.Text("weight") != "major" || record.Owner() != actor.Person, "", nil
}

// gapControlExcluded lets a control be not applicable only where the newest
// statement of applicability that was approved excludes it.
func gapControlExcluded(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	if record.Values.Text("answer") != "not_applicable" {
		return true, "", nil
	}
	excluded, err := excludedControls(ctx, r)
	return slices.Contains(excluded, record.Values.Text("requirement")), "", err
}

// excludedControls are those the statements of applicability in force exclude.
func excludedControls(ctx context.Context, r *Reader) ([]string, error) {
	statements, err := r.All(ctx, "statement")
	if err != nil {
		return nil, fmt.Errorf("read statements: %w", err)
	}
	var list []string
	for _, s := range statements {
		if s.InForce == nil {
			continue
		}
		for _, row := range s.InForce.Values.Rows("rows") {
			if control, ok := row["control"].(string); ok && row["decision"] == "excluded" {
				list = append(list, control)
			}
		}
	}
	return list, nil
}

// usualFreshness is how many days evidence counts when nothing else is said.
const usualFreshness = 365

// gapMeasured proposes anew from the signals when somebody asks for it, or when the item
// is opened again. What stood when it was answered stays beside the answer.
func gapMeasured(ctx context.Context, r *Reader, record *Record) error {
	asked := record.Done["measure"].Version == record.Version+1 || record.Done["reopen"].Version == record.Version+1
	req, ok := standard.ISO42001().Requirement(record.Values.Text("requirement"))
	if !asked || !ok {
		return nil
	}
	return r.propose(ctx, record.Values, req)
}

// gapResult makes of a yes without recent evidence a partly. A signal that passes, with a
// record behind it, is evidence of its day.
func gapResult(_ context.Context, r *Reader, record *Record) error {
	v := record.Values
	answer := v.Text("answer")
	if answer == "" {
		delete(v, "result")
		return nil
	}
	fresh := func(row map[string]any) bool { return isFresh(row, r.Now()) }
	measured := func(row map[string]any) bool { return row["verdict"] == standard.VerdictPass && fresh(row) }
	if answer == "yes" && !slices.ContainsFunc(v.Rows("evidence"), fresh) && !slices.ContainsFunc(v.Rows("measured"), measured) {
		answer = "partly"
	}
	v["result"] = answer
	return nil
}

func isFresh(evidence map[string]any, now time.Time) bool {
	day, _ := evidence["day"].(string)
	at, err := time.Parse(time.DateOnly, day)
	fresh, given := evidence["fresh"].(int64)
	if !given {
		fresh = usualFreshness
	}
	return err == nil && !at.After(now) && !at.AddDate(0, 0, int(fresh)).Before(now.Truncate(24*time.Hour))
}

// gapRedated keeps the first date of a gap and counts how often it was moved.
func gapRedated(ctx context.Context, r *Reader, record *Record) error {
	v := record.Values
	due := v.Text("due")
	switch {
	case due == "":
		return nil
	case v.Text("first_due") == "":
		v["first_due"], v["redated"] = due, int64(0)
		return nil
	}
	before, err := r.Record(ctx, record.ID)
	if err != nil {
		return fmt.Errorf("read the gap as it stands: %w", err)
	}
	if old := before.Values.Text("due"); old != "" && old != due {
		v["redated"] = before.Values.Integer("redated") + 1
	}
	return nil
}
