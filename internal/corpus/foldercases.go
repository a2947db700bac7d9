// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// FolderCases are all cases about published logs. Names are unique.
func FolderCases() []FolderCase {
	return slices.Concat(honestFolders(), folderTiles(), folderHeads(), folderEntries())
}

func honestFolders() []FolderCase {
	return []FolderCase{
		{Name: "published log"},
		{Name: "published registry", Registry: true},
		{Name: "published log made again", Change: func(f *Folder) string { f.rebuild(); return "" }},
		{Name: "published log, a kept head", Change: func(f *Folder) string { f.Head = f.Files["checkpoint"]; return "" }},
		{Name: "published log of one entry", Change: func(f *Folder) string {
			f.Entries = f.Entries[:1]
			f.Key = f.set.formerKey
			f.sign(f.set.formerSigner)
			return ""
		}},
		{Name: "published log of one full bundle", Change: func(f *Folder) string {
			f.Entries = f.Entries[:counterfoil.TileWidth]
			f.Key = f.set.formerKey
			f.sign(f.set.formerSigner)
			return ""
		}},
		{Name: "published registry with cosignatures", Registry: true, Change: func(f *Folder) string {
			f.Files["checkpoint"], f.Policy = f.set.cosigned, f.set.policy
			return ""
		}},
	}
}

// folderTiles harms a file of each kind.
func folderTiles() []FolderCase {
	var all []FolderCase
	for _, file := range []struct {
		name  string
		level int
		n     uint64
	}{
		{"full bundle", counterfoil.EntriesLevel, 0},
		{"partial bundle", counterfoil.EntriesLevel, 1},
		{"full tile", 0, 0},
		{"partial tile", 0, 1},
		{"tile above", 1, 0},
	} {
		for _, h := range []struct {
			name string
			do   func(b []byte) []byte // nil leaves the file out
		}{
			{"flipped", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }}, // in a bundle the last byte is content
			{"cut", func(b []byte) []byte { return b[:len(b)-1] }},
			{"grown", func(b []byte) []byte { return append(b, 0) }},
			{"left out", func([]byte) []byte { return nil }},
		} {
			all = append(all, FolderCase{Name: file.name + " " + h.name, Class: "root", Theirs: h.name != "grown", Change: func(f *Folder) string {
				tile, _ := counterfoil.TileAt(file.level, file.n, f.size())
				name := tile.Path()
				if b := h.do(bytes.Clone(f.Files[name])); b != nil {
					f.Files[name] = b
				} else {
					delete(f.Files, name)
				}
				if file.level == counterfoil.EntriesLevel && h.name == "flipped" { // another entry: the hashes above it tell
					tile.Level = 0
					return tile.Path()
				}
				return name
			}})
		}
	}
	return all
}

// folderHeads harms the published head.
func folderHeads() []FolderCase {
	head := func(name string, change func(f *Folder, signed []byte) []byte) FolderCase {
		return FolderCase{Name: "published head " + name, Class: "head", Theirs: true, Change: func(f *Folder) string {
			f.Files["checkpoint"] = change(f, bytes.Clone(f.Files["checkpoint"]))
			return "checkpoint"
		}}
	}
	return []FolderCase{
		head("of another origin", func(_ *Folder, b []byte) []byte { b[0] ^= 1; return b }),
		head("of another size", func(_ *Folder, b []byte) []byte { b[len(origin)+1] ^= 1; return b }),
		head("of another root", func(_ *Folder, b []byte) []byte { b[len(origin)+8] ^= 1; return b }),
		head("with other signatures", func(_ *Folder, b []byte) []byte {
			text, signatures, _ := bytes.Cut(b, []byte("\n\n"))
			lines := bytes.SplitAfter(signatures, []byte("\n"))
			for _, line := range lines[:len(lines)-1] {
				line[len(line)-40] ^= 1
			}
			return slices.Concat(text, []byte("\n\n"), bytes.Join(lines, nil))
		}),
		head("without signatures", func(_ *Folder, b []byte) []byte { return b[:bytes.Index(b, []byte("\n\n"))+2] }),
		head("cut", func(_ *Folder, b []byte) []byte { return b[:len(b)/2] }),
		head("empty", func(*Folder, []byte) []byte { return []byte{} }),
		head("by a stranger", func(f *Folder, b []byte) []byte {
			stranger, _ := logtest.NewKey(f.t, origin)
			c, err := counterfoil.ParseCheckpoint(b)
			if err == nil {
				b, err = c.Sign(stranger)
			}
			if err != nil {
				f.t.Fatal(err)
			}
			return b
		}),
		head("of another root, rightly signed", func(f *Folder, b []byte) []byte {
			c, err := counterfoil.ParseCheckpoint(b)
			c.Root[0] ^= 1
			if err == nil {
				b, err = c.Sign(f.set.signer)
			}
			if err != nil {
				f.t.Fatal(err)
			}
			return b
		}),
		{Name: "published registry without cosignatures", Class: "cosignature", Registry: true, Change: func(f *Folder) string {
			f.Policy = f.set.policy
			return "checkpoint"
		}},
	}
}

// folderEntries changes entries: in their bundles alone, with the tiles made again, and
// signed again, where only a head kept elsewhere tells.
func folderEntries() []FolderCase {
	var all []FolderCase
	for _, m := range []struct {
		name  string
		first int // entry it changes
		do    func(list [][]byte) [][]byte
		short bool // the log ends early
	}{
		{"changed", 5, func(list [][]byte) [][]byte { list[5] = list[6]; return list }, false},
		{"exchanged", 2, func(list [][]byte) [][]byte { list[2], list[3] = list[3], list[2]; return list }, false},
		{"changed behind the full bundle", counterfoil.TileWidth + 40, func(list [][]byte) [][]byte {
			list[counterfoil.TileWidth+40] = list[counterfoil.TileWidth+39]
			return list
		}, false},
		{"left out, the last doubled", 9, func(list [][]byte) [][]byte { return append(slices.Delete(list, 9, 10), list[len(list)-2]) }, false},
		{"inserted, the last left out", 9, func(list [][]byte) [][]byte { return slices.Insert(list, 9, list[8])[:len(list)] }, false},
		{"cut from the end", 0, func(list [][]byte) [][]byte { return list[:len(list)-3] }, true},
	} {
		change := func(f *Folder) { f.Entries = m.do(slices.Clone(f.Entries)) }
		if !m.short {
			all = append(
				all,
				FolderCase{Name: "entries " + m.name + " in the bundles", Class: "root", Theirs: true, Change: func(f *Folder) string {
					change(f)
					f.bundles()
					tile, _ := counterfoil.TileAt(0, uint64(m.first/counterfoil.TileWidth), f.size())
					return tile.Path()
				}},
				FolderCase{Name: "entries " + m.name + ", tiles made again", Class: "head", Theirs: true, Change: func(f *Folder) string {
					change(f)
					f.rebuild()
					return "checkpoint"
				}},
			)
		}
		class := "head"
		if m.short {
			class = "missing"
		}
		all = append(all, FolderCase{Name: "entries " + m.name + ", signed again, a kept head", Class: class, Change: func(f *Folder) string {
			f.Head = f.Files["checkpoint"]
			change(f)
			f.sign(f.set.signer)
			if m.short {
				return fmt.Sprintf("entry %d", len(f.Entries))
			}
			return "given head 1"
		}})
	}
	return all
}
