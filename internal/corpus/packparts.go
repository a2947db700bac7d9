// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// packEntries changes the tree, its head and entries; the manifest is made to fit.
func packEntries() []PackCase {
	signed := func(name, class, form string, change func(p *Pack) string) PackCase {
		return PackCase{Name: name + ", signed again", Class: class, Form: form, Signed: true, Change: change}
	}
	return []PackCase{
		signed("pack, entry changed in its bundle", "root", "", func(p *Pack) string {
			name := p.names("log/tile/entries/", "")[0]
			content := bytes.Clone(p.Files[name])
			content[len(content)-1] ^= 1
			p.Files[name] = content
			return fmt.Sprintf("entry %d", p.Manifest.Log.Size/counterfoil.TileWidth*counterfoil.TileWidth+p.Manifest.Log.Size%counterfoil.TileWidth-1)
		}),
		signed("pack, bundle cut", "pack", "", func(p *Pack) string {
			name := p.names("log/tile/entries/", "")[0]
			p.Files[name] = p.Files[name][:len(p.Files[name])-1]
			return name
		}),
		signed("pack, tile changed", "root", "", func(p *Pack) string { p.flip(p.names("log/tile/0/", "")[0]); return "log/tile" }),
		signed("pack, tile above changed", "root", "", func(p *Pack) string { p.flip(p.names("log/tile/1/", "")[0]); return "log/tile" }),
		signed("pack, tile missing", "pack", "", func(p *Pack) string {
			name := p.names("log/tile/0/", "")[0]
			delete(p.Files, name)
			return name
		}),
		signed("pack, head by a stranger", "head", "", func(p *Pack) string {
			stranger, _ := logtest.NewKey(p.t, origin)
			c, err := counterfoil.ParseCheckpoint(p.Files["log/checkpoint"])
			if err == nil {
				p.Files["log/checkpoint"], err = c.Sign(stranger)
			}
			if err != nil {
				p.t.Fatal(err)
			}
			return "log/checkpoint"
		}),
		signed("pack, head of another root", "head", "", func(p *Pack) string {
			c, err := counterfoil.ParseCheckpoint(p.Files["log/checkpoint"])
			c.Root[0] ^= 1
			if err == nil {
				p.Files["log/checkpoint"], err = c.Sign(p.set.signer)
			}
			if err != nil {
				p.t.Fatal(err)
			}
			return "log/checkpoint"
		}),
		signed("pack, verifier of a stranger", "head", "", func(p *Pack) string {
			_, key := logtest.NewKey(p.t, origin)
			p.Files["log/verifier"] = []byte(key + "\n")
			return "log/verifier"
		}),
		signed("selection, entry changed", "root", "selection", func(p *Pack) string { return p.flip(p.names("log/entry/", ".cbor")[2]) }),
		signed("selection, proof changed", "root", "selection", func(p *Pack) string {
			name := p.names("log/entry/", ".tlog-proof")[2]
			p.Files[name] = bytes.Replace(p.Files[name], []byte("\nindex "), []byte("\nindex 1"), 1)
			return strings.TrimSuffix(name, ".tlog-proof") + ".cbor"
		}),
		signed("selection, entries exchanged", "root", "selection", func(p *Pack) string {
			names := p.names("log/entry/", ".cbor")
			p.Files[names[2]], p.Files[names[3]] = p.Files[names[3]], p.Files[names[2]]
			return names[3]
		}),
		signed("selection, entry in another encoding", "root", "selection", func(p *Pack) string {
			name := p.names("log/entry/", ".cbor")[2]
			p.Files[name] = append(append([]byte{0xbf}, p.Files[name][1:]...), 0xff)
			return name
		}),
		signed("selection, an interaction left out", "pack", "selection", func(p *Pack) string {
			name := p.names("log/entry/", ".cbor")[1]
			delete(p.Files, name)
			delete(p.Files, strings.TrimSuffix(name, ".cbor")+".tlog-proof")
			return counterfoil.PackManifestName
		}),
		signed("selection, proof left out", "pack", "selection", func(p *Pack) string {
			name := p.names("log/entry/", ".tlog-proof")[1]
			delete(p.Files, name)
			return name
		}),
	}
}

