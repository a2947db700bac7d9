// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Command counterfoil-verify checks a Counterfoil ledger or a single proof. It needs no
// server, no network and no key but the public one of the log.
//
//	counterfoil-verify [--json] [--key VERIFIER] [--head FILE]… DIR
//	counterfoil-verify proof FILE --entry RAWFILE --key VERIFIER
//
// It exits with 0 when everything checked is sound, with 3 when something is
// broken, and with 2 when the check could not be made.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// Exit codes.
const (
	exitSound    = 0
	exitUnusable = 2
	exitBroken   = 3
)

const usage = `usage: counterfoil-verify [--json] [--key VERIFIER] [--head FILE]… DIR
       counterfoil-verify proof FILE --entry RAWFILE --key VERIFIER

DIR is a data directory with ledger/ and payload/ in it. VERIFIER is the key of
the log, "name+hash+key", best from somebody you trust.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "proof" {
		return runProof(args[1:], stdout, stderr)
	}
	return runDir(ctx, args, stdout, stderr)
}

// parse reads flags before and after the one argument every command takes.
func parse(flags *flag.FlagSet, args []string) (string, error) {
	flags.SetOutput(io.Discard)
	var arg string
	for {
		if err := flags.Parse(args); err != nil {
			return "", err
		}
		if flags.NArg() == 0 {
			break
		}
		if arg != "" {
			return "", fmt.Errorf("one argument belongs here, found %q too", flags.Arg(0))
		}
		arg, args = flags.Arg(0), flags.Args()[1:]
	}
	if arg == "" {
		return "", errors.New("an argument is missing")
	}
	return arg, nil
}

func unusable(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "counterfoil-verify:", err)
	return exitUnusable
}

func badUsage(stderr io.Writer, err error) int {
	if !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stderr, "counterfoil-verify:", err)
	}
	fmt.Fprint(stderr, usage)
	return exitUnusable
}

// notes is a repeatable flag whose values are files.
type notes [][]byte

// String implements flag.Value.
func (n *notes) String() string { return "" }

// Set implements flag.Value.
func (n *notes) Set(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read head: %w", err)
	}
	*n = append(*n, raw)
	return nil
}

func runDir(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("counterfoil-verify", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print the report as JSON")
	key := flags.String("key", "", "verifier key of the log")
	var heads notes
	flags.Var(&heads, "head", "file with a signed head kept earlier, which the log must bear out; may be repeated")
	dir, err := parse(flags, args)
	if err != nil {
		return badUsage(stderr, err)
	}
	options := verify.DirOptions(dir)
	options.VerifierKey, options.Heads = *key, heads
	report, err := verify.Dir(ctx, options)
	if err != nil {
		return unusable(stderr, err)
	}
	if *asJSON {
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(report)
	} else {
		printReport(stdout, report)
	}
	if err != nil {
		return unusable(stderr, err)
	}
	if report.Integrity != verify.IntegrityOK {
		return exitBroken
	}
	return exitSound
}

func printReport(w io.Writer, r verify.Report) {
	verdict := "The ledger is sound."
	if r.Integrity != verify.IntegrityOK {
		verdict = "The ledger is broken."
	}
	fmt.Fprintf(w, "%s\n\nLog %s, %d entries, root %s\n", verdict, r.Origin, r.Entries, r.Root)
	fmt.Fprintf(w, "%d intents, %d outcomes, %d of them abandoned\n", r.Intents, r.Outcomes, r.Abandoned)
	section(w, "Problems", len(r.Problems), func(i int) string { return r.Problems[i].String() })
	section(w, "Checked", len(r.Checked), func(i int) string { return r.Checked[i] })
	section(w, "Not checked", len(r.Unchecked), func(i int) string { return r.Unchecked[i] })
}

func section(w io.Writer, title string, n int, line func(int) string) {
	if n == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", title)
	for i := range n {
		fmt.Fprintf(w, "  %s\n", line(i))
	}
}

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
		return exitBroken
	}
	fmt.Fprintf(stdout, "The proof is sound: the %s entry is number %d of log %s, whose signed head covers %d entries.\n",
		e.Kind, p.Index, c.Origin, c.Size)
	return exitSound
}
