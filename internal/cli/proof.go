// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/control"
)

// prover reads who acts and their password. It is never an argument: arguments
// are shown to everybody on the machine and stay in the shell's history.
type prover struct {
	as   string // --as
	file string // --password-file
}

const passwordVariable = "COUNTERFOIL_PASSWORD"

func (p *prover) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.as, "as", "", "e-mail address of the administrator who acts")
	c.Flags().StringVar(&p.file, "password-file", "", "file whose first line is their password (default: "+passwordVariable+", or the terminal asks)")
}

// proof returns what the server checks.
func (p *prover) proof(env *environment) (control.Proof, error) {
	if p.as == "" {
		return control.Proof{}, &exitError{exitUsage, "--as is required: the e-mail address of the administrator who acts"}
	}
	password, err := secret(env, "Password of "+p.as, p.file, passwordVariable)
	return control.Proof{As: p.as, Password: password}, err
}

// secret reads a secret from a file, an environment variable, or the terminal.
func secret(env *environment, prompt, file, variable string) (string, error) {
	if file != "" {
		return firstLine(file)
	}
	if value := os.Getenv(variable); value != "" {
		return value, nil
	}
	fmt.Fprint(env.err, prompt+": ")
	value, err := readHidden(env.in)
	fmt.Fprintln(env.err)
	if err != nil {
		return "", &exitError{exitUsage, fmt.Sprintf("the password cannot be read from the terminal (%v); set %s or name a file", err, variable)}
	}
	return value, nil
}

func firstLine(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	if !s.Scan() && s.Err() != nil {
		return "", fmt.Errorf("read the password: %w", s.Err())
	}
	return strings.TrimSuffix(s.Text(), "\r"), nil
}
