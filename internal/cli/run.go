// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/app"
	"github.com/counterfoil/counterfoil/internal/config"
)

func newRun(env *environment) *cobra.Command {
	var path, level, profile string
	var o config.Overrides
	c := &cobra.Command{
		Use:   "run",
		Short: "Run gateway and console",
		Long: "Runs gateway and console on one data directory until it is stopped. Ready when GET /healthz answers 200 on both.\n" +
			"SIGHUP reads configuration and rules again; SIGTERM lets answers under way end.",
		Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			var l slog.Level
			if err := l.UnmarshalText([]byte(level)); err != nil {
				return &exitError{exitUsage, "--log is debug, info, warn or error"}
			}
			log := slog.New(slog.NewTextHandler(env.err, &slog.HandlerOptions{Level: l}))
			return app.Run(c.Context(), app.Options{
				Data: env.data, Config: path, Overrides: o, Log: log, Version: env.version, Out: env.out, Profile: profile,
			})
		},
	}
	c.Flags().StringVar(&path, "config", "", "configuration file (default: built-in settings, offline provider only)")
	c.Flags().StringVar(&o.Gateway, "gateway", "", "address of the gateway, such as 127.0.0.1:8400; wins over the file")
	c.Flags().StringVar(&o.Console, "console", "", "address of the console, such as 127.0.0.1:8401; wins over the file")
	c.Flags().StringVar(&profile, "profile", "", "serve net/http/pprof on this loopback address, for measuring; off by default")
	c.Flags().StringVar(&level, "log", "info", "log level: debug, info, warn, error")
	return c
}
