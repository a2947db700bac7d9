// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/witness"
)

type witnessOptions struct {
	dir, listen, name, url string
	logs                   []string
	certificate, key       string // of TLS, PEM files
}

func newWitness(env *environment) *cobra.Command {
	var o witnessOptions
	c := &cobra.Command{
		Use:   "witness --dir DIR --listen ADDR --log KEY...",
		Short: "Run a witness for the logs of others",
		Long: "Runs a witness (C2SP tlog-witness): it cosigns the heads of the logs given, as long as each log only grows. It sees sizes and\n" +
			"hashes, never content. Run it outside the reach of those who run the log. The first start makes the witness's key.\n" +
			"The directory must never be put back from a copy.",
		Example: "  counterfoil witness --dir /var/lib/witness --listen 127.0.0.1:8410 --log counterfoil/0011aabb/registry+5d3f…+AR…",
		Args:    usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.dir == "" || o.listen == "" || len(o.logs) == 0 {
				return &exitError{exitUsage, "witness needs --dir, --listen and at least one --log.\nSee counterfoil witness --help."}
			}
			if (o.certificate == "") != (o.key == "") {
				return &exitError{exitUsage, "--tls-cert and --tls-key belong together."}
			}
			return runWitness(c, env, o)
		},
	}
	c.Flags().StringVar(&o.dir, "dir", "", "directory of the witness: its key and the heads it has seen")
	c.Flags().StringVar(&o.listen, "listen", "", "address to listen on, such as 127.0.0.1:8410")
	c.Flags().StringArrayVar(&o.logs, "log", nil, "verifier key of a log to watch; may be repeated")
	c.Flags().StringVar(&o.name, "name", "", "name of the witness, best its address without https://; fixed at the first start (default: this machine's)")
	c.Flags().StringVar(&o.url, "url", "", "address at which logs reach the witness, for the line that is printed")
	c.Flags().StringVar(&o.certificate, "tls-cert", "", "certificate chain, a PEM file; without it a proxy in front must speak TLS")
	c.Flags().StringVar(&o.key, "tls-key", "", "private key of the certificate, a PEM file")
	return c
}

func runWitness(c *cobra.Command, env *environment, o witnessOptions) (err error) {
	log := slog.New(slog.NewTextHandler(env.err, nil))
	server, err := witness.Open(witness.Config{Dir: o.dir, Name: o.name, Logs: o.logs, Clock: clock.System{}, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", o.listen, err)
	}
	scheme := "http"
	if o.certificate != "" {
		scheme = "https"
	}
	local := scheme + "://" + listener.Addr().String()
	if o.url == "" {
		o.url = local
	}
	fmt.Fprintf(env.out, "Witness %s listens on %s\nVerifier key: %s\n\n", server.Name(), local, server.VerifierKey())
	fmt.Fprintf(env.out, "Line for the trust policy of a log:\nwitness %s %s %s\n", server.Name(), server.VerifierKey(), o.url)
	return witness.Serve(c.Context(), listener, server, o.certificate, o.key)
}
