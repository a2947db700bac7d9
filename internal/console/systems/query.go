// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/sheet"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// rowsPerPage is how many systems one page shows.
const rowsPerPage = 50

// query is what the address of the list of systems asks for.
type query struct{ text, keys, after, at string }

// keysAsked are the answers of the filter by keys.
var keysAsked = []struct {
	id, label string
	keep      func(valid uint64, all int) bool
}{
	{"", "Any", func(uint64, int) bool { return true }},
	{"valid", "Some in force", func(valid uint64, _ int) bool { return valid > 0 }},
	{"ended", "None in force any more", func(valid uint64, all int) bool { return valid == 0 && all > 0 }},
	{"none", "None yet", func(_ uint64, all int) bool { return all == 0 }},
}

func parse(v url.Values) query {
	return query{strings.TrimSpace(v.Get("q")), v.Get("keys"), v.Get("after"), v.Get("at")}
}

func (q query) address(path string) string {
	v := url.Values{}
	for _, p := range [][2]string{{"q", q.text}, {"keys", q.keys}, {"after", q.after}, {"at", q.at}} {
		if p[1] != "" {
			v.Set(p[0], p[1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// filters are the questions above the list.
func (q query) filters() []part.FilterField {
	keys := part.FilterField{Name: "keys", Label: "Keys"}
	for _, k := range keysAsked {
		keys.Options = append(keys.Options, part.Option{Value: k.id, Label: k.label, Selected: k.id == q.keys})
	}
	return []part.FilterField{{Name: "q", Label: "Text", Value: q.text}, keys}
}

// listed is a system with its keys.
type listed struct {
	*identity.System
	valid uint64
	keys  int
}

// chosen are the systems the query asks for, by number, whatever its page.
func (d *desk) chosen(q query, snapshot *identity.Snapshot) ([]listed, error) {
	asked := -1
	for i := range keysAsked {
		if keysAsked[i].id == q.keys {
			asked = i
		}
	}
	if asked < 0 {
		return nil, shell.Invalid("The list cannot be asked for these keys.")
	}
	keys, text := keysBySystem(snapshot), strings.ToLower(q.text)
	var list []listed
	systems := snapshot.Systems()
	for i := range systems {
		s := listed{System: &systems[i], keys: len(keys[systems[i].ID])}
		s.valid = validKeys(keys[s.ID], d.Now())
		says := strings.ToLower(strings.Join(append([]string{s.Number, s.Name, s.Slug}, s.Models...), "\n"))
		if keysAsked[asked].keep(s.valid, s.keys) && strings.Contains(says, text) {
			list = append(list, s)
		}
	}
	return list, nil
}

// pageAfter is one page of what was chosen, and whether there are more.
func pageAfter(list []listed, slug string) (shown []listed, more bool) {
	for i := range list {
		if slug != "" && list[i].Slug == slug {
			list = list[i+1:]
			break
		}
	}
	if len(list) > rowsPerPage {
		return list[:rowsPerPage], true
	}
	return list, false
}

// export writes the filtered list as CSV. The export is recorded before its first byte.
func (s *Section) export(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	snapshot, err := d.Systems()
	if err != nil {
		return err
	}
	list, err := d.chosen(parse(r.URL.Query()), snapshot)
	if err != nil {
		return err
	}
	counts, err := s.index.CountBySystem(r.Context(), d.At)
	if err != nil {
		return err
	}
	out, err := s.ExportSheet(w, r, "systems", "number", "slug", "name", "id", "owner_id", "models", "keys", "keys_in_force", "interactions")
	if err != nil {
		return err
	}
	for _, listed := range list {
		out.Line([]string{
			listed.Number, listed.Slug, listed.Name, counterfoil.ID(listed.ID).String(), sheet.ID(counterfoil.ID(listed.Owner)), strings.Join(listed.Models, ", "),
			strconv.Itoa(listed.keys), strconv.FormatUint(listed.valid, 10), strconv.FormatUint(counts[counterfoil.ID(listed.ID)], 10),
		})
	}
	out.Flush()
	return nil
}
