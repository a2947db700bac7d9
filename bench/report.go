// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// results are all rounds of all cells.
type results struct {
	rounds map[*peer]map[cell][]measurement
	first  []firstContent
}

func (r *results) add(p *peer, c cell, m measurement) {
	if r.rounds == nil {
		r.rounds = map[*peer]map[cell][]measurement{}
	}
	if r.rounds[p] == nil {
		r.rounds[p] = map[cell][]measurement{}
	}
	r.rounds[p][c] = append(r.rounds[p][c], m)
}

// median of each figure by itself.
func (r *results) median(p *peer, c cell) measurement {
	all := r.rounds[p][c]
	return measurement{
		rate: middle(all, func(m measurement) float64 { return m.rate }),
		p50:  middle(all, func(m measurement) time.Duration { return m.p50 }),
		p99:  middle(all, func(m measurement) time.Duration { return m.p99 }),
		cpu:  middle(all, func(m measurement) time.Duration { return m.cpu }),
	}
}

func middle[T cmp.Ordered](all []measurement, figure func(measurement) T) T {
	values := make([]T, len(all))
	for i, m := range all {
		values[i] = figure(m)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func (r *results) print(out io.Writer, peers *peers, s settings) {
	fmt.Fprintf(out, "\n%s, %d cores, Go %s; data on %s; %d rounds of %s, median; prompt %d bytes, answer 1 KB, 36 events when streamed.\n",
		runtime.GOARCH, runtime.NumCPU(), runtime.Version()[2:], filesystem(peers.dir), s.rounds, s.length, promptBytes)
	fmt.Fprint(out, "CPU is the peer's own for one request, the provider's for the direct call.\n\n")
	fmt.Fprintln(out, "| load | peer | requests/s | p50 ms | p99 ms | CPU µs | CPU to bare proxy |")
	fmt.Fprintln(out, "|---|---|---:|---:|---:|---:|---:|")
	bare := peers.list[1]
	for _, c := range cells {
		for _, p := range peers.list {
			m, ratio := r.median(p, c), "–"
			if yard := r.median(bare, c).cpu; p != peers.list[0] && yard > 0 {
				ratio = fmt.Sprintf("%.2f", float64(m.cpu)/float64(yard))
			}
			fmt.Fprintf(out, "| %s | %s | %.0f | %.2f | %.2f | %.0f | %s |\n", c, p.name, m.rate, ms(m.p50), ms(m.p99), us(m.cpu), ratio)
		}
	}
	fmt.Fprintf(out, "\nFirst words at %d requests/s, provider thinking 20 ms and pausing 2 ms; peak memory after the loads above.\n\n", s.rate)
	fmt.Fprintln(out, "| peer | first words p50 ms | p99 ms | peak memory MB | requests | errors |")
	fmt.Fprintln(out, "|---|---:|---:|---:|---:|---:|")
	for i, p := range peers.list {
		f := r.first[i]
		fmt.Fprintf(out, "| %s | %.2f | %.2f | %.0f | %d | %d |\n",
			p.name, ms(f.p50), ms(f.p99), float64(p.peak)/(1<<20), p.sent.Load(), p.failed.Load())
	}
}

// filesystem names where the data directory lies, for a durable write costs
// nothing in memory.
func filesystem(dir string) string {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return "an unknown file system"
	}
	names := map[uint32]string{0xef53: "ext4", 0x58465342: "xfs", 0x9123683e: "btrfs", 0x01021994: "tmpfs", 0x794c7630: "overlayfs"}
	if name, known := names[uint32(stat.Type)]; known {
		return name
	}
	return fmt.Sprintf("file system %#x", uint32(stat.Type))
}
