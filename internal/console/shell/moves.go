// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"net/url"
	"strings"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// KindOverride is the kind of record that lets a move pass guards.
const KindOverride = "override"

// OverrideHref leads to the form that asks for an override, filled in; "" when a
// reason allows none, or the person may not ask.
func (d *Desk) OverrideHref(r *register.Record, m *kind.Move, reasons []register.Reason) string {
	k, err := d.shell.Kinds.Kind(KindOverride)
	if err != nil || len(reasons) == 0 || d.May(k, nil, register.Create) != nil {
		return ""
	}
	var guards []string
	for i := range reasons {
		if !reasons[i].Overridable() {
			return ""
		}
		guards = append(guards, reasons[i].Guard)
	}
	return "/kinds/" + KindOverride + "/new?" + url.Values{"record": {r.Number()}, "move": {m.ID}, "guards": {strings.Join(guards, "\n")}}.Encode()
}

// MoveChoice is a move with its way to the form, or with what stands in the way.
type MoveChoice struct {
	Label   string
	Href    string // "" when it cannot be made
	Primary bool
	Help    string
	Barred  string
	Reasons []register.Reason
	Ask     string // where an override can be asked for
	Tag     string
}

// MoveChoices are the moves of a record with the way to each, or with what stands in it.
func (d *Desk) MoveChoices(r *register.Record, list []register.Choice) []MoveChoice {
	var shown []MoveChoice
	primary := true
	for _, c := range list {
		ch := MoveChoice{Label: c.Move.Label, Help: c.Move.Help, Barred: c.Barred, Reasons: c.Refused, Tag: string(c.Move.Tag)}
		if c.Barred == "" && len(c.Refused) == 0 {
			ch.Href, ch.Primary = "/records/"+r.Number()+"/moves/"+c.Move.ID, primary
			primary = false
		} else if c.Barred == "" {
			ch.Ask = d.OverrideHref(r, c.Move, c.Refused)
		}
		shown = append(shown, ch)
	}
	return shown
}
