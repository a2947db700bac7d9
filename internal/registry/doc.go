// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package registry keeps the registry log: a small log of its own in which a node's
// log is entered head by head, so that others can vouch for it. Witnesses cosign the
// registry's heads, and time-stamp authorities stamp them; neither sees the node's
// log, and neither has to keep up with its speed.
//
// # Promise
//
//   - Nothing here stops or slows the node's log. A witness or an authority that is
//     down, slow or lying costs its cosignature or stamp, and shows in Status.
//   - A cosignature or a token is taken in only after it was verified.
//   - What the registry knows it reads from its own entries when it begins. A crash
//     between any two steps leaves a log from which the next round goes on; at worst
//     the newest cosigned head is asked for again.
//   - The registry never takes in a head of the node that contradicts one it took in
//     before. That is an alarm: the node's log was set back, or forked.
//
// # Parts
//
// round.go tells what a round does and in which order. state.go reads the log, keys.go
// enters what happened to the node's signing keys. witnesses.go asks for cosignatures,
// stamps.go for time-stamps, by way of authority.go. status.go says how it all stands.
package registry
