// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package systems is the section of AI systems: which there are, their keys and models,
// and on the page of one what its record declares beside what is seen of it.
package systems
