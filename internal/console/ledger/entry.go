// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"encoding/hex"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

// entryPage shows one entry: as it is decoded, as it is stored, and its proof.
type entryPage struct {
	shell.Page
	Entry, Kind string
	Lead        string
	Stub        []part.Fact
	Fields      []part.Fact
	Hex         string
	Size        string
	Proof       []part.Fact
	ProofText   string
	Command     string
	Number      string
	Previous    string
	Next        string
}

func (s *Section) entryOf(r *http.Request) (*evidence.LedgerEntry, error) {
	i, err := strconv.ParseUint(r.PathValue("index"), 10, 63)
	if err != nil {
		return nil, shell.NotFound("Entries are named by their number in the ledger.")
	}
	return s.evidence.LedgerEntry(r.Context(), counterfoil.Index(i))
}

func (s *Section) showEntry(w http.ResponseWriter, r *http.Request) error {
	v, err := s.entryOf(r)
	if err != nil {
		return err
	}
	at := strconv.FormatUint(uint64(v.Index), 10)
	p := entryPage{
		Page: s.Page(r, "Entry "+words.Number(v.Index), "ledger"), Entry: words.Number(v.Index), Number: at, Kind: "entry", Hex: dump(v.Raw), Size: words.Bytes(uint64(len(v.Raw))),
		ProofText: v.Proof, Command: "counterfoil-verify proof entry-" + at + ".tlog-proof --entry entry-" + at + ".cbor --key '" + v.VerifierKey + "'",
	}
	holds := part.OK("In the ledger")
	if len(v.Problems) > 0 {
		holds = part.Bad("Does not verify")
	}
	p.Stub = []part.Fact{{Label: "Verdict", Mark: &holds, Sub: "Recomputed at " + words.Clock(s.Clock.Now())}}
	if v.Entry != nil {
		p.Kind = v.Entry.Kind.String()
		p.Lead = words.Sentence(p.Kind) + ", recorded " + words.Stamp(words.Micros(v.Entry.Time)) + "."
		p.Stub = append(p.Stub, part.Fact{Label: "Kind", Value: p.Kind}, part.Fact{Label: "Recorded", Time: words.Micros(v.Entry.Time)})
		p.Fields = fields(nil, "", reflect.ValueOf(v.Entry).Elem())
		if subject := s.aboutWhat(v.Entry); subject != nil {
			p.Stub = append(p.Stub, *subject)
		}
	}
	p.Proof = []part.Fact{
		{Label: "Leaf hash", Value: words.Grouped(v.Leaf), Mono: true},
		{Label: "Tree", Value: words.Counted(v.Head.Size, "entry", "entries")},
		{Label: "Root", Value: words.Grouped(v.Head.Root), Mono: true},
		{Label: "Key", Value: v.VerifierKey, Mono: true},
	}
	if v.Payload > 0 {
		p.Proof = append(p.Proof, part.Fact{Label: "Payload", Value: words.Bytes(uint64(v.Payload)) + ", sealed"})
	}
	for _, problem := range v.Problems {
		p.Proof = append(p.Proof, part.Fact{Label: "Problem", Value: words.Sentence(words.Visible(problem))})
	}
	if v.Index > 0 {
		p.Previous = "/ledger/entries/" + strconv.FormatUint(uint64(v.Index)-1, 10)
	}
	if uint64(v.Index)+1 < s.ledger.Size() {
		p.Next = "/ledger/entries/" + strconv.FormatUint(uint64(v.Index)+1, 10)
	}
	return s.Render(w, http.StatusOK, "ledger_entry", &p)
}

// aboutWhat links to the page of what an entry is about.
func (s *Section) aboutWhat(e *counterfoil.Entry) *part.Fact {
	if e.Kind == counterfoil.KindIntent || e.Kind == counterfoil.KindOutcome {
		return &part.Fact{Label: "Interaction", Value: e.ID.String(), Href: "/interactions/" + e.ID.String()}
	}
	return nil
}

// dump is the entry in hexadecimal, 16 bytes a line.
func dump(raw []byte) string {
	var b strings.Builder
	for len(raw) > 0 {
		n := min(16, len(raw))
		for i, c := range raw[:n] {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(hex.EncodeToString([]byte{c}))
		}
		raw = raw[n:]
		if len(raw) > 0 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// fields lists what is present in a decoded entry, as the format leaves out what
// is absent.
func fields(list []part.Fact, prefix string, v reflect.Value) []part.Fact {
	t := v.Type()
	for i := range t.NumField() {
		f := v.Field(i)
		if f.IsZero() {
			continue
		}
		label := prefix + spaced(t.Field(i).Name)
		if f.Kind() == reflect.Pointer {
			list = fields(list, "", f.Elem())
			continue
		}
		list = append(list, valueFacts(label, f)...)
	}
	return list
}

// valueFacts shows one field, or the members of a list one by one.
func valueFacts(label string, f reflect.Value) []part.Fact {
	switch x := f.Interface().(type) {
	case []byte:
		return []part.Fact{{Label: label, Value: shown(x), Mono: true}}
	case counterfoil.ID:
		return []part.Fact{{Label: label, Value: x.String(), Mono: true}}
	case counterfoil.Hash:
		return []part.Fact{{Label: label, Value: words.Grouped(x), Mono: true}}
	case interface{ String() string }:
		return []part.Fact{{Label: label, Value: x.String()}}
	}
	switch f.Kind() {
	case reflect.Struct:
		return fields(nil, label+": ", f)
	case reflect.Slice:
		var list []part.Fact
		for i := range f.Len() {
			list = append(list, valueFacts(label+" "+strconv.Itoa(i+1), f.Index(i))...)
		}
		return list
	case reflect.String:
		return []part.Fact{{Label: label, Value: words.Visible(f.String())}}
	case reflect.Bool:
		return []part.Fact{{Label: label, Value: "Yes"}}
	case reflect.Int64:
		return []part.Fact{{Label: label, Time: time.UnixMicro(f.Int())}}
	default:
		return []part.Fact{{Label: label, Value: words.Number(f.Uint())}}
	}
}

// shown is bytes as text where they are text, as a signed note is.
func shown(b []byte) string {
	text := string(b)
	if len(b) > 64 && !strings.ContainsFunc(text, func(r rune) bool { return r == unicode.ReplacementChar || r < ' ' && r != '\n' }) {
		return words.Visible(text)
	}
	return hex.EncodeToString(b)
}

// spaced turns the name of a field into words: "ForwardedBytes" reads "Forwarded bytes".
func spaced(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && name[i-1] >= 'a' {
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (s *Section) downloadEntry(w http.ResponseWriter, r *http.Request) error {
	v, err := s.entryOf(r)
	if err != nil {
		return err
	}
	shell.Download(w, "application/cbor", "entry-"+strconv.FormatUint(uint64(v.Index), 10)+".cbor", v.Raw)
	return nil
}

func (s *Section) downloadProof(w http.ResponseWriter, r *http.Request) error {
	v, err := s.entryOf(r)
	if err != nil {
		return err
	}
	if v.Proof == "" {
		return shell.NotFound("There is no proof of this entry yet. The next checkpoint covers it; try again in a second.")
	}
	shell.Download(w, "text/plain; charset=utf-8", "entry-"+strconv.FormatUint(uint64(v.Index), 10)+".tlog-proof", []byte(v.Proof))
	return nil
}
