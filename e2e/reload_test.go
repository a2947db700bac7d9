// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// blockAll is a rule set under which nothing passes.
const blockAll = `version: 1
rules:
  - id: nothing-leaves
    title: Nothing leaves today
    owner: tests
    when: request.model != ""
    effect: block
    message: Nothing leaves today.
    examples:
      - {name: a model, hit: true, given: {request: {model: gpt-4o}}}
      - {name: no model, hit: false, given: {}}
`

// TestReload: a good file changes what is decided from the next request on, a
// broken one changes nothing and says why, and a running stream sees neither.
func TestReload(t *testing.T) {
	in := start(t, options{})
	stream := make(chan answer, 1)
	request := in.request(t, openAI, strings.NewReader(string(openAI.body("slow-1", prompt, true))))
	go func() {
		a, err := send(request)
		if err != nil {
			a.err = err
		}
		stream <- a
	}()
	in.eventually("the stream runs", func() bool { return len(in.Provider.Dumps()) == 1 })

	in.write("rules.yaml", blockAll)
	in.reload(in.configuration("rules: rules.yaml\n"))
	in.eventually("the new rules decide", func() bool {
		return in.post(t, openAI, openAI.body("gpt-4o-mini", "hello", false)).status == http.StatusForbidden
	})

	before := len(in.output.String())
	in.reload("providers: [{name: openai, colour: red}]\n")
	in.eventually("the broken file is named", func() bool {
		return strings.Contains(in.output.String()[before:], "colour")
	})
	if a := in.post(t, openAI, openAI.body("gpt-4o-mini", "hello", false)); a.status != http.StatusForbidden {
		t.Errorf("after a broken file: status %d: %s", a.status, a.body)
	}

	in.reload(in.configuration(""))
	in.eventually("the old rules decide again", func() bool {
		return in.post(t, openAI, openAI.body("gpt-4o-mini", "hello", false)).status == http.StatusOK
	})
	a := <-stream
	if text, ended := a.text(); a.err != nil || text != prompt || !ended {
		t.Errorf("the stream was disturbed: %v, ended %t, text %q", a.err, ended, text)
	}
	in.checkRecord(t, a.interaction, record{Result: "answered"})
}

func (in *instance) reload(config string) {
	in.t.Helper()
	in.write("counterfoil.yaml", config)
	if err := in.process.Process.Signal(syscall.SIGHUP); err != nil {
		in.t.Fatal(err)
	}
}

// TestStopLetsAStreamFinish: an ordinary stop waits for what is running.
func TestStopLetsAStreamFinish(t *testing.T) {
	in := start(t, options{})
	stream := make(chan answer, 1)
	request := in.request(t, anthropic, strings.NewReader(string(anthropic.body("slow-4", prompt, true))))
	go func() {
		a, err := send(request)
		if err != nil {
			a.err = err
		}
		stream <- a
	}()
	in.eventually("the stream runs", func() bool { return len(in.Provider.Dumps()) == 1 })
	began := time.Now()
	in.stop()
	a := <-stream
	if text, ended := a.text(); a.err != nil || text != prompt || !ended {
		t.Errorf("the stream was cut by the stop after %v: %v, ended %t, text %q", time.Since(began), a.err, ended, text)
	}
	in.launch()
	if r := in.verify(); r.Abandoned != 0 || r.Outcomes != r.Intents {
		t.Errorf("verify counts %+v", r)
	}
}
