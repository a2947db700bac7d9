// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the kernel's unit of CPU time in /proc on every Linux in use.
const tick = 10 * time.Millisecond

// process is a running peer, as /proc shows it.
type process struct{ pid int }

// cpu is the processor time used since the process began.
func (p *process) cpu() time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:]) // the name before may hold blanks
	if len(fields) < 13 {
		return 0
	}
	var ticks int
	for _, field := range fields[11:13] { // utime, stime
		n, _ := strconv.Atoi(string(field))
		ticks += n
	}
	return time.Duration(ticks) * tick
}

// settle waits until the process has done what it put off, at most ten
// seconds: work after the answer belongs to the answer's cost.
func (p *process) settle() {
	last, quiet := p.cpu(), 0
	for range 100 {
		time.Sleep(100 * time.Millisecond)
		now := p.cpu()
		if now-last > tick {
			quiet = 0
		} else if quiet++; quiet == 3 {
			return
		}
		last = now
	}
}

// peakMemory is the largest resident size so far, in bytes.
func (p *process) peakMemory() uint64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(raw, []byte("VmHWM:"))
	if fields := bytes.Fields(after); len(fields) > 0 {
		kilobytes, _ := strconv.ParseUint(string(fields[0]), 10, 64)
		return kilobytes << 10
	}
	return 0
}
