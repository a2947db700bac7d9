// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/fakeprovider"
)

// providerSecret is what only the gateway knows and the provider asks for.
const providerSecret = "provider-secret-0815"

// models are those the tests' system lists: real names, and the names by which
// the fake provider takes on a behaviour.
var models = []string{
	"gpt-4o-mini", "claude-sonnet-4-5",
	"echo", "echo-*", "tool", "secret", "escaped*", "crlf", "shred", "gzip", "huge", "slow*", "cut", "stall", "429", "500", "529", "garbage",
}

// instance is one running program with a provider behind it.
type instance struct {
	Provider    *fakeprovider.Server
	ProviderURL string

	Gateway string // base URLs, without a path
	Console string
	Dir     string // holds everything below
	Data    string
	Config  string // path of the configuration

	Key         string // of a person, for the tests' system
	Interaction string // the last one a helper saw

	t       testing.TB
	process *exec.Cmd
	output  *output
	exited  chan struct{}
}

// options change how an instance is started; the zero value suits most tests.
type options struct {
	Data     string       // the data directory; empty means a new one
	Extra    string       // lines added to the configuration
	Upstream http.Handler // takes the place of the fake provider
}

// start runs the program until the test's end and gives it a system and a key.
func start(t testing.TB, o options) *instance {
	t.Helper()
	in := prepare(t, o)
	in.launch()
	in.Key = in.newKey("Tests", "zoe@counterfoil.example", models...)
	return in
}

// prepare writes the configuration and starts the provider, not the program.
func prepare(t testing.TB, o options) *instance {
	t.Helper()
	in := &instance{Dir: t.TempDir(), t: t, Data: o.Data}
	if in.Data == "" {
		in.Data = filepath.Join(in.Dir, "data")
	}
	in.Provider = fakeprovider.New(fakeprovider.Config{Secret: providerSecret, Record: true})
	var handler http.Handler = in.Provider
	if o.Upstream != nil {
		handler = o.Upstream
	}
	upstream := httptest.NewUnstartedServer(handler)
	upstream.Config.ErrorLog = quiet
	upstream.Start()
	t.Cleanup(upstream.Close)
	t.Cleanup(upstream.CloseClientConnections)
	in.ProviderURL = upstream.URL

	in.Config = filepath.Join(in.Dir, "counterfoil.yaml")
	in.write("anthropic.secret", providerSecret+"\n")
	in.write("counterfoil.yaml", in.configuration(o.Extra))
	return in
}

// configuration names the two providers, one secret by each way to give one.
func (in *instance) configuration(extra string) string {
	return fmt.Sprintf(`providers:
  - {name: openai, dialect: openai, origin: %q, secret: "${E2E_PROVIDER_SECRET}"}
  - {name: anthropic, dialect: anthropic, origin: %q, secret: "file:%s"}
%s`, in.ProviderURL, in.ProviderURL, filepath.Join(in.Dir, "anthropic.secret"), extra)
}

func (in *instance) write(name, text string) {
	in.t.Helper()
	if err := os.WriteFile(filepath.Join(in.Dir, name), []byte(text), 0o600); err != nil {
		in.t.Fatal(err)
	}
}

// launch starts the program and waits until it is ready.
func (in *instance) launch() {
	in.t.Helper()
	gateway, console := freeAddress(in.t), freeAddress(in.t)
	in.Gateway, in.Console = "http://"+gateway, "http://"+console
	in.output, in.exited = new(output), make(chan struct{})
	in.process = exec.Command(binary, "run", "--data", in.Data, "--gateway", gateway, "--console", console, "--config", in.Config)
	in.process.Env = append(os.Environ(), "E2E_PROVIDER_SECRET="+providerSecret)
	in.process.Stdout, in.process.Stderr = in.output, in.output
	if err := in.process.Start(); err != nil {
		in.t.Fatalf("start the program: %v", err)
	}
	process, exited := in.process, in.exited
	go func() {
		process.Wait()
		close(exited)
	}()
	in.t.Cleanup(func() {
		process.Process.Kill()
		<-exited
		if in.t.Failed() {
			in.t.Logf("output of the program:\n%s", in.output.tail())
		}
	})
	in.waitReady()
}

func (in *instance) waitReady() {
	in.t.Helper()
	for _, url := range []string{in.Gateway, in.Console} {
		in.eventually("GET "+url+"/healthz answers 200", func() bool {
			select {
			case <-in.exited:
				in.t.Fatalf("the program ended at start:\n%s", in.output)
			default:
			}
			resp, err := http.Get(url + "/healthz")
			if err != nil {
				return false
			}
			resp.Body.Close()
			return resp.StatusCode == http.StatusOK
		})
	}
}

// eventually polls a condition that another process brings about.
func (in *instance) eventually(what string, done func() bool) {
	in.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			in.t.Fatalf("did not happen: %s\n%s", what, in.output.tail())
		}
	}
}

// stop ends the program as an operator would, kill as a power cut would.
func (in *instance) stop() { in.end(syscall.SIGTERM) }
func (in *instance) kill() { in.end(syscall.SIGKILL) }

func (in *instance) end(sig syscall.Signal) {
	in.t.Helper()
	in.process.Process.Signal(sig)
	select {
	case <-in.exited:
	case <-time.After(30 * time.Second):
		in.t.Fatalf("the program did not end on %v\n%s", sig, in.output.tail())
	}
}

// command runs a subcommand on this data directory.
func (in *instance) command(args ...string) (stdout []byte, code int) {
	in.t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(binary, append(args, "--data", in.Data)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		in.t.Fatalf("counterfoil %s: %v", strings.Join(args, " "), err)
	}
	if code = cmd.ProcessState.ExitCode(); code != 0 {
		in.t.Logf("counterfoil %s: exit %d: %s", strings.Join(args, " "), code, errs.String())
	}
	return out.Bytes(), code
}

// ask runs a subcommand that must succeed and reads its JSON.
func (in *instance) ask(into any, args ...string) {
	in.t.Helper()
	out, code := in.command(args...)
	if code != 0 {
		in.t.Fatalf("counterfoil %s: exit %d", strings.Join(args, " "), code)
	}
	if err := json.Unmarshal(out, into); err != nil {
		in.t.Fatalf("counterfoil %s: %v in %s", strings.Join(args, " "), err, out)
	}
}

// newKey registers a system with its models and returns a person's key for it.
func (in *instance) newKey(system, person string, models ...string) string {
	in.t.Helper()
	args := []string{"system", "add", "--name", system, "--owner", person, "--json"}
	for _, model := range models {
		args = append(args, "--model", model)
	}
	var added struct{ ID, Slug string }
	in.ask(&added, args...)
	in.ask(&added, "system", "try", added.Slug, "--requests", "1000000000", "--people", "1000", "--json")
	var created struct{ ID, Key string }
	in.ask(&created, "key", "create", "--system", added.Slug, "--person", person, "--json")
	if added.ID == "" || created.ID == "" || created.Key == "" {
		in.t.Fatalf("no ids or no key: %+v %+v", added, created)
	}
	return created.Key
}

func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// output collects what the program prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) tail() string {
	text := o.String()
	return text[max(0, len(text)-4000):]
}
