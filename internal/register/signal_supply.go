// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil/internal/standard"
)

// supplySignals are those of suppliers, incidents, reports and exceptions.
func supplySignals() map[string]signal {
	return map[string]signal{
		"sup.assessed":         {judge: suppliersAssessed},
		"data.no_training":     {judge: suppliersTrainNot},
		"inc.notified":         {judge: dutiesTold},
		"ext.reports_handled":  {judge: reportsHandled},
		"pol.exceptions_valid": {judge: exceptionsValid},
	}
}

// suppliersInUse are those that may be sent something, or were until they were restricted.
func suppliersInUse(ctx context.Context, r *Reader) ([]*Record, error) {
	return r.All(ctx, "supplier", "approved", "in_use", "review_due", "restricted")
}

func suppliersAssessed(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := suppliersInUse(ctx, r)
	return judgeEach(list, func(s *Record) bool { return s.InForce != nil && r.within(s.InForce.At, 365) }), err
}

// suppliersTrainNot looks at the suppliers the gateway sends to.
func suppliersTrainNot(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := suppliersInUse(ctx, r)
	list = slices.DeleteFunc(list, func(s *Record) bool { return s.Values.Text("provider") == "" })
	return judgeEach(list, func(s *Record) bool {
		v := s.Values
		_, stored := v["storage_days"]
		return s.InForce != nil && stored && slices.Contains([]string{"never", "opt_out"}, v.Text("training"))
	}), err
}

// toldWithin are the days each duty to tell somebody leaves, from the day it was known.
var toldWithin = map[string]int{"authority_15": 15, "authority_10": 10, "authority_2": 2, "contract": 3, "people": 3}

// dutiesTold looks at the duties of incidents that came up in the window of the measure
// and are done or late; one whose clock runs is neither.
func dutiesTold(ctx context.Context, r *Reader) ([]Judged, error) {
	from := r.Now().UTC().AddDate(0, 0, -standard.ISO42001().Signals["inc.notified"].WindowDays).Format(time.DateOnly)
	list, err := r.All(ctx, "incident")
	var judged []Judged
	for _, i := range list {
		known, bad := time.Parse(time.DateOnly, i.Values.Text("known"))
		if bad != nil || i.Values.Text("known") < from {
			continue
		}
		for _, row := range i.Values.Rows("duties") {
			duty, _ := row["duty"].(string)
			days, real := toldWithin[duty]
			told, _ := row["told"].(string)
			until := known.AddDate(0, 0, days).Format(time.DateOnly)
			if real && (told != "" || until < r.Now().UTC().Format(time.DateOnly)) {
				judged = append(judged, Judged{i, told != "" && told <= until})
			}
		}
	}
	return judged, err
}

// Days that reports from outside leave for the first look and for the answer.
const reportTriageDays, reportAnswerDays = 5, 30

// reportsHandled looks at the reports that came in the window of the measure and are
// answered or late.
func reportsHandled(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := r.All(ctx, "report")
	days := standard.ISO42001().Signals["ext.reports_handled"].WindowDays
	var judged []Judged
	for _, x := range list {
		late := func(move string, days int) bool {
			act, ok := x.Done[move]
			until := x.Made.At.AddDate(0, 0, days)
			return ok && act.At.After(until) || !ok && r.Now().After(until)
		}
		isLate := late("triage", reportTriageDays) || late("answer", reportAnswerDays)
		if _, answered := x.Done["answer"]; r.within(x.Made.At, days) && (answered || isLate) {
			judged = append(judged, Judged{x, !isLate})
		}
	}
	return judged, err
}

func exceptionsValid(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := r.All(ctx, "exception", "approved")
	return judgeEach(list, func(e *Record) bool {
		return e.Approval != nil && !e.Approval.By.IsZero() && filled(e.Values, "why", "instead") && r.lasts(e.Values, "until")
	}), err
}