// packPayloads changes what is disclosed; the manifest is made to fit.
func packPayloads() []PackCase {
	var all []PackCase
	for _, form := range []string{"", "selection"} {
		add := func(name, class string, change func(p *Pack) string) {
			all = append(all, PackCase{Name: strings.TrimSpace(form + " pack, " + name + ", signed again"), Class: class, Form: form, Signed: true, Change: change})
		}
		for n := range 4 {
			add(fmt.Sprintf("plaintext %d changed", n), "commitment", func(p *Pack) string { return p.entryOf(p.flip(p.names("log/payload/", ".bin")[n])) })
			add(fmt.Sprintf("commitment key %d changed", n), "commitment", func(p *Pack) string {
				name := p.names("log/payload/", ".key")[n]
				digit := byte('0')
				if p.Files[name][0] == digit {
					digit = '1'
				}
				p.Files[name] = append([]byte{digit}, p.Files[name][1:]...)
				return p.entryOf(name)
			})
			add(fmt.Sprintf("payloads %d and its neighbour exchanged", n), "commitment", func(p *Pack) string {
				for _, ending := range []string{".bin", ".key"} {
					names := p.names("log/payload/", ending)
					p.Files[names[n]], p.Files[names[n+1]] = p.Files[names[n+1]], p.Files[names[n]]
				}
				return p.entryOf(p.names("log/payload/", ".bin")[n])
			})
			add(fmt.Sprintf("payload %d left out", n), "payload", func(p *Pack) string {
				name := p.names("log/payload/", ".bin")[n]
				delete(p.Files, name)
				delete(p.Files, strings.TrimSuffix(name, ".bin")+".key")
				return p.entryOf(name)
			})
		}
		add("plaintext emptied", "commitment", func(p *Pack) string {
			name := p.names("log/payload/", ".bin")[0]
			p.Files[name] = nil
			return p.entryOf(name)
		})
		add("commitment key in capitals", "pack", func(p *Pack) string {
			name := p.names("log/payload/", ".key")[0]
			p.Files[name] = bytes.ToUpper(p.Files[name])
			return name
		})
		add("a payload of no entry", "pack", func(p *Pack) string {
			key := p.names("log/payload/", ".key")[0]
			p.Files["log/payload/000000000001.bin"], p.Files["log/payload/000000000001.key"] = []byte("x"), p.Files[key]
			return "log/payload/000000000001.bin"
		})
		add("erased payloads that are not", "pack", func(p *Pack) string {
			p.Files["log/payload/erased.csv"] = []byte("index\n1\n" + strings.TrimPrefix(string(p.Files["log/payload/erased.csv"]), "index\n"))
			return "log/payload/erased.csv"
		})
		add("list of the erased without its end", "pack", func(p *Pack) string {
			name := "log/payload/erased.csv"
			p.Files[name] = bytes.TrimSuffix(p.Files[name], []byte("\n"))
			return name
		})
		add("list of the erased in another order", "pack", func(p *Pack) string {
			lines := strings.Split(string(p.Files["log/payload/erased.csv"]), "\n")
			slices.Reverse(lines[1 : len(lines)-1])
			p.Files["log/payload/erased.csv"] = []byte(strings.Join(lines, "\n"))
			return "log/payload/erased.csv"
		})
		add("the erased stated as disclosed", "pack", func(p *Pack) string {
			delete(p.Files, "log/payload/erased.csv")
			return "log/payload/erased.csv"
		})
	}
	return all
}

// packRows edits the table of interactions, a column at a time; the manifest is made to
// fit.
func packRows() []PackCase {
	const name = "interactions.csv"
	var all []PackCase
	add := func(what string, change func(lines []string) []string) {
		all = append(all, PackCase{Name: "pack, rows with " + what + ", signed again", Class: "pack", Signed: true, Change: func(p *Pack) string {
			lines := strings.SplitAfter(string(p.Files[name]), "\n")
			p.Files[name] = []byte(strings.Join(change(lines), ""))
			return name
		}})
	}
	for column := range 29 {
		add(fmt.Sprintf("column %d edited", column), func(lines []string) []string {
			cells := strings.Split(lines[1], ",")
			cells[column] = "7" + cells[column]
			lines[1] = strings.Join(cells, ",")
			return lines
		})
	}
	add("one left out", func(lines []string) []string { return slices.Delete(lines, 2, 3) })
	add("one twice", func(lines []string) []string { return slices.Insert(lines, 2, lines[1]) })
	add("two exchanged", func(lines []string) []string { lines[1], lines[2] = lines[2], lines[1]; return lines })
	add("no head", func(lines []string) []string { return lines[1:] })
	add("one more at the end", func(lines []string) []string { return append(lines, lines[len(lines)-2]) })
	add("a formula", func(lines []string) []string { lines[1] = strings.Replace(lines[1], "'=cmd", "=cmd", 1); return lines })
	return all
}

