// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// dialect is one provider interface as a client sees it.
type dialect struct {
	name   string // of the provider in the configuration and of the client's script
	base   string // path a client adds to the gateway's URL
	direct string // path a client adds to the provider's URL
	model  string
}

var (
	openAI    = dialect{name: "openai", base: "/openai/v1", direct: "/v1", model: "gpt-4o-mini"}
	anthropic = dialect{name: "anthropic", base: "/anthropic", direct: "", model: "claude-sonnet-4-5"}
	dialects  = []dialect{openAI, anthropic}
)

// seen is what an application saw of one scenario.
type seen struct {
	Text      string
	Arguments []string
	Finish    string
	ID        string
	Usage     json.RawMessage
	Models    []string
	Aborted   bool
	Error     *failure
	Calls     []call
}

// failure is an error in the client library's own terms.
type failure struct {
	Class, Message, Type string
	Status               int
	Code                 any
}

// call is one HTTP request a client made.
type call struct {
	Status      int
	Interaction string
}

// node finds a Node.js new enough for the clients.
var node = sync.OnceValues(func() (string, error) {
	found, _ := filepath.Glob("../.cache/node/node_modules/node-*/bin/node")
	if system, err := exec.LookPath("node"); err == nil {
		found = append(found, system)
	}
	for _, path := range found {
		version, err := exec.Command(path, "-p", "process.versions.node").Output()
		major, _, _ := strings.Cut(string(version), ".")
		if n, _ := strconv.Atoi(major); err == nil && n >= 22 {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
})

// runNode runs a scenario of a dialect's client.
func runNode(t *testing.T, d dialect, scenario, base, key, model, text string) seen {
	t.Helper()
	path, err := node()
	if err != nil {
		t.Fatal("no Node.js 22 or newer: run make deps")
	}
	if _, err := os.Stat("clients/node_modules"); err != nil {
		t.Fatal("the clients are not installed: run make deps")
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path, "clients/"+d.name+".mjs", scenario)
	cmd.Env = append(os.Environ(), "BASE_URL="+base, "API_KEY="+key, "MODEL="+model, "TEXT="+text)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", d.name, scenario, err, errs.String())
	}
	var result seen
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		t.Fatalf("%s %s: %v in %s", d.name, scenario, err, out.String())
	}
	return result
}

// interactions lists the ids that the answers named; each answer must name one.
func (s seen) interactions(t *testing.T) []string {
	t.Helper()
	var ids []string
	for _, c := range s.Calls {
		if c.Interaction == "" {
			t.Errorf("an answer with status %d has no header Counterfoil-Interaction", c.Status)
			continue
		}
		ids = append(ids, c.Interaction)
	}
	return ids
}
