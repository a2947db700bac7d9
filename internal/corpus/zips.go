// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
)

// zipFile is a zip file taken apart: what lies in it, in order, and what its directory
// says.
type zipFile struct {
	parts  []zipPart
	front  []byte // before the first file
	behind []byte // between the last file and the directory
	end    zipHeader
	tail   []byte // behind the end
}

// zipPart is a file with what is said of it in front of it and in the directory.
type zipPart struct {
	local, record zipHeader
	content       []byte
	gap           []byte // between it and the next
	unlisted      bool   // the directory leaves it out
}

// zipHeader is what one place says of a file.
type zipHeader struct {
	name           string
	flags, method  uint16
	crc            uint32
	stored, size   uint32
	extra, comment []byte
	shift          int32 // of where the directory says it is
}

// zipOf takes files as a pack has them.
func zipOf(files map[string][]byte) *zipFile {
	z := &zipFile{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		z.parts = append(z.parts, newZipPart(name, files[name]))
	}
	return z
}

func newZipPart(name string, content []byte) zipPart {
	h := zipHeader{name: name, crc: crc32.ChecksumIEEE(content), stored: uint32(len(content)), size: uint32(len(content))}
	return zipPart{local: h, record: h, content: content}
}

// part is the file of a name.
func (z *zipFile) part(name string) *zipPart {
	return &z.parts[slices.IndexFunc(z.parts, func(p zipPart) bool { return p.record.name == name })]
}

// bytes puts the zip file together.
func (z *zipFile) bytes() []byte {
	b := bytes.Clone(z.front)
	var directory []byte
	listed := 0
	for _, p := range z.parts {
		if !p.unlisted {
			directory = p.record.append(directory, uint32(int32(len(b))+p.record.shift))
			listed++
		}
		b = append(p.local.appendLocal(b), p.content...)
		b = append(b, p.gap...)
	}
	b = append(b, z.behind...)
	at := len(b)
	b = append(b, directory...)
	le := binary.LittleEndian
	b = le.AppendUint64(le.AppendUint32(b, 0x06054b50), uint64(listed)<<48|uint64(listed)<<32)
	b = le.AppendUint32(le.AppendUint32(b, uint32(len(directory))), uint32(int32(at)+z.end.shift))
	b = append(le.AppendUint16(b, uint16(len(z.end.comment))), z.end.comment...)
	return append(b, z.tail...)
}

// appendSaid appends what both places have in the same form: version, flags, method,
// time, checksum, sizes, lengths of name and extra fields.
func (h *zipHeader) appendSaid(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint16(le.AppendUint16(le.AppendUint16(b, 20), h.flags), h.method)
	b = le.AppendUint32(le.AppendUint32(b, 0x21<<16), h.crc)
	b = le.AppendUint32(le.AppendUint32(b, h.stored), h.size)
	return le.AppendUint16(le.AppendUint16(b, uint16(len(h.name))), uint16(len(h.extra)))
}

func (h *zipHeader) appendLocal(b []byte) []byte {
	b = h.appendSaid(binary.LittleEndian.AppendUint32(b, 0x04034b50))
	return append(append(b, h.name...), h.extra...)
}

func (h *zipHeader) append(b []byte, offset uint32) []byte {
	le := binary.LittleEndian
	b = h.appendSaid(le.AppendUint16(le.AppendUint32(b, 0x02014b50), 20))
	b = le.AppendUint64(le.AppendUint16(b, uint16(len(h.comment))), 0) // disk, attributes
	b = append(append(le.AppendUint32(b, offset), h.name...), h.extra...)
	return append(b, h.comment...)
}

