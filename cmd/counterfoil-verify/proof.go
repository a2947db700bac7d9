// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

func runProof(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("counterfoil-verify proof", flag.ContinueOnError)
	entry := flags.String("entry", "", "file with the encoded entry")
	key := flags.String("key", "", "verifier key of the log")
	file, err := parse(flags, args)
	if err == nil && (*entry == "" || *key == "") {
		err = errors.New("a proof needs --entry and --key")
	}
	if err != nil {
		return badUsage(stderr, err)
	}
	raw, err := os.ReadFile(*entry)
	if err != nil {
		return unusable(stderr, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return unusable(stderr, err)
	}
	return checkProof(text, raw, *key, stdout, stderr)
}

func checkProof(text, raw []byte, key string, stdout, stderr io.Writer) int {
	var p counterfoil.Proof
	if err := p.UnmarshalText(text); err != nil {
		return unusable(stderr, err)
	}
	e, err := counterfoil.DecodeEntry(raw)
	if err != nil {
		return unusable(stderr, err)
	}
	c, err := p.Verify(counterfoil.LeafHash(raw), key)
	if err != nil {
		fmt.Fprintln(stderr, "counterfoil-verify:", err)
		return verify.ExitBroken
	}
	fmt.Fprintf(stdout, "The proof is sound: the %s entry is number %d of log %s, whose signed head covers %d entries.\n",
		e.Kind, p.Index, c.Origin, c.Size)
	return verify.ExitSound
}
