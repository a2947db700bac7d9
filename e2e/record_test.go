// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"testing"
)

// record is what the tests read of an interaction's record. Empty fields of an
// expectation are not compared.
type record struct {
	ID     string
	Result string
	Effect string
}

// shown is an interaction as "counterfoil interaction ID --json" shows it.
type shown struct {
	ID       string
	Result   string // empty until closed
	Decision struct{ Effect string }
	Findings []struct{ Type string }
	Guards   []struct{ Name, Status string }
	Proof    struct{ Verified bool }
}

// checkRecord demands that an interaction was recorded with what is wanted,
// that its proof holds, and that the record shows no value.
func (in *instance) checkRecord(t *testing.T, id string, want record) {
	t.Helper()
	var raw json.RawMessage
	var got shown
	in.eventually("interaction "+id+" is recorded and closed", func() bool {
		out, code := in.command("interaction", id, "--json")
		if code != 0 {
			return false
		}
		raw, got = out, shown{}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("interaction %s: %v in %s", id, err, out)
		}
		return got.Result != ""
	})
	if got.ID != id || (want.Result != "" && got.Result != want.Result) || (want.Effect != "" && got.Decision.Effect != want.Effect) {
		t.Errorf("interaction %s: got %+v, want %+v", id, got, want)
	}
	if !got.Proof.Verified {
		t.Errorf("interaction %s: the proof is not verified", id)
	}
	if len(got.Guards) == 0 && got.Result != "refused" { // a refusal may come before the first guard
		t.Errorf("interaction %s: no guards", id)
	}
	for kind, value := range originals {
		if holds(string(raw), value) {
			t.Errorf("interaction %s: the record shows the value of %s", id, kind)
		}
	}
}

// interactions lists what was recorded, newest first.
func (in *instance) interactions() []record {
	in.t.Helper()
	out, code := in.command("interactions", "--json")
	if code != 0 {
		in.t.Fatalf("interactions: exit %d", code)
	}
	var list []record
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			in.t.Fatalf("interactions: %v in %s", err, lines.Text())
		}
		list = append(list, r)
	}
	return list
}

// report is what "counterfoil verify --json" says.
type report struct {
	Integrity string
	Entries   int
	Intents   int
	Outcomes  int
	Abandoned int
	Problems  []struct{ Class, Where, Text string }
}

func (in *instance) verify() report {
	in.t.Helper()
	var r report
	in.ask(&r, "verify", "--json")
	if r.Integrity != "ok" || len(r.Problems) > 0 {
		in.t.Errorf("verify: %+v", r)
	}
	return r
}

// TestRecordOfOneInteraction looks at one record closely.
func TestRecordOfOneInteraction(t *testing.T) {
	in := start(t, options{})
	answer := in.post(t, openAI, openAI.body("gpt-4o-mini", prompt, false))
	if answer.status != 200 {
		t.Fatalf("got %+v", answer)
	}
	in.checkRecord(t, answer.interaction, record{Result: "answered", Effect: "redact"})

	var got shown
	in.ask(&got, "interaction", answer.interaction, "--json")
	counts := map[string]int{}
	for _, f := range got.Findings {
		counts[f.Type]++
	}
	for _, kind := range types {
		if counts[kind] == 0 {
			t.Errorf("no finding of %s in %v", kind, counts)
		}
	}
	list := in.interactions()
	if len(list) != 1 || list[0].ID != answer.interaction || list[0].Result != "answered" {
		t.Errorf("the list shows %+v", list)
	}
	if r := in.verify(); r.Intents != 1 || r.Outcomes != 1 || r.Abandoned != 0 {
		t.Errorf("verify counts %+v", r)
	}
}
