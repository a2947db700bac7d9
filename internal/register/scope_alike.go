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
)

// alike looks for systems left out that handle what a system inside handles: a data
// set, a class of data other than public, or a decision on people. Where a record does not
// say which data or which decision, it is not covered.
func (i *inspection) alike(ctx context.Context) error {
	sets, err := i.dataSets(ctx)
	if err != nil {
		return err
	}
	var like []*Record
	var says []string
	for _, out := range i.out {
		if in, what := i.mostShared(out, sets); what != "" {
			like = append(like, out)
			says = append(says, fmt.Sprintf("%s shares with %s %s", out.Number(), in.Number(), what))
		}
	}
	if len(like) > 0 {
		i.measured("N2", "%d", len(like))
		i.found("N2", like, []string{changeScope}, "Left out, but: %s.", strings.Join(says, "; "))
	}
	all := slices.Concat(i.in, i.out)
	if silent := without(all, func(s *Record) bool { return len(s.Values.List("data_classes")) == 0 && len(sets[s.ID]) == 0 }); len(silent) > 0 && len(i.out) > 0 {
		i.unknown("N2", "Which data they are given is not said: "+numbers(silent)+".")
	}
	if silent := without(all, func(s *Record) bool { return deciding(s) && i.decision(s) == "" }); len(silent) > 0 && len(i.out) > 0 {
		i.unknown("N2", "Which decision they make or prepare is not said: "+numbers(silent)+".")
	}
	return nil
}

// dataSets are the data sets of each system of the scope, but those withdrawn.
func (i *inspection) dataSets(ctx context.Context) (map[counterfoil.ID][]*Record, error) {
	sets := map[counterfoil.ID][]*Record{}
	if len(i.out) == 0 {
		return sets, nil
	}
	for _, s := range slices.Concat(i.in, i.out) {
		list, fields, err := i.r.LinksTo(ctx, s.ID, "dataset")
		if err != nil {
			return nil, fmt.Errorf("read data sets: %w", err)
		}
		for n, set := range list {
			if fields[n] == "systems" && set.State != "withdrawn" {
				sets[s.ID] = append(sets[s.ID], set)
			}
		}
	}
	return sets, nil
}

// mostShared finds the system inside that one outside has most in common with: a data
// set weighs more than a decision, and that more than a class of data.
func (i *inspection) mostShared(out *Record, sets map[counterfoil.ID][]*Record) (in *Record, what string) {
	for _, common := range []func(a, b *Record) string{
		func(a, b *Record) string { return commonSet(sets[a.ID], sets[b.ID]) }, i.commonDecision, commonClasses,
	} {
		for _, in := range i.in {
			if what := common(out, in); what != "" {
				return in, what
			}
		}
	}
	return nil, ""
}

func commonSet(a, b []*Record) string {
	for _, set := range a {
		if slices.ContainsFunc(b, func(other *Record) bool { return other.ID == set.ID }) {
			return "the data set " + set.Number()
		}
	}
	return ""
}

func (i *inspection) commonDecision(a, b *Record) string {
	if d := i.decision(a); d != "" && strings.EqualFold(d, i.decision(b)) {
		return "the decision “" + d + "”"
	}
	return ""
}

func commonClasses(a, b *Record) string {
	f, _ := a.Kind.Field("data_classes")
	var classes []string
	for _, class := range a.Values.List("data_classes") {
		if class != "public" && slices.Contains(b.Values.List("data_classes"), class) {
			classes = append(classes, strings.ToLower(labelOf(f, class)))
		}
	}
	if len(classes) == 0 {
		return ""
	}
	return "the data class " + joinAnd(classes)
}

// labelOf is an option in words.
func labelOf(f *kind.Field, option string) string {
	for _, o := range f.Options {
		if o.ID == option {
			return o.Label
		}
	}
	return option
}

// decision is the decision on people a system makes or prepares, in the words of the scope.
func (i *inspection) decision(s *Record) string {
	text, _ := i.row(s)["decides_on"].(string)
	return strings.TrimSpace(text)
}

// deciding tells whether a system makes or prepares decisions on people.
func deciding(s *Record) bool {
	return slices.Contains([]string{"prepares", "yes"}, s.Values.Text("decides"))
}
