// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/app"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/fault"
)

func newLedgerExport(env *environment) *cobra.Command {
	var q control.ExportLog
	c := &cobra.Command{
		Use: "export", Short: "Write the log to a folder as C2SP tlog-tiles", Args: usage(cobra.NoArgs),
		Long: "Writes checkpoint, hash tiles and entries to a folder that any web server can publish. Payloads are not in it.\n" +
			"Run again, it adds what is new; a run that was cut off is taken up. A folder that is something else, or was\n" +
			"changed, is refused and left as it is. It works beside the server, and without one it only reads.",
		RunE: func(c *cobra.Command, _ []string) error {
			if q.Dir == "" {
				return &exitError{exitUsage, "name the folder to write to with --out"}
			}
			var err error
			if q.Dir, err = filepath.Abs(q.Dir); err != nil {
				return fmt.Errorf("find the folder: %w", err)
			}
			r, err := env.exportLog(c.Context(), q)
			if err != nil {
				return err
			}
			if env.json {
				return env.print(r)
			}
			fmt.Fprintf(env.out, "Log %s: %d entries are in %s, %d of them new. Files written: %d, removed: %d.\n", r.Origin, r.Size, q.Dir, r.Size-r.Before, r.Written, r.Removed)
			return nil
		},
	}
	c.Flags().StringVar(&q.Dir, "out", "", "folder to write to; made when it is not there")
	c.Flags().BoolVar(&q.Registry, "registry", false, "export the registry's log instead of the node's")
	c.Flags().BoolVar(&q.Quick, "quick", false, "compare sizes, not bytes, of what was exported before")
	return c
}

// exportLog asks the server, or reads the directory when none runs.
func (env *environment) exportLog(ctx context.Context, q control.ExportLog) (control.Exported, error) {
	var r control.Exported
	show := progress(env, "files")
	hc, err := control.Dial(ctx, env.data)
	if errors.Is(err, control.ErrNoServer) {
		if _, err := os.Stat(env.data); errors.Is(err, fs.ErrNotExist) {
			return r, &exitError{exitFailed, "there is no data directory at " + env.data + "; name it with --data"}
		}
		r, err = app.Export(ctx, env.data, q, show)
		if f, ok := fault.As(err); ok {
			err = &exitError{exitFailed, f.Public}
		}
		return r, err
	}
	if err != nil {
		return r, err
	}
	err = (&client{http: hc}).work(ctx, "/v1/ledger/export", q, show, &r)
	return r, err
}

// work asks for a long piece of work, shows its progress and decodes its result.
func (c *client) work(ctx context.Context, path string, in any, show func(done, total uint64), out any) error {
	resp, err := c.send(ctx, http.MethodPost, path, in)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return eachLine(resp.Body, func(l control.Line) error {
		if l.Progress != nil {
			show(l.Progress.Done, l.Progress.Total)
		}
		if l.Result != nil {
			return json.Unmarshal(l.Result, out)
		}
		return nil
	})
}
