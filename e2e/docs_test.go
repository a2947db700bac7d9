// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// docBlock is a fenced block of commands that stands behind the mark
// "<!-- test -->". The blocks of one file run in one shell, in their order, as
// a reader would run them; so one may use what an earlier one has set.
type docBlock struct {
	line   int // of its first command
	script string
}

const docMark = "<!-- test -->"

// fewestDocBlocks guards against marks that got lost.
const fewestDocBlocks = 15

// The administrator the docs speak of.
const docEmail, docPassword = "ada@example.org", "a long passphrase nobody used 42"

// TestDocs runs the commands of the documentation against a started program.
func TestDocs(t *testing.T) {
	files, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, file := range append(files, "../README.md") {
		blocks := docBlocks(t, file)
		if len(blocks) == 0 {
			continue
		}
		ran += len(blocks)
		t.Run(filepath.Base(file), func(t *testing.T) { runDoc(t, file, blocks) })
	}
	if ran < fewestDocBlocks {
		t.Errorf("%d marked blocks, fewer than %d: did marks get lost?", ran, fewestDocBlocks)
	}
}

// docBlocks finds the marked blocks. A mark without a block of commands below
// it would be a block that silently does not run.
func docBlocks(t *testing.T, file string) (blocks []docBlock) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	for i := 0; i < len(lines); i++ {
		if lines[i] != docMark {
			continue
		}
		if i+1 == len(lines) || lines[i+1] != "```sh" {
			t.Fatalf("%s:%d: no ```sh follows the mark", file, i+1)
		}
		first := i + 2
		for i = first; i < len(lines) && lines[i] != "```"; i++ {
		}
		blocks = append(blocks, docBlock{line: first + 1, script: strings.Join(lines[first:min(i, len(lines))], "\n")})
	}
	return blocks
}

// runDoc gives the commands what the docs say the reader has: the programs on
// the path, where the data lies and both surfaces listen, an administrator, and a
// key of a system that lists the sandbox's model, with one interaction made.
func runDoc(t *testing.T, file string, blocks []docBlock) {
	dir := t.TempDir()
	in := start(t, options{Data: filepath.Join(dir, "data")})
	createAdministrator(t, in)
	key := in.newKey("Docs", "zoe@example.org", "sandbox-echo")
	firstInteraction(t, in, key)
	var script strings.Builder
	for _, b := range blocks {
		fmt.Fprintf(&script, "echo '--- line %d' >&2\n%s\n", b.line, b.script)
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script.String())
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
	cmd.Env = append(os.Environ(),
		"PATH="+binaries(t)+string(os.PathListSeparator)+os.Getenv("PATH"),
		"DATA="+in.Data, "GATEWAY="+in.Gateway, "CONSOLE="+in.Console, "EMAIL="+docEmail, "PASSWORD="+docPassword,
		"KEY="+key,
		"OPENAI_API_KEY=not-a-real-key", "ANTHROPIC_API_KEY=not-a-real-key",
	)
	if err := cmd.Run(); err != nil {
		t.Errorf("%s: %v; the last line number below is that of the block\n%s", file, err, &out)
	}
}

// binaries returns a folder with both programs. The verifier is built when it
// does not lie beside the program under test.
func binaries(t *testing.T) string {
	t.Helper()
	beside := filepath.Dir(binary)
	if _, err := os.Stat(filepath.Join(beside, "counterfoil-verify")); err == nil {
		return beside
	}
	dir := t.TempDir()
	if err := os.Symlink(binary, filepath.Join(dir, "counterfoil")); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", dir, "./cmd/counterfoil-verify")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the verifier: %v\n%s", err, out)
	}
	return dir
}

// firstInteraction gives the commands that list and show something to do.
func firstInteraction(t *testing.T, in *instance, key string) {
	t.Helper()
	d := dialect{name: "openai", base: "/sandbox/v1"}
	req := in.request(t, d, bytes.NewReader(d.body("sandbox-echo", "Write to ada@example.com.", false)))
	req.Header.Set("Authorization", "Bearer "+key)
	if a, err := send(req); err != nil || a.status != http.StatusOK {
		t.Fatalf("the first interaction: %v, status %d: %s", err, a.status, a.body)
	}
}

var docSetup = regexp.MustCompile(`/setup\?token=(\S+)`)

// createAdministrator follows the link the program prints.
func createAdministrator(t *testing.T, in *instance) {
	t.Helper()
	link := docSetup.FindStringSubmatch(in.output.String())
	if link == nil {
		t.Fatalf("no set-up link in:\n%s", in.output)
	}
	resp, err := http.PostForm(in.Console+"/setup", url.Values{
		"token": {link[1]}, "email": {docEmail}, "name": {"Ada Example"}, "password": {docPassword}, "again": {docPassword},
	})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		t.Fatalf("set-up answers %d", resp.StatusCode)
	}
}
