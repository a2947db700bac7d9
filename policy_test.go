// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
)

// cast is a log with two keys and six witnesses, for policies written with
// their short names in braces: {log}, {old}, {x1} to {y3}.
type cast struct {
	keys    map[string]string
	signers map[string]note.Signer
}

func newCast(t testing.TB) cast {
	t.Helper()
	c := cast{map[string]string{}, map[string]note.Signer{}}
	for name, origin := range map[string]string{"log": "log.example", "old": "log.example", "other": "other.example"} {
		c.signers[name], c.keys[name] = testKey(t, origin)
	}
	for _, name := range []string{"x1", "x2", "x3", "y1", "y2", "y3"} {
		c.signers[name], c.keys[name] = testWitness(t, name+".example/witness")
	}
	return c
}

func (c cast) text(text string) []byte {
	for name, key := range c.keys {
		text = strings.ReplaceAll(text, "{"+name+"}", key)
	}
	return []byte(text)
}

func (c cast) head(t testing.TB, origin, signers string) []byte {
	t.Helper()
	var list []note.Signer
	for _, name := range strings.Fields(signers) {
		list = append(list, c.signers[name])
	}
	return cosignedHead(t, origin, list...)
}

const nested = `# two of X and one of Y
log {log} https://log.example/tiles
log {old}
witness X1 {x1} https://x1.example/
witness X2 {x2}
	witness   X3	{x3}
group X-witnesses 2 X1 X2 X3

witness Y1 {y1}
witness Y2 {y2}
witness Ÿ3 {y3}
group Y-witnesses any Y1 Y2 Ÿ3
  # and that is all
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y`

func TestPolicyCheck(t *testing.T) {
	c := newCast(t)
	for _, tt := range []struct {
		policy, origin, signers string
		missing                 string // of the quorum, comma between; "log": not signed by the log
	}{
		{nested, "log.example", "log x1 x3 y2", ""},
		{nested, "log.example", "old x1 x2 x3 y1 y2 y3", ""},
		{nested, "log.example", "log old x1 x2 y1", ""},
		{nested, "log.example", "log x1 y2", "X2,X3"},
		{nested, "log.example", "log x1 x2", "Y1,Y2,Ÿ3"},
		{nested, "log.example", "log", "X1,X2,X3,Y1,Y2,Ÿ3"},
		{nested, "log.example", "x1 x2 x3 y1 y2 y3", "log"},
		{nested, "log.example", "other x1 x2 y1", "log"},
		{nested, "other.example", "other x1 x2 y1", "log"},
		{nested, "other.example", "log x1 x2 y1", "log"}, // the key's name is another
		{"log {log}\nquorum none\n", "log.example", "log", ""},
		{"log {log}\nwitness none-at-all {x1}\nquorum none\n", "log.example", "log x1", ""},
		{"log {log}\nwitness w {x1}\nquorum w\n", "log.example", "log x1", ""},
		{"log {log}\nwitness w {x1}\nquorum w\n", "log.example", "log x2", "w"},
		{"log {log}\nwitness a {x1}\nwitness b {x2}\ngroup g 2 a b\nquorum g\n", "log.example", "log x2", "a"},
		{"log {log}\nwitness a {x1}\nwitness b {x2}\ngroup g 1 a\nquorum g\n", "log.example", "log x2", "a"},
		{"quorum none\n", "log.example", "log", "log"},
	} {
		p, err := ParsePolicy(c.text(tt.policy))
		if err != nil {
			t.Fatal(err)
		}
		head, cosigned, err := p.Check(c.head(t, tt.origin, tt.signers))
		quorum, notMet := errors.AsType[*QuorumError](err)
		switch {
		case tt.missing == "log":
			if !errors.Is(err, ErrNotSignedByLog) {
				t.Errorf("%s by %s: %v", tt.origin, tt.signers, err)
			}
		case tt.missing != "":
			if !notMet || strings.Join(quorum.Missing, ",") != tt.missing {
				t.Errorf("%s: %v; want %s to be missing", tt.signers, err, tt.missing)
			}
		case err != nil || head.Size != 7 || len(cosigned) != strings.Count(tt.signers, "x")+strings.Count(tt.signers, "y"):
			t.Errorf("%s: %+v, %v, %v", tt.signers, head, cosigned, err)
		}
	}
}

