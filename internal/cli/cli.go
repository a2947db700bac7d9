// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package cli is the command line. Commands talk to the running server through
// the Unix socket in the data directory; when none runs they open the directory
// themselves. Text is for people, --json for programs.
//
// Exit codes: 0 done; 1 could not be done; 2 the command or its input is wrong;
// 3 verify found the record broken, or a check found faults.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes of every command.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitBroken = 3
)

// exitError carries an exit code. Its text is printed unless it is empty.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

// environment is what commands share.
type environment struct {
	in      io.Reader
	out     io.Writer
	err     io.Writer
	data    string // --data
	json    bool   // --json
	version string

	mayCreate bool // the command may begin a data directory
}

// Main runs the command line and returns the exit code.
func Main(args []string, in io.Reader, out, errOut io.Writer, version string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	env := &environment{in: in, out: out, err: errOut, version: version}
	root := newRoot(env)
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		fmt.Fprintln(errOut, "counterfoil:", err)
		return exitFailed
	}
	if exit.text != "" {
		fmt.Fprintln(errOut, "counterfoil:", exit.text)
	}
	return exit.code
}

func newRoot(env *environment) *cobra.Command {
	root := &cobra.Command{
		Use:           "counterfoil",
		Short:         "One controlled path for AI, and the proof of it",
		Long:          "Counterfoil runs every AI interaction through one controlled path and keeps a record of it that an outsider can verify.",
		Version:       env.version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs, // what is no command is told by onlyCommands
		RunE:          onlyCommands,
	}
	root.PersistentFlags().StringVar(&env.data, "data", "./data", "data directory")
	root.PersistentFlags().BoolVar(&env.json, "json", false, "print JSON")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &exitError{exitUsage, err.Error() + "\nSee " + c.CommandPath() + " --help."}
	})
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(
		newRun(env), newSystem(env), newKey(env), newInteractions(env), newInteraction(env),
		newVerify(env), newReindex(env), newReload(env), newStatus(env), newDetect(env), newPolicy(env), newConfig(env), newKinds(env),
		newLedger(env), newPack(env), newBackup(env), newWitness(env),
		newErase(env), newHold(env), newAdministrator(env), newDemo(env),
	)
	return root
}

// onlyCommands is what a command does that only groups others.
func onlyCommands(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	text := fmt.Sprintf("%q is not a command of %s\n", args[0], c.CommandPath())
	c.SuggestionsMinimumDistance = 2 // letters
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		text += "Did you mean " + strings.Join(near, " or ") + "? "
	}
	return &exitError{exitUsage, text + "See " + c.CommandPath() + " --help."}
}

// usage wraps an argument check so that its error has the exit code of a wrong
// command.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return &exitError{exitUsage, err.Error() + "\nSee " + c.CommandPath() + " --help."}
		}
		return nil
	}
}
