// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Command bench measures the ledger against yardsticks that run beside it, in
// the same process and the same minutes, and says for each aim whether it was
// met. `make bench-ledger` runs it.
//
// The yardstick of the write path is a bare log (bare.go): the least that still
// is durable and has a tree. Peers take turns round by round, a ratio is taken
// within a round, and the median of the rounds counts, so that a noisy machine
// disturbs both sides alike. Nothing is kept between runs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"k8s.io/klog/v2"
)

// settings are the flags.
type settings struct {
	sections string
	dir      string
	rounds   int
	length   time.Duration // of one round
	payload  int           // bytes before sealing
	random   bool          // payloads that do not compress
	entries  int           // of the ledger that is verified
	rows     int           // interactions in the index
	seed     uint64
}

// sections in the order in which they run.
var sections = []struct {
	name, title string
	run         func(context.Context, *bench) error
}{
	{"closed", "closed loop", closedLoops},
	{"open", "open loop", openLoops},
	{"verify", "verification", verification},
	{"index", "index", indexing},
}

func main() {
	log.SetFlags(0)
	var names []string
	for _, section := range sections {
		names = append(names, section.name)
	}
	var s settings
	flag.StringVar(&s.sections, "sections", strings.Join(names, ","), "what to measure")
	flag.StringVar(&s.dir, "dir", ".cache", "folder for the data; its disk is part of what is measured")
	flag.IntVar(&s.rounds, "rounds", 5, "rounds of each figure; the median counts")
	flag.DurationVar(&s.length, "length", 3*time.Second, "length of a round of the write path")
	flag.IntVar(&s.payload, "payload", 4096, "bytes of a payload before it is sealed")
	flag.BoolVar(&s.random, "random", false, "payloads that do not compress")
	flag.IntVar(&s.entries, "entries", 200_000, "entries of the ledger that is verified")
	flag.IntVar(&s.rows, "rows", 5_000_000, "interactions in the index; 5 million take several minutes and 10 GB")
	flag.Uint64Var(&s.seed, "seed", uint64(time.Now().UnixNano()), "seed of all that is random")
	flag.Parse()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // as the program sets it
	}
	slog.SetDefault(slog.New(slog.DiscardHandler))
	klog.LogToStderr(false) // Tessera's
	klog.SetOutput(io.Discard)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s, names); err != nil {
		log.Fatalf("bench: %v", err)
	}
}

// bench is one run.
type bench struct {
	settings
	root  string // of this run's data
	table table
}

func run(ctx context.Context, s settings, names []string) (err error) {
	chosen := strings.Split(s.sections, ",")
	for _, name := range chosen {
		if !slices.Contains(names, name) {
			return fmt.Errorf("no section %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	b := &bench{settings: s}
	if b.root, err = os.MkdirTemp(s.dir, "bench-ledger-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.root)) }()
	fmt.Printf("%s, %d cores, %s; data on %s; %d rounds of %s; payloads of %d bytes, random %t; records of %d bytes in the bare log and Tessera; %d entries to verify; seed %d.\n",
		runtime.GOARCH, runtime.NumCPU(), runtime.Version(), filesystem(b.root), s.rounds, s.length, s.payload, s.random, recordBytes, s.entries, s.seed)
	for _, section := range sections {
		if !slices.Contains(chosen, section.name) {
			continue
		}
		b.table.begin(section.title)
		if err := section.run(ctx, b); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", section.title, err), b.table.print(os.Stdout))
		}
	}
	return b.table.print(os.Stdout)
}

// folder makes a fresh folder, after what earlier peers left to be written is
// on the disk: nobody pays for another.
func (b *bench) folder(name string) (string, error) {
	settle()
	return os.MkdirTemp(b.root, name+"-")
}

// remove deletes a peer's data.
func (b *bench) remove(dir string) error {
	if filepath.Dir(dir) != filepath.Clean(b.root) {
		return fmt.Errorf("%s is not of this run", dir)
	}
	return os.RemoveAll(dir)
}
