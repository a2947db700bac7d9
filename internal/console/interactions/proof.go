// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

type proofView struct {
	Summary   string
	Facts     []part.Fact
	Texts     []proofText
	Command   string
	Downloads []part.Link
}

type proofText struct{ Label, Text string }

func (s *Section) proofOf(v *evidence.View) proofView {
	verdict := part.Fact{Label: "Verdict", Mark: new(integrity(v)), Sub: "Recomputed on this server at " + words.Clock(s.Clock.Now()) + ". Check it on your own computer with the files beside."}
	p := proofView{
		Summary: "Entries, path and signed checkpoint",
		Facts: []part.Fact{
			verdict,
			{Label: "Log", Value: s.ledger.Origin(), Mono: true},
			{Label: "Tree", Value: words.Counted(v.Proof.TreeSize, "entry", "entries")},
			{Label: "Root", Value: words.Grouped(v.Proof.Root), Mono: true},
		},
		Downloads: downloads(v),
	}
	for _, problem := range v.Proof.Problems {
		p.Facts = append(p.Facts, part.Fact{Label: "Problem", Value: words.Sentence(words.Visible(problem))})
	}
	p.Facts = append(p.Facts, part.Fact{Label: "Key", Value: v.Proof.VerifierKey, Mono: true})
	for _, e := range v.Entries {
		p.Facts = append(p.Facts, part.Fact{
			Label: words.Sentence(e.Kind.String()), Value: words.Grouped(e.Leaf), Mono: true,
			Sub: "Leaf hash of entry " + words.Number(e.Index) + ", " + words.Bytes(uint64(e.Bytes)) + ", recorded " + words.Stamp(e.Time),
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

func downloads(v *evidence.View) (links []part.Link) {
	for _, s := range sides(v) {
		if s.proof != "" {
			links = append(links, part.Link{Label: "Download proof of the " + s.name, Href: fmt.Sprintf("/interactions/%s/proof/%s.tlog-proof", v.ID, s.name)})
		}
		links = append(links, part.Link{Label: "Download the " + s.name + " entry", Href: fmt.Sprintf("/interactions/%s/entry/%s.cbor", v.ID, s.name)})
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
	return side{}, shell.NotFound("This interaction has no such file.")
}

func (s *Section) downloadProof(w http.ResponseWriter, r *http.Request) error {
	v, err := s.asked(r)
	if err != nil {
		return err
	}
	side, err := sideOf(v, r.PathValue("file"), "tlog-proof")
	if err != nil {
		return err
	}
	if side.proof == "" {
		return shell.NotFound("There is no proof of this entry yet. The next checkpoint covers it; try again in a second.")
	}
	shell.Download(w, "text/plain; charset=utf-8", side.file("tlog-proof"), []byte(side.proof))
	return nil
}

func (s *Section) downloadEntry(w http.ResponseWriter, r *http.Request) error {
	v, err := s.asked(r)
	if err != nil {
		return err
	}
	side, err := sideOf(v, r.PathValue("file"), "cbor")
	if err != nil {
		return err
	}
	raw, err := s.evidence.Raw(r.Context(), side.index)
	if err != nil {
		return err
	}
	shell.Download(w, "application/cbor", side.file("cbor"), raw)
	return nil
}

type verifyPage struct {
	shell.Page
	ID, Entry     string
	Heading, Lead string
	Now           time.Time
	Stub          []part.Fact
	Checks        []checkRow
	Downloads     []part.Link
}

type checkRow struct {
	Name string
	Mark part.Mark
	Text string
}

// verify recomputes the proofs of one interaction and says when. It
// opens no text.
func (s *Section) verify(w http.ResponseWriter, r *http.Request) error {
	v, err := s.asked(r)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	p := verifyPage{
		Page: s.Page(r, "Verify entry "+words.Number(v.Indexes.Intent), "interactions"), ID: v.ID.String(), Entry: words.Number(v.Indexes.Intent),
		Now: now, Stub: s.stub(v), Checks: checks(v), Downloads: downloads(v),
		Heading: "Entry " + words.Number(v.Indexes.Intent) + " does not verify",
		Lead:    "What is stored differs from what was signed. Run counterfoil verify on the data directory; it names the place.",
	}
	if v.Proof.Verified {
		p.Heading = "Entry " + words.Number(v.Indexes.Intent) + " is included and unaltered"
		p.Lead = "Recomputed at " + words.Clock(now) + " up to the root of " + words.Counted(v.Proof.TreeSize, "entry", "entries") + ", signed by " + s.ledger.Origin() + "."
	}
	return s.Render(w, http.StatusOK, "verify", &p)
}

func checks(v *evidence.View) []checkRow {
	var rows []checkRow
	for _, problem := range v.Proof.Problems {
		rows = append(rows, checkRow{"Problem", part.Bad("Does not hold"), words.Sentence(words.Visible(problem)) + "."})
	}
	result := part.OK("Holds")
	if !v.Proof.Verified {
		result = part.NoData("See the problem above")
	}
	for _, s := range sides(v) {
		rows = append(rows, checkRow{words.Sentence(s.name) + " is in the tree", result, "Entry " + words.Number(s.index) + " was hashed again, and its path leads to the root of " + words.Counted(v.Proof.TreeSize, "entry", "entries") + "."})
	}
	if v.Indexes.Outcome == nil {
		rows = append(rows, checkRow{"Outcome", part.Current("In progress"), "No outcome has been recorded yet, so there is nothing to check."})
	}
	return append(rows,
		checkRow{"Root is signed", result, "The checkpoint over this root carries the signature of the key " + v.Proof.VerifierKey + "."},
		checkRow{"Witnesses", part.NoData("No data"), "No outside witness has signed this checkpoint. Until one does, the operator’s own key is the only anchor."},
	)
}
