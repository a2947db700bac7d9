// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// systemsOnPage is how many systems one page shows.
const systemsOnPage = 50

// systemsQuery is what the address of the list of systems asks for.
type systemsQuery struct{ text, keys, after, at string }

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

func parseSystemsQuery(v url.Values) systemsQuery {
	return systemsQuery{strings.TrimSpace(v.Get("q")), v.Get("keys"), v.Get("after"), v.Get("at")}
}

func (q systemsQuery) address(path string) string {
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
func (q systemsQuery) filters() []filterField {
	keys := filterField{Name: "keys", Label: "Keys"}
	for _, k := range keysAsked {
		keys.Options = append(keys.Options, option{k.id, k.label, k.id == q.keys})
	}
	return []filterField{{Name: "q", Label: "Text", Value: q.text}, keys}
}

// listedSystem is a system with its keys.
type listedSystem struct {
	*identity.System
	valid uint64
	keys  int
}

// chosen are the systems the query asks for, by number, whatever its page.
func (d *desk) chosen(q systemsQuery, snapshot *identity.Snapshot) ([]listedSystem, error) {
	asked := -1
	for i := range keysAsked {
		if keysAsked[i].id == q.keys {
			asked = i
		}
	}
	if asked < 0 {
		return nil, invalid("The list cannot be asked for these keys.")
	}
	keys, text := keysBySystem(snapshot), strings.ToLower(q.text)
	var list []listedSystem
	systems := snapshot.Systems()
	for i := range systems {
		s := listedSystem{System: &systems[i], keys: len(keys[systems[i].ID])}
		s.valid = validKeys(keys[s.ID], d.now())
		says := strings.ToLower(strings.Join(append([]string{s.Number, s.Name, s.Slug}, s.Models...), "\n"))
		if keysAsked[asked].keep(s.valid, s.keys) && strings.Contains(says, text) {
			list = append(list, s)
		}
	}
	return list, nil
}

// pageAfter is one page of what was chosen, and whether there are more.
func pageAfter(list []listedSystem, slug string) (shown []listedSystem, more bool) {
	for i := range list {
		if slug != "" && list[i].Slug == slug {
			list = list[i+1:]
			break
		}
	}
	if len(list) > systemsOnPage {
		return list[:systemsOnPage], true
	}
	return list, false
}

// exportSystems writes the filtered list as CSV. The export is recorded before its first byte.
func (c *Console) exportSystems(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	snapshot, err := d.systems()
	if err != nil {
		return err
	}
	list, err := d.chosen(parseSystemsQuery(r.URL.Query()), snapshot)
	if err != nil {
		return err
	}
	counts, err := c.index.CountBySystem(r.Context(), d.at)
	if err != nil {
		return err
	}
	out, err := c.download(w, r, "systems", "number", "slug", "name", "id", "owner_id", "models", "keys", "keys_in_force", "interactions")
	if err != nil {
		return err
	}
	for _, s := range list {
		out.write([]string{
			s.Number, s.Slug, s.Name, counterfoil.ID(s.ID).String(), exportID(counterfoil.ID(s.Owner)), strings.Join(s.Models, ", "),
			strconv.Itoa(s.keys), strconv.FormatUint(s.valid, 10), strconv.FormatUint(counts[counterfoil.ID(s.ID)], 10),
		})
	}
	out.Flush()
	return nil
}
