// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// checker makes one check of what lies at path.
type checker func(ctx context.Context, path string, o verify.Options) (verify.Report, error)

// runCheck reads the flags all checks share, makes the check and prints the report.
func runCheck(ctx context.Context, name string, args []string, check checker, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print the report as JSON")
	key := flags.String("key", "", "verifier key of the log")
	hashesOnly := flags.Bool("hashes-only", false, "check neither what entries say nor payloads")
	signer := flags.String("signer", "", "verifier key a pack may be signed by instead of the log's")
	policy := flags.String("policy", "", "trust policy")
	roots := flags.String("tsa-roots", "", "certificates of time-stamp authorities")
	var heads, receipts notes
	flags.Var(&heads, "head", "file with a signed head kept earlier, which the log must bear out; may be repeated")
	flags.Var(&receipts, "receipt", "file with a receipt, which the log must bear out; may be repeated")
	path, err := parse(flags, args)
	if err != nil {
		return badUsage(stderr, err)
	}
	for name, given := range map[string]string{"--key": *key, "--signer": *signer} {
		if err := checkKey(name, given); err != nil {
			return unusable(stderr, err)
		}
	}
	o := verify.Options{VerifierKey: *key, PackSigner: *signer, HashesOnly: *hashesOnly, Heads: heads, Receipts: receipts}
	if o.Policy, err = loadPolicy(*policy); err != nil {
		return unusable(stderr, err)
	}
	if o.Roots, err = loadRoots(*roots); err != nil {
		return unusable(stderr, err)
	}
	report, err := check(ctx, path, o)
	if err != nil {
		return unusable(stderr, err)
	}
	return conclude(report, *asJSON, stdout, stderr)
}

// checkKey refuses what is no verifier key: an error of typing is no broken log.
func checkKey(name, given string) error {
	if given == "" {
		return nil
	}
	if _, err := note.NewVerifier(given); err != nil {
		return fmt.Errorf("%s %q is no verifier key: it has the form name+hash+key and is one line, as in ledger/verifier", name, given)
	}
	return nil
}

// conclude prints a report and gives the exit code.
func conclude(report verify.Report, asJSON bool, stdout, stderr io.Writer) int {
	if !asJSON {
		printReport(stdout, report)
		return report.ExitCode()
	}
	enc := json.NewEncoder(stdout)
	enc.SetIndent("", "  ")
	if err := enc.Encode(report); err != nil {
		return unusable(stderr, err)
	}
	return report.ExitCode()
}

// checkPath finds out what lies at path and checks it.
func checkPath(ctx context.Context, path string, o verify.Options) (verify.Report, error) {
	info, err := os.Stat(path)
	if err != nil {
		return verify.Report{}, err
	}
	holds := func(name string) bool {
		_, err := os.Stat(filepath.Join(path, filepath.FromSlash(name)))
		return err == nil
	}
	switch {
	case !info.IsDir() || holds("manifest.json") || holds("log/checkpoint"):
		return checkPack(ctx, path, o)
	case holds("checkpoint") && !holds("ledger"):
		return verify.Tiles(ctx, path, o)
	case !holds("ledger") && !holds("registry"):
		return verify.Report{}, fmt.Errorf("%s holds neither ledger/, nor checkpoint and tile/, nor a manifest.json: it is no data directory, no published log and no pack", path)
	}
	dir := verify.DirOptions(path)
	o.LedgerDir, o.PayloadDir = dir.LedgerDir, dir.PayloadDir
	return verify.Dir(ctx, o)
}

// checkPack checks a zip file or the folder it unpacks to.
func checkPack(ctx context.Context, path string, o verify.Options) (verify.Report, error) {
	info, err := os.Stat(path)
	if err != nil {
		return verify.Report{}, err
	}
	if info.IsDir() {
		root, err := os.OpenRoot(path)
		if err != nil {
			return verify.Report{}, err
		}
		defer root.Close()
		return verify.Pack(ctx, root.FS(), o) // no link leads out of it
	}
	f, err := os.Open(path)
	if err != nil {
		return verify.Report{}, err
	}
	defer f.Close()
	return verify.PackFile(ctx, f, info.Size(), o)
}

func loadPolicy(path string) (*counterfoil.Policy, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read trust policy: %w", err)
	}
	return counterfoil.ParsePolicy(text)
}

func loadRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("read certificates: " + path + " holds none in PEM")
	}
	return pool, nil
}

func runReceipt(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("counterfoil-verify receipt", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print the report as JSON")
	key := flags.String("key", "", "verifier key of the log")
	ledger := flags.String("ledger", "", "folder ledger/ of the log")
	path, err := parse(flags, args)
	if err == nil && *key == "" {
		err = errors.New("a receipt needs --key")
	}
	if err != nil {
		return badUsage(stderr, err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return unusable(stderr, err)
	}
	report, err := verify.Receipt(ctx, file, verify.Options{VerifierKey: *key, LedgerDir: *ledger})
	if err != nil {
		return unusable(stderr, err)
	}
	return conclude(report, *asJSON, stdout, stderr)
}

// notes is a repeatable flag whose values are files.
type notes [][]byte

// String implements flag.Value.
func (n *notes) String() string { return "" }

// Set implements flag.Value.
func (n *notes) Set(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	*n = append(*n, raw)
	return nil
}
