// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// download begins a CSV file. The export is recorded before its first byte.
func (c *Console) download(w http.ResponseWriter, r *http.Request, name string, head ...string) (sheet, error) {
	if err := c.recorder.Access(r.Context(), person(r), "exported", counterfoil.ID{}); err != nil {
		return sheet{}, err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+"-"+c.clock.Now().Format("20060102-150405")+`.csv"`)
	out := newSheet(w)
	out.write(head)
	return out, nil
}

// exportErasures writes every request for an erasure as CSV.
func (c *Console) exportErasures(w http.ResponseWriter, r *http.Request) error {
	cases, err := c.erasures.Cases(r.Context())
	if err != nil {
		return err
	}
	out, err := c.download(w, r, "erasures", "id", "asked_for", "scope", "person_id", "interaction_id", "until", "state", "basis", "by_id", "payloads")
	if err != nil {
		return err
	}
	for i := range cases {
		one := &cases[i]
		until := ""
		if !one.Target.Before.IsZero() {
			until = one.Target.Before.Format(time.DateOnly)
		}
		out.write([]string{
			one.ID.String(), one.Requested.UTC().Format(time.RFC3339), one.Target.Scope(), exportID(counterfoil.ID(one.Target.Person)), exportID(one.Target.Interaction), until,
			one.State, one.Basis, exportID(counterfoil.ID(one.By)), number(one.Payloads()),
		})
	}
	out.Flush()
	return nil
}

// exportLate writes every late entry the person may see as CSV.
func (c *Console) exportLate(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	if !d.mayList(kindOverride) {
		return fault.Forbidden("Not available: this list is for whoever holds a role.", nil)
	}
	out, err := c.download(w, r, "late-entries", "record", "version", "step", "by", "day_of_the_fact", "recorded", "why_late", "entry", "leaf")
	if err != nil {
		return err
	}
	for below := counterfoil.Index(0); ; {
		late, next, err := d.Late(d.ctx, below, exportRows)
		if err != nil {
			c.log.ErrorContext(r.Context(), "export ended early", "error", err)
			panic(http.ErrAbortHandler) // a cut download, not a file that looks complete
		}
		for _, v := range late {
			out.write([]string{
				v.Number(), number(v.Version), strings.ReplaceAll(v.Move, "_", " "), d.person(v.Actor), v.Fact, v.Time.Format(time.RFC3339), v.Late, formatIndex(v.Entry), v.Leaf.String(),
			})
		}
		if below = next; below == 0 {
			break
		}
	}
	out.Flush()
	return nil
}
