// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package risks

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// sourcesPage shows, by AI system, which sources of risk and which objectives no
// risk looks at.
type sourcesPage struct {
	shell.Page
	Lead    string
	Tabs    []part.Link
	Stub    []part.Fact
	Systems []systemSources
}

type systemSources struct {
	Name    string
	Href    string
	Risks   part.Link
	Reason  string // form in which a reason is given
	Missing []topicLine
	Without []topicReason // no risk, and why
}

type topicReason struct{ Topic, Why string }

type topicLine struct {
	ID, Title, Meaning string
	Ask                []string
	New                string // form of a risk with system and topic filled in; "" when the person may not
}

// showSources asks of every system what nobody has considered.
func (s *Section) showSources(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	k, err := s.Kinds.Kind("risk")
	if err != nil {
		return err
	}
	tallies, err := d.Tally(d.Ctx, k.ID, "systems", "sources", "objectives")
	if err != nil {
		return err
	}
	seen, risks := topicsBySystem(tallies)
	systems, err := d.All(index.KeptFilter{Kind: "system"})
	if err != nil {
		return err
	}
	p := sourcesPage{Page: d.Page(r, "Not considered", "risk"), Tabs: d.tabs("sources")}
	may := d.May(k, nil, register.Create) == nil
	complete := 0
	for _, system := range systems {
		if system.StateOf().Ends {
			continue
		}
		id := system.ID.String()
		looked := systemSources{
			Name: d.Called(system), Href: d.RecordHref(system), Without: d.reasonedTopics(system, seen[id]),
			Risks: part.Link{Label: words.Counted(risks[id], "risk", "risks"), Href: d.Href("/kinds/risk", "f.systems", id)}, Missing: missingTopics(answeredTopics(system, seen[id]), id, may),
		}
		if d.May(system.Kind, system, register.ChangeRight) == nil {
			looked.Reason = "/records/" + system.Number() + "/edit"
		}
		if len(looked.Missing) == 0 {
			complete++
		}
		p.Systems = append(p.Systems, looked)
	}
	p.Lead = words.Counted(uint64(len(p.Systems)-complete), "system has", "systems have") + " sources or objectives that no risk looks at. Each needs a risk, or a reason why there is none."
	p.Stub = []part.Fact{{Label: "Systems", Value: words.Number(len(p.Systems))}, {Label: "Fully considered", Value: words.Number(complete)}, {Label: "Sources", Value: words.Number(len(standard.Risks().Sources))}, {Label: "Objectives", Value: words.Number(len(standard.Risks().Objectives))}}
	return s.Render(w, http.StatusOK, "risk_sources", &p)
}

// topicsBySystem collects what risks of each system name, and how many there are.
func topicsBySystem(tallies []index.KeptTally) (seen map[string]map[string]bool, risks map[string]uint64) {
	seen, risks = map[string]map[string]bool{}, map[string]uint64{}
	for _, t := range tallies {
		topics := append(listOf(t.Values[1]), listOf(t.Values[2])...)
		for _, system := range listOf(t.Values[0]) {
			if seen[system] == nil {
				seen[system] = map[string]bool{}
			}
			risks[system] += t.N
			for _, topic := range topics {
				seen[system][topic] = true
			}
		}
	}
	return seen, risks
}

// answeredTopics are those a risk looks at and those the system's record says need none.
func answeredTopics(system *register.Record, seen map[string]bool) map[string]bool {
	answered := map[string]bool{}
	maps.Copy(answered, seen)
	for _, row := range system.Values.Rows("without_risk") {
		if topic, ok := row["topic"].(string); ok {
			answered[topic] = true
		}
	}
	return answered
}

// reasonedTopics are the topics no risk looks at, with the reason the record gives.
func (d *desk) reasonedTopics(system *register.Record, seen map[string]bool) []topicReason {
	var list []topicReason
	for _, row := range system.Values.Rows("without_risk") {
		topic, _ := row["topic"].(string)
		why, _ := row["why"].(string)
		if topic == "" || seen[topic] {
			continue
		}
		t, ok := standard.Risks().Sources[topic]
		if !ok {
			t = standard.Risks().Objectives[topic]
		}
		list = append(list, topicReason{topic + " " + t.Title, why})
	}
	return list
}

// listOf reads a list as the index gives it; none when it is no list.
func listOf(text string) []string {
	var list []string
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}

func missingTopics(seen map[string]bool, system string, may bool) []topicLine {
	library := standard.Risks()
	var list []topicLine
	for _, group := range []struct {
		field  string
		topics map[string]standard.Topic
	}{{"sources", library.Sources}, {"objectives", library.Objectives}} {
		for _, id := range slices.SortedFunc(maps.Keys(group.topics), func(a, b string) int {
			if len(a) != len(b) {
				return len(a) - len(b) // C.2.9 before C.2.10
			}
			return strings.Compare(a, b)
		}) {
			if seen[id] {
				continue
			}
			topic := group.topics[id]
			line := topicLine{ID: id, Title: topic.Title, Meaning: topic.Meaning, Ask: topic.Ask}
			if may {
				line.New = "/kinds/risk/new?systems=" + system + "&" + group.field + "=" + id
			}
			list = append(list, line)
		}
	}
	return list
}