func TestPolicyParts(t *testing.T) {
	c := newCast(t)
	p, err := ParsePolicy(c.text(nested))
	if err != nil {
		t.Fatal(err)
	}
	logs := []PolicyLog{{"log.example", c.keys["log"], "https://log.example/tiles"}, {"log.example", c.keys["old"], ""}}
	if diff := cmp.Diff(logs, p.Logs()); diff != "" {
		t.Error(diff)
	}
	witnesses := []PolicyWitness{
		{"X1", c.keys["x1"], "https://x1.example/"},
		{"X2", c.keys["x2"], ""},
		{"X3", c.keys["x3"], ""},
		{"Y1", c.keys["y1"], ""},
		{"Y2", c.keys["y2"], ""},
		{"Ÿ3", c.keys["y3"], ""},
	}
	if diff := cmp.Diff(witnesses, p.Witnesses()); diff != "" {
		t.Error(diff)
	}
}

func TestPolicyRefusals(t *testing.T) {
	c := newCast(t)
	// The same public key under another name, which is another vkey.
	public := c.signers["x1"].(*cosigner).secret.Public().(ed25519.PublicKey)
	c.keys["x1 again"] = verifierKeyText("z.example", keyCosignature, public)
	for text, want := range map[string]string{
		"":                                                 "no quorum line",
		"log {log}\n":                                      "no quorum line",
		"quorum w\n":                                       `no line above defines "w"`,
		"quorum\n":                                         "a quorum is one name",
		"quorum a b\n":                                     "a quorum is one name",
		"quorum none\nquorum none\n":                       "line 2: a second quorum",
		"quorum none # nobody\n":                           "a quorum is one name",
		"witnes w {x1}\nquorum none\n":                     "begins neither",
		"Log {log}\nquorum none\n":                         "begins neither",
		"log {log}\r\nquorum none\n":                       `control character '\r'`,
		"log {log}\nquorum none\x00\n":                     "control character",
		"log\nquorum none\n":                               "a log has a key",
		"log {log} https://a b\nquorum none\n":             "a log has a key",
		"log {x1}\nquorum none\n":                          "key of the log",
		"log {log}\nlog {log}\nquorum none\n":              "an earlier log has the same key",
		"witness w\nquorum none\n":                         "a witness has a name",
		"witness w {log}\nquorum w\n":                      "a key of kind 1 where kind 4 belongs",
		"witness a {x1}\nwitness b {x1}\nquorum a\n":       "an earlier witness has the same key",
		"witness a {x1}\nwitness b {x1 again}\nquorum a\n": "an earlier witness has the same key",
		"witness a {x1}\nwitness a {x2}\nquorum a\n":       `the name "a" is taken`,
		"witness none {x1}\nquorum none\n":                 `the name "none" is taken`,
		"witness a {x1}\ngroup a any a\nquorum a\n":        `the name "a" is taken`,
		"witness a {x1}\ngroup g any a none\nquorum g\n":   `no line above defines "none"`,
		"group g any g\nquorum g\n":                        `no line above defines "g"`,
		"group g any a\nwitness a {x1}\nquorum g\n":        `no line above defines "a"`,
		"quorum a\nwitness a {x1}\n":                       `no line above defines "a"`,
		"witness a {x1}\ngroup g any\nquorum g\n":          "a group has a name",
		"witness a {x1}\ngroup g 2 a\nquorum g\n":          `threshold "2"`,
		"witness a {x1}\ngroup g 0 a\nquorum g\n":          `threshold "0"`,
		"witness a {x1}\ngroup g -1 a\nquorum g\n":         `threshold "-1"`,
		"witness a {x1}\ngroup g most a\nquorum g\n":       `threshold "most"`,
		"witness a {x1}\ngroup g 2 a a\nquorum g\n":        `"a" is a member twice`,
		"witness a {x1}\ngroup g any a\ngroup h any a\ngroup i 2 g h\nquorum i\n": `"a" is a member twice`,
		strings.Repeat("#", maxPolicy+1):                                          "longer than",
		strings.Repeat("quorum\n", maxPolicyLines+1):                              "a quorum is one name",
	} {
		_, err := ParsePolicy(c.text(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v; want %q", text, err, want)
		}
	}
}

// TestPolicyOfManyWitnesses is as large as the specification asks for at least,
// and groups nested as deep as there are groups.
func TestPolicyOfManyWitnesses(t *testing.T) {
	c := newCast(t)
	var b strings.Builder
	b.WriteString("log {log}\n")
	signers := []note.Signer{c.signers["log"]}
	last := ""
	for i := range 32 {
		signer, key := testWitness(t, fmt.Sprintf("w%d.example", i))
		signers = append(signers, signer)
		fmt.Fprintf(&b, "witness w%d %s\ngroup g%d all w%d %s\n", i, key, i, i, last)
		last = fmt.Sprintf("g%d", i)
	}
	p, err := ParsePolicy(c.text(b.String() + "quorum " + last))
	if err != nil {
		t.Fatal(err)
	}
	if _, list, err := p.Check(cosignedHead(t, "log.example", signers...)); err != nil || len(list) != 32 {
		t.Errorf("%d cosignatures, %v", len(list), err)
	}
	_, _, err = p.Check(cosignedHead(t, "log.example", signers[:32]...))
	if quorum, ok := errors.AsType[*QuorumError](err); !ok || len(quorum.Missing) != 1 || quorum.Missing[0] != "w31" {
		t.Errorf("without the last: %v", err)
	}
}

func FuzzParsePolicy(f *testing.F) {
	c := newCast(f)
	f.Add(c.text(nested))
	f.Add(c.text("log {log}\nwitness a {x1}\ngroup g 1 a\nquorum g\n"))
	f.Add([]byte("quorum none"))
	head := c.head(f, "log.example", "log x1 x2 y1")
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParsePolicy(text)
		if err != nil {
			return
		}
		// Whoever is named as missing is a witness of the policy.
		_, _, err = p.Check(head)
		quorum, notMet := errors.AsType[*QuorumError](err)
		if notMet && (len(quorum.Missing) == 0 || len(quorum.Missing) > len(p.Witnesses())) {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func TestQuorumOfCosignatures(t *testing.T) {
	_, one, err := GenerateCosignerKey(rand.Reader, "w1.example")
	if err != nil {
		t.Fatal(err)
	}
	_, two, err := GenerateCosignerKey(rand.Reader, "w2.example")
	if err != nil {
		t.Fatal(err)
	}
	lines := "witness w1 " + one + "\nwitness w2 " + two + "\ngroup both all w1 w2\n"
	for _, c := range []struct {
		quorum  string
		have    []Cosignature
		missing []string
	}{
		{"none", nil, nil},
		{"w1", nil, []string{"w1"}},
		{"w1", []Cosignature{{Key: two}}, []string{"w1"}},
		{"both", []Cosignature{{Key: two}}, []string{"w1"}},
		{"both", []Cosignature{{Key: two}, {Key: one}}, nil},
	} {
		p, err := ParsePolicy([]byte(lines + "quorum " + c.quorum + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		var missing []string
		var unmet *QuorumError
		if errors.As(p.Quorum(c.have), &unmet) {
			missing = unmet.Missing
		}
		if !slices.Equal(missing, c.missing) {
			t.Errorf("quorum %s of %v: missing %v where %v belongs", c.quorum, c.have, missing, c.missing)
		}
	}
}

// TestAnchorable: a head that all witnesses of a policy at the bound have cosigned,
// signed twice by a log of a long name, is an anchor.
func TestAnchorable(t *testing.T) {
	origin := strings.Repeat("o", 200)
	var signers []note.Signer
	for range 2 {
		private, _, err := note.GenerateKey(rand.Reader, origin)
		if err != nil {
			t.Fatal(err)
		}
		s, err := note.NewSigner(private)
		if err != nil {
			t.Fatal(err)
		}
		signers = append(signers, s)
	}
	var text strings.Builder
	for i := range maxWitnesses {
		private, verifier, err := GenerateCosignerKey(rand.Reader, fmt.Sprintf("w%02d%063d", i, 0))
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewCosigner(private, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		signers = append(signers, s)
		fmt.Fprintf(&text, "witness w%d %s\n", i, verifier)
	}
	p, err := ParsePolicy([]byte(text.String() + "quorum none\n"))
	if err != nil || p.Anchorable() != nil {
		t.Fatal(err, p.Anchorable())
	}
	signed, err := note.Sign(&note.Note{Text: Checkpoint{Origin: origin, Size: 1 << 62}.Text()}, signers...)
	if err != nil {
		t.Fatal(err)
	}
	e := &Entry{Kind: KindAnchor, ID: NewID(), Time: 1, Anchor: &Anchor{Type: AnchorCosigned, Origin: origin, Size: 1 << 62, Data: signed}}
	if _, err := AppendEntry(nil, e); err != nil {
		t.Errorf("%d bytes: %v", len(signed), err)
	}
}
