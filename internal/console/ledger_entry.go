// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/hex"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

// entryPage shows one entry: as it is decoded, as it is stored, and its proof.
type entryPage struct {
	page
	Entry, Kind string
	Lead        string
	Stub        []fact
	Fields      []fact
	Hex         string
	Size        string
	Proof       []fact
	ProofText   string
	Command     string
	Number      string
	Previous    string
	Next        string
}

func (c *Console) entryOf(r *http.Request) (*evidence.LedgerEntry, error) {
	i, err := strconv.ParseUint(r.PathValue("index"), 10, 63)
	if err != nil {
		return nil, notFound("Entries are named by their number in the ledger.")
	}
	return c.evidence.LedgerEntry(r.Context(), counterfoil.Index(i))
}

func (c *Console) showEntry(w http.ResponseWriter, r *http.Request) error {
	v, err := c.entryOf(r)
	if err != nil {
		return err
	}
	at := strconv.FormatUint(uint64(v.Index), 10)
	p := entryPage{
		page: c.page(r, "Entry "+number(v.Index), "ledger"), Entry: number(v.Index), Number: at, Kind: "entry", Hex: dump(v.Raw), Size: bytesWords(uint64(len(v.Raw))),
		ProofText: v.Proof, Command: "counterfoil-verify proof entry-" + at + ".tlog-proof --entry entry-" + at + ".cbor --key '" + v.VerifierKey + "'",
	}
	holds := mark{"ok", "dot", "In the ledger"}
	if len(v.Problems) > 0 {
		holds = mark{"bad", "cross", "Does not verify"}
	}
	p.Stub = []fact{{Label: "Verdict", Mark: &holds, Sub: "Recomputed at " + clockTime(c.clock.Now())}}
	if v.Entry != nil {
		p.Kind = v.Entry.Kind.String()
		p.Lead = sentence(p.Kind) + ", recorded " + stamp(micros(v.Entry.Time)) + "."
		p.Stub = append(p.Stub, fact{Label: "Kind", Value: p.Kind}, fact{Label: "Recorded", Time: micros(v.Entry.Time)})
		p.Fields = fields(nil, "", reflect.ValueOf(v.Entry).Elem())
		if subject := c.aboutWhat(v.Entry); subject != nil {
			p.Stub = append(p.Stub, *subject)
		}
	}
	p.Proof = []fact{
		{Label: "Leaf hash", Value: grouped(v.Leaf), Mono: true},
		{Label: "Tree", Value: counted(v.Head.Size, "entry", "entries")},
		{Label: "Root", Value: grouped(v.Head.Root), Mono: true},
		{Label: "Key", Value: v.VerifierKey, Mono: true},
	}
	if v.Payload > 0 {
		p.Proof = append(p.Proof, fact{Label: "Payload", Value: bytesWords(uint64(v.Payload)) + ", sealed"})
	}
	for _, problem := range v.Problems {
		p.Proof = append(p.Proof, fact{Label: "Problem", Value: sentence(visible(problem))})
	}
	if v.Index > 0 {
		p.Previous = "/ledger/entries/" + strconv.FormatUint(uint64(v.Index)-1, 10)
	}
	if uint64(v.Index)+1 < c.ledger.Size() {
		p.Next = "/ledger/entries/" + strconv.FormatUint(uint64(v.Index)+1, 10)
	}
	return c.render(w, http.StatusOK, "ledger_entry", &p)
}

// aboutWhat links to the page of what an entry is about.
func (c *Console) aboutWhat(e *counterfoil.Entry) *fact {
	if e.Kind == counterfoil.KindIntent || e.Kind == counterfoil.KindOutcome {
		return &fact{Label: "Interaction", Value: e.ID.String(), Href: "/interactions/" + e.ID.String()}
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
func fields(list []fact, prefix string, v reflect.Value) []fact {
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
func valueFacts(label string, f reflect.Value) []fact {
	switch x := f.Interface().(type) {
	case []byte:
		return []fact{{Label: label, Value: shown(x), Mono: true}}
	case counterfoil.ID:
		return []fact{{Label: label, Value: x.String(), Mono: true}}
	case counterfoil.Hash:
		return []fact{{Label: label, Value: grouped(x), Mono: true}}
	case interface{ String() string }:
		return []fact{{Label: label, Value: x.String()}}
	}
	switch f.Kind() {
	case reflect.Struct:
		return fields(nil, label+": ", f)
	case reflect.Slice:
		var list []fact
		for i := range f.Len() {
			list = append(list, valueFacts(label+" "+strconv.Itoa(i+1), f.Index(i))...)
		}
		return list
	case reflect.String:
		return []fact{{Label: label, Value: visible(f.String())}}
	case reflect.Bool:
		return []fact{{Label: label, Value: "Yes"}}
	case reflect.Int64:
		return []fact{{Label: label, Time: time.UnixMicro(f.Int())}}
	default:
		return []fact{{Label: label, Value: number(f.Uint())}}
	}
}

// shown is bytes as text where they are text, as a signed note is.
func shown(b []byte) string {
	text := string(b)
	if len(b) > 64 && !strings.ContainsFunc(text, func(r rune) bool { return r == unicode.ReplacementChar || r < ' ' && r != '\n' }) {
		return visible(text)
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

func (c *Console) downloadLedgerEntry(w http.ResponseWriter, r *http.Request) error {
	v, err := c.entryOf(r)
	if err != nil {
		return err
	}
	download(w, "application/cbor", "entry-"+strconv.FormatUint(uint64(v.Index), 10)+".cbor", v.Raw)
	return nil
}

func (c *Console) downloadLedgerProof(w http.ResponseWriter, r *http.Request) error {
	v, err := c.entryOf(r)
	if err != nil {
		return err
	}
	if v.Proof == "" {
		return notFound("There is no proof of this entry yet. The next checkpoint covers it; try again in a second.")
	}
	download(w, "text/plain; charset=utf-8", "entry-"+strconv.FormatUint(uint64(v.Index), 10)+".tlog-proof", []byte(v.Proof))
	return nil
}
