// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// impactFunctions screen impact assessments and hold their rules.
func impactFunctions() Functions {
	return Functions{
		Guards: map[string]GuardFunc{
			"impact_all_dimensions":   impactAllDimensions,
			"impact_not_system_owner": impactNotSystemOwner,
			"impact_conditions_stand": impactConditionsStand,
		},
		Derive: map[string]DeriveFunc{"impact_level": impactLevel},
	}
}

var impactGrades = []string{"low", "medium", "high"}

// impactLevel is the highest answer of the screening, high for vulnerable people
// and restricted uses. Somebody may lower it with a reason and a second person.
func impactLevel(_ context.Context, _ *Reader, record *Record) error {
	v := record.Values
	delete(v, "level")
	highest := -1
	for _, id := range []string{"criticality", "sensitivity", "autonomy", "scale"} {
		at := slices.Index(impactGrades, v.Text(id))
		if at < 0 {
			return nil // the screening is not finished
		}
		highest = max(highest, at)
	}
	if v.Truth("vulnerable") || v.Text("restricted") == "high_risk" || v.Text("restricted") == "prohibited" {
		highest = len(impactGrades) - 1
	}
	if lowered := slices.Index(impactGrades, v.Text("lowered")); lowered >= 0 && v.Text("lowered_why") != "" && v.Text("lowered_by") != "" {
		highest = min(highest, lowered)
	}
	v["level"] = impactGrades[highest]
	return nil
}

func impactAllDimensions(_ context.Context, _ *Reader, record *Record, _ Actor) (bool, string, error) {
	f, _ := record.Kind.Field("dimensions")
	concluded := map[any]bool{}
	for _, row := range record.Values.Rows("dimensions") {
		concluded[row["dimension"]] = true
	}
	var missing []string
	for _, o := range dimensionOptions(f) {
		if !concluded[o.ID] {
			missing = append(missing, strings.ToLower(o.Label))
		}
	}
	if len(missing) == 0 {
		return true, "", nil
	}
	return false, "No conclusion yet for: " + strings.Join(missing, ", ") + ". “None” is a conclusion when it has a reason.", nil
}

func dimensionOptions(f *kind.Field) []kind.Option {
	for i := range f.Fields {
		if f.Fields[i].ID == "dimension" {
			return f.Fields[i].Options
		}
	}
	return nil
}

// impactNotSystemOwner keeps the owner of the assessed system from deciding.
func impactNotSystemOwner(ctx context.Context, r *Reader, record *Record, actor Actor) (bool, string, error) {
	system, err := r.Record(ctx, record.Values.ID("system"))
	if err != nil {
		return false, "", err
	}
	return system.Owner().IsZero() || system.Owner() != actor.Person, "", nil
}

// impactConditionsStand holds while the conditions are those that were approved: putting
// them in force adds what each became, and rewords none.
func impactConditionsStand(_ context.Context, _ *Reader, record *Record, _ Actor) (bool, string, error) {
	f, _ := record.Kind.Field("conditions")
	if record.InForce == nil {
		return false, "", nil
	}
	approved, entered := record.InForce.Values.Rows(f.ID), record.Values.Rows(f.ID)
	return len(approved) == len(entered) && reflect.DeepEqual(f.BoundPart(approved), f.BoundPart(entered)), "", nil
}