// packZips are zip files that two programs may unpack to different things. The files in
// them are those of the manifest: what is wrong is how they lie there.
func packZips() []PackCase {
	const rows, head, page = "interactions.csv", "log/checkpoint", "index.html"
	var all []PackCase
	add := func(name, where string, change func(z *zipFile)) {
		class := "pack"
		if where == "" {
			class = ""
		}
		all = append(all, PackCase{Name: "zip, " + name, Class: class, Zip: func(p *Pack) ([]byte, string) {
			z := zipOf(p.Files)
			change(z)
			return z.bytes(), where
		}})
	}
	add("as packs are made", "", func(*zipFile) {})
	add("files in another order", "", func(z *zipFile) { slices.Reverse(z.parts) })
	for what, change := range map[string]func(h *zipHeader){
		"another name":        func(h *zipHeader) { h.name = "interactionz.csv" },
		"a longer name":       func(h *zipHeader) { h.name += "x" },
		"another method":      func(h *zipHeader) { h.method = 8 },
		"another size":        func(h *zipHeader) { h.size-- },
		"another stored size": func(h *zipHeader) { h.stored-- },
		"larger sizes":        func(h *zipHeader) { h.size, h.stored = h.size+9, h.stored+9 },
		"another checksum":    func(h *zipHeader) { h.crc ^= 1 },
		"other flags":         func(h *zipHeader) { h.flags = 8 },
		"an encrypted file":   func(h *zipHeader) { h.flags = 1 },
		"an extra field":      func(h *zipHeader) { h.extra = []byte{1, 0, 0, 0} },
	} {
		add(what+" in front of a file", rows, func(z *zipFile) { change(&z.part(rows).local) })
		if strings.HasSuffix(what, "name") {
			continue // a file the manifest does not name
		}
		add(what+" in the directory", rows, func(z *zipFile) { change(&z.part(rows).record) })
		if what != "larger sizes" { // which reach into the next file
			add(what+" in both places", rows, func(z *zipFile) { p := z.part(rows); change(&p.local); change(&p.record) })
		}
	}
	slices.SortFunc(all, func(a, b PackCase) int { return strings.Compare(a.Name, b.Name) })
	add("a comment on a file", rows, func(z *zipFile) { z.part(rows).record.comment = []byte("x") })
	add("a file listed at another place", head, func(z *zipFile) { z.part(head).record.shift = -1 })
	add("a file listed inside another", head, func(z *zipFile) {
		p := z.part(head)
		hidden := append(p.local.appendLocal(nil), p.content...)
		before := &z.parts[slices.IndexFunc(z.parts, func(q zipPart) bool { return q.record.name == head })-1]
		*before = newZipPart(before.record.name, append(bytes.Clone(before.content), hidden...))
		p.record.shift = -int32(len(hidden))
	})
	add("a file listed where the next one is", head, func(z *zipFile) {
		p := z.part(head)
		p.record.shift = int32(len(p.local.appendLocal(nil)) + len(p.content))
	})
	add("two files listed at each other's place", page, func(z *zipFile) {
		a, b := z.part(page), z.part(rows) // back to back
		a.record.shift = int32(len(a.local.appendLocal(nil)) + len(a.content))
		b.record.shift = -a.record.shift
	})
	add("an entry between two files that the directory does not list", head, func(z *zipFile) {
		n := slices.IndexFunc(z.parts, func(p zipPart) bool { return p.record.name == head })
		other := newZipPart(head, []byte("another head"))
		other.unlisted = true
		z.parts = slices.Insert(z.parts, n, other)
	})
	add("an entry behind the last file that the directory does not list", "pack", func(z *zipFile) {
		other := newZipPart(head, []byte("another head"))
		other.unlisted = true
		z.parts = append(z.parts, other)
	})
	add("a file listed twice", head, func(z *zipFile) {
		n := slices.IndexFunc(z.parts, func(p zipPart) bool { return p.record.name == head })
		z.parts = slices.Insert(z.parts, n+1, newZipPart(head, []byte("another head")))
	})
	add("bytes between two files", rows, func(z *zipFile) {
		z.parts[slices.IndexFunc(z.parts, func(p zipPart) bool { return p.record.name == rows })-1].gap = []byte("x")
	})
	add("a program in front", "README.txt", func(z *zipFile) { z.front = []byte("#!/bin/sh\n") })
	add("a program in front that the directory does not count", "pack", func(z *zipFile) {
		z.front = []byte("#!/bin/sh\n")
		for n := range z.parts {
			z.parts[n].record.shift = -int32(len(z.front))
		}
		z.end.shift = -int32(len(z.front))
	})
	add("bytes in front of the directory", "pack", func(z *zipFile) { z.behind = []byte("x") })
	add("a comment", "pack", func(z *zipFile) { z.end.comment = []byte("made yesterday") })
	add("bytes behind the end", "pack", func(z *zipFile) { z.tail = []byte("x") })
	add("another zip file in front", "pack", func(z *zipFile) {
		z.front = z.bytes()
		for n := range z.parts {
			z.parts[n].record.shift = -int32(len(z.front))
		}
		z.end.shift = -int32(len(z.front))
	})
	add("another zip file behind", "pack", func(z *zipFile) { z.tail = zipOf(map[string][]byte{"README.txt": []byte("x")}).bytes() })
	add("a folder", "pack", func(z *zipFile) { z.parts = append(z.parts, newZipPart("log/", nil)) })
	return all
}
