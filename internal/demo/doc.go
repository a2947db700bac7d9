// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package demo fills a register with the demonstration: Northgate Mutual, an invented
// insurer, with nine months of history.
//
// What happens stands as data in the folder data: who works there, who does what on
// which day, and what their AI systems are asked. Load reads it, Play plays it. Every
// act goes through the engine real use goes through, with the roles the person has at
// that moment, and every request through the gateway; nothing is written past them. An
// act that is refused ends the play with the refusal, so the demonstration is a test of
// the engine too. Some acts are there to be refused, and end the play if they are not.
//
// The clock of the World is the play's: it moves to the time of each act. The same
// script, end and seed give the same records and the same decisions; ids and keys are
// random as always.
package demo