// packRegistries changes what the registry says; the manifest is made to fit.
func packRegistries() []PackCase {
	signed := func(name, class string, change func(p *Pack) string) PackCase {
		return PackCase{Name: "pack, " + name, Class: class, Signed: true, Change: change}
	}
	return []PackCase{
		signed("time-stamps of an authority nobody trusts", "timestamp", func(p *Pack) string {
			foreignRoots(p)
			return p.anchored(counterfoil.AnchorTimestamp, 0)
		}),
		signed("cosignatures taken off", "cosignature", func(p *Pack) string {
			p.registryHead(p.cosignedBy())
			return "registry/checkpoint"
		}),
		signed("cosigned by a stranger under the witness's name", "cosignature", func(p *Pack) string {
			stranger, _ := newWitness(p.t)
			p.registryHead(p.cosignedBy(stranger))
			return "registry/checkpoint"
		}),
		signed("registry left out, a witness is asked for", "cosignature", func(p *Pack) string {
			p.leaveRegistryOut()
			return "registry/checkpoint"
		}),
		signed("registry left out, no witness is asked for", "", func(p *Pack) string {
			p.leaveRegistryOut()
			p.Policy = ""
			return ""
		}),
		signed("registry left out, its key is what is known", "head", func(p *Pack) string {
			p.leaveRegistryOut()
			p.Key, p.Policy = p.set.registryKey, ""
			return "log/verifier"
		}),
		signed("registry left out, still named", "pack", func(p *Pack) string {
			maps.DeleteFunc(p.Files, func(name string, _ []byte) bool { return strings.HasPrefix(name, "registry/") })
			return "registry/checkpoint"
		}),
		signed("enrolment left out", "anchor", func(p *Pack) string {
			p.leaveEntryOut(p.names("registry/entry/", ".cbor")[0])
			return p.anchored(counterfoil.AnchorHead, 0)
		}),
		signed("head over the range left out", "registry", func(p *Pack) string {
			p.leaveEntryOut(p.anchorName(counterfoil.AnchorHead, -1))
			return "registry"
		}),
		signed("registry entry changed", "root", func(p *Pack) string { return p.flip(p.names("registry/entry/", ".cbor")[1]) }),
		signed("consistency changed", "root", func(p *Pack) string {
			name := p.names("log/consistency/", "")[0]
			lines := strings.Split(string(p.Files[name]), "\n")
			lines[5] = strings.Repeat("A", 43) + "="
			p.Files[name] = []byte(strings.Join(lines, "\n"))
			return name
		}),
		signed("tie of a head left out", "registry", func(p *Pack) string {
			delete(p.Files, p.names("log/consistency/", "")[0])
			return p.anchored(counterfoil.AnchorHead, 0)
		}),
		signed("consistency about another head", "root", func(p *Pack) string {
			name := p.names("log/consistency/", "")[0]
			other := "log/consistency/000000000001"
			p.Files[other] = p.Files[name]
			return other
		}),
		signed("registry head by a stranger", "head", func(p *Pack) string {
			stranger, _ := logtest.NewKey(p.t, p.Manifest.Registry.Origin)
			c, err := counterfoil.ParseCheckpoint(p.Files["registry/checkpoint"])
			if err == nil {
				p.Files["registry/checkpoint"], err = c.Sign(stranger)
			}
			if err != nil {
				p.t.Fatal(err)
			}
			return "registry/checkpoint"
		}),
	}
}

// anchorName is the file of the registry's anchor of a type, counted from the first, or
// from the last below 0.
func (p *Pack) anchorName(kind string, n int) string {
	var list []string
	for _, name := range p.names("registry/entry/", ".cbor") {
		e, err := counterfoil.DecodeEntry(p.Files[name])
		if err != nil {
			p.t.Fatal(err)
		}
		if e.Anchor != nil && e.Anchor.Type == kind {
			list = append(list, name)
		}
	}
	if n < 0 {
		n += len(list)
	}
	return list[n]
}

func (p *Pack) anchored(kind string, n int) string {
	return fmt.Sprintf("registry entry %d", p.indexOf(p.anchorName(kind, n)))
}

func (p *Pack) leaveEntryOut(name string) {
	delete(p.Files, name)
	delete(p.Files, strings.TrimSuffix(name, ".cbor")+".tlog-proof")
}

// cosignedBy is the registry's head with other cosignatures than it has.
func (p *Pack) cosignedBy(witnesses ...note.Signer) []byte {
	c, err := counterfoil.ParseCheckpoint(p.Files["registry/checkpoint"])
	if err != nil {
		p.t.Fatal(err)
	}
	signed, err := c.Sign(append([]note.Signer{p.set.registrySigner}, witnesses...)...)
	if err != nil {
		p.t.Fatal(err)
	}
	return signed
}

// registryHead puts another note of the same head in its place, in the proofs too.
func (p *Pack) registryHead(signed []byte) {
	former := p.Files["registry/checkpoint"]
	p.Files["registry/checkpoint"] = signed
	for _, name := range p.names("registry/entry/", ".tlog-proof") {
		p.Files[name] = bytes.Replace(p.Files[name], former, signed, 1)
	}
}

// leaveRegistryOut makes the pack one of a node without a registry.
func (p *Pack) leaveRegistryOut() {
	maps.DeleteFunc(p.Files, func(name string, _ []byte) bool {
		return strings.HasPrefix(name, "registry/") || strings.HasPrefix(name, "log/consistency/") || strings.HasPrefix(name, "log/entry/")
	})
	p.Manifest.Registry, p.Manifest.Absent = nil, []string{"registry"}
	if p.Manifest.Counts.Payloads.Erased > 0 {
		p.Manifest.Absent = []string{"payloads_erased", "registry"}
	}
}
