// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Command counterfoil-verify checks a Counterfoil ledger, an evidence pack, a
// receipt or a single proof. It needs no server, no network and no key but the
// public one of the log.
//
//	counterfoil-verify [flags] PATH                 a data directory, or a pack
//	counterfoil-verify pack [flags] FILE
//	counterfoil-verify receipt FILE --key VERIFIER [--ledger DIR]
//	counterfoil-verify proof FILE --entry RAWFILE --key VERIFIER
//
// It exits with 0 when everything checked is sound and with 2 when the check could
// not be made. From 3 on something is broken: 3 in several ways, 10 and more in the
// one way docs/verify.md gives for the code.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/counterfoil/counterfoil/verify"
)

const usage = `usage: counterfoil-verify [flags] PATH
       counterfoil-verify pack [flags] FILE
       counterfoil-verify receipt FILE --key VERIFIER [--ledger DIR]
       counterfoil-verify proof FILE --entry RAWFILE --key VERIFIER

PATH is a data directory with ledger/ and payload/ in it, a published log with
checkpoint and tile/ in it, or a pack: the zip file or the folder it unpacks to.

  --key VERIFIER     key of the log, "name+hash+key", best from somebody you trust
  --head FILE        a signed head kept earlier, which the log must bear out; may be repeated
  --receipt FILE     a receipt, which the log must bear out; may be repeated
  --signer VERIFIER  key a pack may be signed by instead of the log's
  --policy FILE      which witnesses must have cosigned (C2SP tlog-policy)
  --tsa-roots FILE   certificates of time-stamp authorities you trust, in PEM
  --hashes-only      check hashes, tree, heads and signatures, and neither what
                     entries say nor payloads; not for a pack
  --json             print the report as JSON
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	command := ""
	if len(args) > 0 {
		command = args[0]
	}
	switch command {
	case "proof":
		return runProof(args[1:], stdout, stderr)
	case "receipt":
		return runReceipt(ctx, args[1:], stdout, stderr)
	case "pack":
		return runCheck(ctx, "counterfoil-verify pack", args[1:], checkPack, stdout, stderr)
	default:
		return runCheck(ctx, "counterfoil-verify", args, checkPath, stdout, stderr)
	}
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
	return verify.ExitUnusable
}

func badUsage(stderr io.Writer, err error) int {
	if !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stderr, "counterfoil-verify:", err)
	}
	fmt.Fprint(stderr, usage)
	return verify.ExitUnusable
}
