// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// TileWidth is how many nodes of a tree, or entries, a full tile holds (C2SP
// tlog-tiles).
const TileWidth = 256

// EntriesLevel is the Level of a Tile that is an entry bundle.
const EntriesLevel = -1

// maxTileLevel is the highest level a path may name. Trees of fewer than 2^63
// entries end at level 7.
const maxTileLevel = 63

// Tile names a hash tile or an entry bundle of a tree.
type Tile struct {
	Level int    // 0 to 63, or EntriesLevel
	N     uint64 // place in the level, below 2^55
	Width int    // 1 to TileWidth; less than that is a partial tile
}

// Partial tells whether the tile was not full in its tree.
func (t Tile) Partial() bool { return t.Width < TileWidth }

// Path is the resource below a log's prefix, such as "tile/0/x001/234.p/56" or
// "tile/entries/005".
func (t Tile) Path() string {
	level := "entries"
	if t.Level != EntriesLevel {
		level = strconv.Itoa(t.Level)
	}
	n := fmt.Sprintf("%03d", t.N%1000)
	for rest := t.N / 1000; rest > 0; rest /= 1000 {
		n = fmt.Sprintf("x%03d/%s", rest%1000, n)
	}
	path := "tile/" + level + "/" + n
	if t.Partial() {
		path += ".p/" + strconv.Itoa(t.Width)
	}
	return path
}

// ParseTilePath reads what Path writes and nothing else.
func ParseTilePath(path string) (Tile, error) {
	wrong := fmt.Errorf("parse tile path: %q names no tile", clip(path))
	rest, ok := strings.CutPrefix(path, "tile/")
	level, rest, found := strings.Cut(rest, "/")
	if !ok || !found || len(rest) > 64 {
		return Tile{}, wrong
	}
	t := Tile{Level: EntriesLevel, Width: TileWidth}
	var err error
	if level != "entries" {
		if t.Level, err = strconv.Atoi(level); err != nil || t.Level < 0 || t.Level > maxTileLevel {
			return Tile{}, wrong
		}
	}
	n, width, partial := strings.Cut(rest, ".p/")
	if partial {
		if t.Width, err = strconv.Atoi(width); err != nil || t.Width < 1 || t.Width >= TileWidth {
			return Tile{}, wrong
		}
	}
	digits := strings.ReplaceAll(strings.ReplaceAll(n, "x", ""), "/", "")
	if t.N, err = strconv.ParseUint(digits, 10, 55); err != nil || t.Path() != path {
		return Tile{}, wrong
	}
	return t, nil
}

// Nodes is the number of nodes the tiles of a level hold in a tree of size: the
// perfect subtrees of 256^level leaves. For EntriesLevel it is size.
func Nodes(level int, size uint64) uint64 {
	if level == EntriesLevel {
		return size
	}
	if level > maxTileLevel/8 {
		return 0
	}
	return size >> (8 * level)
}

// TileAt returns tile n of a level as a tree of size has it; false when it has none.
func TileAt(level int, n, size uint64) (Tile, bool) {
	nodes := Nodes(level, size)
	if n > nodes/TileWidth || n == nodes/TileWidth && nodes%TileWidth == 0 {
		return Tile{}, false
	}
	return Tile{Level: level, N: n, Width: int(min(TileWidth, nodes-n*TileWidth))}, true
}

// Within tells whether a tree of size has the tile, in this width or a larger one.
func (t Tile) Within(size uint64) bool {
	have, ok := TileAt(t.Level, t.N, size)
	return ok && t.Width <= have.Width
}

// RangeTiles lists the hash tiles that authenticate the leaves from to to (which
// it leaves out) under the root of a tree of size: from the lowest level up, and
// in each level by N. With them the root of every size between both can be
// computed too. It is the set docs/pack-format.md describes.
func RangeTiles(from, to, size uint64) []Tile {
	var list []Tile
	for level := 0; Nodes(level, size) > 0; level++ {
		shift := 8 * (level + 1)
		first, last := shifted(from, shift), shifted(to-1, shift)
		for n := first; n <= last; n++ {
			t, ok := TileAt(level, n, size)
			if !ok {
				break
			}
			list = append(list, t)
		}
		if edge, ok := TileAt(level, Nodes(level, size)/TileWidth, size); ok && edge.N > last {
			list = append(list, edge)
		}
	}
	return list
}

// shifted is v >> n for shifts beyond its width too.
func shifted(v uint64, n int) uint64 {
	if n > 63 {
		return 0
	}
	return v >> n
}

// AppendBundled appends an entry to an entry bundle: its length in two bytes, then it.
func AppendBundled(dst, raw []byte) ([]byte, error) {
	if len(raw) == 0 || len(raw) > MaxEntryBytes {
		return dst, fmt.Errorf("bundle an entry of %d bytes: 1 to %d are allowed", len(raw), MaxEntryBytes)
	}
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(raw))), raw...), nil
}

// SplitBundle returns the entries of a bundle, which must be exactly width many.
// They share the bundle's memory.
func SplitBundle(bundle []byte, width int) ([][]byte, error) {
	var list [][]byte
	for len(bundle) > 0 {
		if len(list) == width {
			return nil, fmt.Errorf("split bundle: bytes follow entry %d", width)
		}
		if len(bundle) < 2 {
			return nil, errors.New("split bundle: it ends inside a length")
		}
		n := int(binary.BigEndian.Uint16(bundle))
		if bundle = bundle[2:]; n == 0 || n > MaxEntryBytes || n > len(bundle) {
			return nil, fmt.Errorf("split bundle: entry %d of it has %d bytes where %d follow", len(list), n, len(bundle))
		}
		list, bundle = append(list, bundle[:n:n]), bundle[n:]
	}
	if len(list) != width {
		return nil, fmt.Errorf("split bundle: %d entries where %d belong", len(list), width)
	}
	return list, nil
}
