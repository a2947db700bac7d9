// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

func printReport(w io.Writer, r verify.Report) {
	verdict := "Broken."
	switch r.Integrity {
	case verify.IntegrityOK:
		verdict = "Sound."
	case verify.IntegrityHashes:
		verdict = "The hashes are right. What the entries say, and their payloads, were not checked."
	}
	fmt.Fprintf(w, "%s\n", verdict)
	switch {
	case r.Root != counterfoil.Hash{}:
		fmt.Fprintf(w, "\nLog %s, %d entries, root %s\n", r.Origin, r.Entries, r.Root)
	case r.Origin != "":
		fmt.Fprintf(w, "\nLog %s, of which no entry was read\n", r.Origin)
	}
	if r.Intents+r.Outcomes > 0 {
		fmt.Fprintf(w, "%d intents, %d outcomes, %d of them abandoned\n", r.Intents, r.Outcomes, r.Abandoned)
	}
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
