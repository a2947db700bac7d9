// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Command bench puts the same load on the fake provider directly, on a bare
// reverse proxy before it, and on Counterfoil with everything on, side by side
// on loopback, and prints what each costs. Every peer is a process of its own;
// CPU time is read from the operating system, so the load's own does not count.
//
// Everything on means: a key of a registered system, the starter rules, the
// masking of an e-mail address, a card number and an AWS key id, the restoring
// of a value in the answer, the scan of the answer, and a durable record.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"
)

// settings are the flags.
type settings struct {
	binary   string
	dir      string
	rounds   int
	length   time.Duration // of one round
	open     time.Duration // of the open loop
	rate     int           // requests a second in the open loop
	markdown bool
}

func main() {
	log.SetFlags(0)
	var s settings
	flag.StringVar(&s.binary, "binary", "bin/counterfoil", "the program to measure")
	flag.StringVar(&s.dir, "dir", ".cache", "folder for the data directory; its disk is part of what is measured")
	flag.IntVar(&s.rounds, "rounds", 3, "rounds of each cell; the median counts")
	flag.DurationVar(&s.length, "length", 5*time.Second, "length of a round")
	flag.DurationVar(&s.open, "open", 15*time.Second, "length of the open loop of each peer")
	flag.IntVar(&s.rate, "rate", 50, "requests a second in the open loop")
	flag.BoolVar(&s.markdown, "markdown", false, "print only the tables, in Markdown")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s); err != nil {
		log.Fatalf("bench: %v", err)
	}
}

func run(ctx context.Context, s settings) error {
	peers, err := startPeers(ctx, s)
	if err != nil {
		return err
	}
	defer peers.stop()

	var results results
	for round := range s.rounds {
		for _, c := range cells {
			for _, p := range peers.list {
				if err := ctx.Err(); err != nil {
					return err
				}
				m, err := measure(ctx, p, c, s.length)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", p.name, c, err)
				}
				results.add(p, c, m)
				if !s.markdown {
					log.Printf("round %d  %-11s  %-20s  %s", round+1, p.name, c, m)
				}
			}
		}
	}
	for _, p := range peers.list {
		p.peak = p.process.peakMemory()
	}
	for _, p := range peers.list {
		first, err := openLoop(ctx, p, s)
		if err != nil {
			return fmt.Errorf("%s, open loop: %w", p.name, err)
		}
		results.first = append(results.first, first)
	}
	results.print(os.Stdout, peers, s)
	return peers.compareWithLedger(ctx, s, os.Stdout)
}
