// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package people

import (
	"net/http"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// rightsPage is the whole table of who may do what with which records.
type rightsPage struct {
	shell.Page
	Stub    []part.Fact
	Actions []string // heads of the columns, several actions where they agree
	Kinds   []kindRights
}

// kindRights is who may do what with records of one kind.
type kindRights struct {
	ID, Plural, Href string
	Named            string   // who alone sees a record, where people are named
	Roles            []string // by action, in the order of the page's heads
	Moves            []moveRights
}

type moveRights struct{ Label, Roles, Apart string }

// showRights shows the table, as the register applies it.
func (s *Section) showRights(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	p := rightsPage{Page: d.Page(r, "Rights", "settings")}
	for _, k := range s.Kinds.Kinds() {
		if !k.Inner {
			p.Kinds = append(p.Kinds, d.rightsOf(k))
		}
	}
	p.joinActions()
	p.Stub = []part.Fact{{Label: "Kinds of records", Value: words.Number(len(p.Kinds))}, {Label: "Without a line", Value: "Refused"}}
	return s.Render(w, http.StatusOK, "rights", &p)
}

// joinActions heads the columns, and makes one of those that say the same of every kind:
// who may read may mostly comment, attach and export as well.
func (p *rightsPage) joinActions() {
	var heads [][]string
	var first []int // the column that stands for each head
	for i, a := range register.Actions() {
		same := slices.IndexFunc(first, func(at int) bool {
			return !slices.ContainsFunc(p.Kinds, func(k kindRights) bool { return k.Roles[at] != k.Roles[i] })
		})
		if same < 0 {
			heads, first = append(heads, []string{string(a)}), append(first, i)
			continue
		}
		heads[same] = append(heads[same], string(a))
	}
	for _, h := range heads {
		p.Actions = append(p.Actions, words.Sentence(words.Enumerate(h)))
	}
	for i := range p.Kinds {
		var roles []string
		for _, at := range first {
			roles = append(roles, words.Sentence(p.Kinds[i].Roles[at]))
		}
		p.Kinds[i].Roles = roles
	}
}

func (d *desk) rightsOf(k *kind.Kind) kindRights {
	row := kindRights{ID: k.ID, Plural: k.Plural, Href: "/kinds/" + k.ID}
	var named []string
	for _, id := range k.Named {
		f, _ := k.Field(id)
		named = append(named, "“"+f.Label+"”")
	}
	row.Named = strings.Join(named, ", ")
	for _, a := range register.Actions() {
		row.Roles = append(row.Roles, strings.Join(d.RolesFor(k, a), ", "))
	}
	for i := range k.Moves {
		m := &k.Moves[i]
		line := moveRights{Label: m.Label, Roles: strings.Join(register.RoleWords(m.Roles), ", ")}
		if m.Auto {
			line.Roles = "the program, by itself"
		}
		var apart []string
		for _, who := range m.Apart {
			apart = append(apart, apartWords(k, who))
		}
		line.Apart = strings.Join(apart, ", ")
		row.Moves = append(row.Moves, line)
	}
	return row
}

// apartWords is who is kept apart from a move.
func apartWords(k *kind.Kind, who string) string {
	move, did := strings.CutPrefix(who, "did:")
	m, isMove := k.Move(move)
	f, isField := k.Field(who)
	switch {
	case who == "author":
		return "who wrote the version"
	case did && move == register.Created:
		return "who began the record"
	case did && isMove:
		return "who made “" + m.Label + "”"
	case isField:
		return "“" + f.Label + "”"
	default:
		return who
	}
}
