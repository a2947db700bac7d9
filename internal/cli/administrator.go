// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/control"
)

const newPasswordVariable = "COUNTERFOIL_NEW_PASSWORD"

func newAdministrator(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "administrator", Short: "Add administrators", RunE: onlyCommands}
	c.AddCommand(newAdministratorAdd(env))
	return c
}

func newAdministratorAdd(env *environment) *cobra.Command {
	var q control.NewAdministrator
	var file string
	var who prover
	c := &cobra.Command{
		Use: "add --email EMAIL [--name NAME] --as EMAIL", Short: "Make somebody an administrator, with a password", Args: usage(cobra.NoArgs),
		Long: "An erasure needs two administrators: one asks, another approves.",
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if q.Proof, err = who.proof(env); err != nil {
				return err
			}
			if q.NewPassword, err = secret(env, "New password of "+q.Email, file, newPasswordVariable); err != nil {
				return err
			}
			return env.with(c.Context(), func(cl *client) error {
				var a control.Administrator
				if err := cl.call(c.Context(), http.MethodPost, "/v1/administrators", q, &a); err != nil {
					return err
				}
				if env.json {
					return env.print(a)
				}
				fmt.Fprintf(env.out, "%s is an administrator and can sign in.\n", a.Email)
				return nil
			})
		},
	}
	c.Flags().StringVar(&q.Email, "email", "", "e-mail address of the new administrator")
	c.Flags().StringVar(&q.Name, "name", "", "name of the new administrator")
	c.Flags().StringVar(&file, "new-password-file", "", "file whose first line is the new password (default: "+newPasswordVariable+", or the terminal asks)")
	who.flags(c)
	return c
}

func newRotateRoot(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "rotate-root", Short: "Replace the key under which the keys of the stored text lie", Args: usage(cobra.NoArgs),
		Long: "Makes a new root key and wraps every wrapping key with it, in one step. Do it when somebody may have read keys/root.key.\nBack up the folder keys afterwards.",
		RunE: func(c *cobra.Command, _ []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var r control.RootRotated
				if err := cl.call(c.Context(), http.MethodPost, "/v1/root/rotate", nil, &r); err != nil {
					return err
				}
				if env.json {
					return env.print(r)
				}
				fmt.Fprintf(env.out, "A new root key wraps %d keys of the stored text. Back up the folder keys.\n", r.Keys)
				return nil
			})
		},
	}
}
