// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// peer is one way to the answer.
type peer struct {
	name    string
	url     string // of chat completions
	key     string
	process *process // whose CPU time and memory count; the provider's for a direct call
	sent    atomic.Int64
	failed  atomic.Int64
	peak    uint64 // bytes
}

// peers are all ways, the direct one first and Counterfoil last.
type peers struct {
	list    []*peer
	data    string // Counterfoil's data directory
	dir     string // holds everything; removed at the end
	started []*exec.Cmd
}

func startPeers(ctx context.Context, s settings) (p *peers, err error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder for the data: %w", err)
	}
	p = new(peers)
	if p.dir, err = os.MkdirTemp(s.dir, "bench-"); err != nil {
		return nil, fmt.Errorf("make the folder for the data: %w", err)
	}
	defer func() {
		if err != nil {
			p.stop()
		}
	}()
	for _, name := range []string{"./internal/fakeprovider/cmd/fakeprovider", "./bench/cmd/bareproxy"} {
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", p.dir+"/", name).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w\n%s", name, err, out)
		}
	}
	origin, provider, err := p.startPrinting("fakeprovider")
	if err != nil {
		return nil, err
	}
	proxyURL, proxy, err := p.startPrinting("bareproxy", "-origin", origin)
	if err != nil {
		return nil, err
	}
	gateway, err := p.startCounterfoil(ctx, s, origin)
	if err != nil {
		return nil, err
	}
	p.list = []*peer{
		{name: "direct", url: origin + "/v1/chat/completions", key: "none", process: provider},
		{name: "bare proxy", url: proxyURL + "/v1/chat/completions", key: "none", process: proxy},
		gateway,
	}
	return p, nil
}

// startPrinting starts a program that prints its address first.
func (p *peers) startPrinting(name string, args ...string) (url string, proc *process, err error) {
	cmd := exec.Command(filepath.Join(p.dir, name), args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, fmt.Errorf("start %s: %w", name, err)
	}
	cmd.Stderr = os.Stderr
	if err := p.start(cmd); err != nil {
		return "", nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", nil, fmt.Errorf("start %s: read its address: %w", name, err)
	}
	return strings.TrimSpace(line), &process{cmd.Process.Pid}, nil
}

func (p *peers) start(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", filepath.Base(cmd.Path), err)
	}
	p.started = append(p.started, cmd)
	return nil
}

// startCounterfoil starts the program with one provider, its starter rules and
// a system that lists the benchmark's models.
func (p *peers) startCounterfoil(ctx context.Context, s settings, origin string) (*peer, error) {
	p.data = filepath.Join(p.dir, "data")
	config := filepath.Join(p.dir, "counterfoil.yaml")
	text := fmt.Sprintf("providers:\n  - {name: openai, dialect: openai, origin: %q, secret: \"${BENCH_SECRET}\"}\n", origin)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	gateway, console := freeAddress(), freeAddress()
	cmd := exec.Command(s.binary, "run", "--data", p.data, "--gateway", gateway, "--console", console, "--config", config)
	cmd.Env = append(os.Environ(), "BENCH_SECRET=none")
	log, err := os.Create(filepath.Join(p.dir, "counterfoil.log"))
	if err != nil {
		return nil, fmt.Errorf("start counterfoil: %w", err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := p.start(cmd); err != nil {
		return nil, err
	}
	if err := waitReady(ctx, "http://"+gateway+"/healthz"); err != nil {
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("%w\n%s", err, said)
	}
	key, err := p.newKey(ctx, s)
	if err != nil {
		return nil, err
	}
	return &peer{
		name: "Counterfoil", url: "http://" + gateway + "/openai/v1/chat/completions", key: key, process: &process{cmd.Process.Pid},
	}, nil
}

func (p *peers) newKey(ctx context.Context, s settings) (string, error) {
	var added struct{ Slug string }
	const owner = "bench@counterfoil.example"
	err := p.command(ctx, s, &added, "system", "add", "--name", "Bench", "--owner", owner, "--model", "bench", "--model", "slow")
	if err != nil {
		return "", err
	}
	if err := p.command(ctx, s, &added, "system", "try", added.Slug, "--requests", "1000000000", "--people", "1000"); err != nil {
		return "", err
	}
	var created struct{ Key string }
	err = p.command(ctx, s, &created, "key", "create", "--system", added.Slug, "--person", owner)
	return created.Key, err
}

// command runs a subcommand and reads its JSON.
func (p *peers) command(ctx context.Context, s settings, into any, args ...string) error {
	out, err := exec.CommandContext(ctx, s.binary, append(args, "--data", p.data, "--json")...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			out = append(out, exit.Stderr...)
		}
		return fmt.Errorf("counterfoil %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("counterfoil %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// compareWithLedger says whether every request sent is in the ledger.
func (p *peers) compareWithLedger(ctx context.Context, s settings, out io.Writer) error {
	var report struct {
		Integrity                    string
		Intents, Outcomes, Abandoned int64
	}
	if err := p.command(ctx, s, &report, "verify"); err != nil {
		return err
	}
	gateway := p.list[len(p.list)-1]
	fmt.Fprintf(out, "\nLedger: integrity %s, %d intents, %d outcomes, %d abandoned, for %d requests sent.\n",
		report.Integrity, report.Intents, report.Outcomes, report.Abandoned, gateway.sent.Load())
	if report.Intents != gateway.sent.Load() || report.Outcomes != report.Intents {
		return errors.New("the ledger does not hold what was sent")
	}
	return nil
}

func (p *peers) stop() {
	for _, cmd := range p.started {
		cmd.Process.Kill()
		cmd.Wait()
	}
	os.RemoveAll(p.dir)
}

func waitReady(ctx context.Context, url string) error {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(url)
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("%s does not answer 200", url)
}

func freeAddress() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:0"
	}
	defer listener.Close()
	return listener.Addr().String()
}
