// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

type proofView struct {
	Summary   string
	Facts     []fact
	Texts     []proofText
	Command   string
	Downloads []link
}

type proofText struct{ Label, Text string }

func (c *Console) proofOf(v *evidence.View) proofView {
	verdict := fact{Label: "Verdict", Mark: new(integrity(v)), Sub: "Recomputed on this server at " + clockTime(c.clock.Now()) + ". Check it on your own computer with the files beside."}
	p := proofView{
		Summary: "Entries, path and signed checkpoint",
		Facts: []fact{
			verdict,
			{Label: "Log", Value: c.ledger.Origin(), Mono: true},
			{Label: "Tree", Value: counted(v.Proof.TreeSize, "entry", "entries")},
			{Label: "Root", Value: grouped(v.Proof.Root), Mono: true},
		},
		Downloads: downloads(v),
	}
	for _, problem := range v.Proof.Problems {
		p.Facts = append(p.Facts, fact{Label: "Problem", Value: sentence(visible(problem))})
	}
	p.Facts = append(p.Facts, fact{Label: "Key", Value: v.Proof.VerifierKey, Mono: true})
	for _, e := range v.Entries {
		p.Facts = append(p.Facts, fact{
			Label: sentence(e.Kind.String()), Value: grouped(e.Leaf), Mono: true,
			Sub: "Leaf hash of entry " + number(e.Index) + ", " + bytesWords(uint64(e.Bytes)) + ", recorded " + stamp(e.Time),
		})
	}
	for _, side := range sides(v) {
		if side.proof != "" {
			p.Texts = append(p.Texts, proofText{"Proof of the " + side.name + ", as text", side.proof})
			p.Command = "counterfoil-verify proof " + side.file("tlog-proof") + " --entry " + side.file("cbor") + " --key '" + v.Proof.VerifierKey + "'"
		}
	}
	return p
}

// grouped writes a hash in groups of four, to be compared by eye.
func grouped(h counterfoil.Hash) string {
	digits := h.String()
	var b strings.Builder
	for i := 0; i < len(digits); i += 4 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(digits[i : i+4])
	}
	return b.String()
}

// side is one of the entries of an interaction that can be downloaded.
type side struct {
	name  string // "intent" or "outcome"
	index counterfoil.Index
	proof string
}

func (s side) file(extension string) string {
	return "entry-" + strconv.FormatUint(uint64(s.index), 10) + "." + extension
}

// sides are the intent and, once closed, the outcome; one entry that holds both
// is the intent.
func sides(v *evidence.View) []side {
	list := []side{{"intent", v.Indexes.Intent, v.Proof.Intent}}
	if o := v.Indexes.Outcome; o != nil && *o != v.Indexes.Intent {
		list = append(list, side{"outcome", *o, v.Proof.Outcome})
	}
	return list
}

func downloads(v *evidence.View) (links []link) {
	for _, s := range sides(v) {
		if s.proof != "" {
			links = append(links, link{Label: "Download proof of the " + s.name, Href: fmt.Sprintf("/interactions/%s/proof/%s.tlog-proof", v.ID, s.name)})
		}
		links = append(links, link{Label: "Download the " + s.name + " entry", Href: fmt.Sprintf("/interactions/%s/entry/%s.cbor", v.ID, s.name)})
	}
	return links
}

// sideOf finds what a file name such as "outcome.tlog-proof" means.
func sideOf(v *evidence.View, file, extension string) (side, error) {
	name, ok := strings.CutSuffix(file, "."+extension)
	for _, s := range sides(v) {
		if ok && s.name == name {
			return s, nil
		}
	}
	return side{}, notFound("This interaction has no such file.")
}

func (c *Console) downloadProof(w http.ResponseWriter, r *http.Request) error {
	v, err := c.interactionOf(r)
	if err != nil {
		return err
	}
	s, err := sideOf(v, r.PathValue("file"), "tlog-proof")
	if err != nil {
		return err
	}
	if s.proof == "" {
		return notFound("There is no proof of this entry yet. The next checkpoint covers it; try again in a second.")
	}
	download(w, "text/plain; charset=utf-8", s.file("tlog-proof"), []byte(s.proof))
	return nil
}

func (c *Console) downloadEntry(w http.ResponseWriter, r *http.Request) error {
	v, err := c.interactionOf(r)
	if err != nil {
		return err
	}
	s, err := sideOf(v, r.PathValue("file"), "cbor")
	if err != nil {
		return err
	}
	raw, err := c.evidence.Raw(r.Context(), s.index)
	if err != nil {
		return err
	}
	download(w, "application/cbor", s.file("cbor"), raw)
	return nil
}

func download(w http.ResponseWriter, mediaType, name string, content []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(content) // the client may have left
}

type verifyPage struct {
	page
	ID, Entry     string
	Heading, Lead string
	Now           time.Time
	Stub          []fact
	Checks        []checkRow
	Downloads     []link
}

type checkRow struct {
	Name string
	Mark mark
	Text string
}

// verifyInteraction recomputes the proofs of one interaction and says when. It
// opens no text.
func (c *Console) verifyInteraction(w http.ResponseWriter, r *http.Request) error {
	v, err := c.interactionOf(r)
	if err != nil {
		return err
	}
	now := c.clock.Now()
	p := verifyPage{
		page: c.page(r, "Verify entry "+number(v.Indexes.Intent), "interactions"), ID: v.ID.String(), Entry: number(v.Indexes.Intent),
		Now: now, Stub: c.interactionStub(v), Checks: checks(v), Downloads: downloads(v),
		Heading: "Entry " + number(v.Indexes.Intent) + " does not verify",
		Lead:    "What is stored differs from what was signed. Run counterfoil verify on the data directory; it names the place.",
	}
	if v.Proof.Verified {
		p.Heading = "Entry " + number(v.Indexes.Intent) + " is included and unaltered"
		p.Lead = "Recomputed at " + clockTime(now) + " up to the root of " + counted(v.Proof.TreeSize, "entry", "entries") + ", signed by " + c.ledger.Origin() + "."
	}
	return c.render(w, http.StatusOK, "verify", &p)
}

func checks(v *evidence.View) []checkRow {
	var rows []checkRow
	for _, problem := range v.Proof.Problems {
		rows = append(rows, checkRow{"Problem", mark{"bad", "cross", "Does not hold"}, sentence(visible(problem)) + "."})
	}
	result := mark{"ok", "dot", "Holds"}
	if !v.Proof.Verified {
		result = mark{"none", "hollow", "See the problem above"}
	}
	for _, s := range sides(v) {
		rows = append(rows, checkRow{sentence(s.name) + " is in the tree", result, "Entry " + number(s.index) + " was hashed again, and its path leads to the root of " + counted(v.Proof.TreeSize, "entry", "entries") + "."})
	}
	if v.Indexes.Outcome == nil {
		rows = append(rows, checkRow{"Outcome", mark{"now", "target", "In progress"}, "No outcome has been recorded yet, so there is nothing to check."})
	}
	return append(rows,
		checkRow{"Root is signed", result, "The checkpoint over this root carries the signature of the key " + v.Proof.VerifierKey + "."},
		checkRow{"Witnesses", mark{"none", "hollow", "No data"}, "No outside witness has signed this checkpoint. Until one does, the operator’s own key is the only anchor."},
	)
}
