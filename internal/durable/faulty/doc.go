// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package faulty is a disk for tests that fails on demand and forgets, at a
// simulated loss of power, what was not synced.
//
// A Disk keeps its files in a real directory, so that everything else can read
// them as they are. Beside each file it remembers what a sync has made durable
// and every state its sectors had since. From that it makes what a machine may
// find after a crash:
//
//   - Kill: the process ended, the operating system did not. All written bytes
//     are there, and what was not synced is still not durable.
//   - PowerLoss: of what was not synced, any subset of sectors survives, in any
//     of the states it had, across all files; so do any lengths and any of the
//     names that were created, renamed or removed since their directory was
//     synced.
//
// A sync that fails does as Linux does: the pages count as clean from then on,
// whether they reached the disk or not. Some stay readable and are lost with
// the power; some are forgotten at once. Each open descriptor reports the
// failure once, and the next sync succeeds.
//
// All choices are drawn from a seed. The order in which goroutines reach the
// disk is not, so a seed repeats the kind of a run and not every step of it.
package faulty
