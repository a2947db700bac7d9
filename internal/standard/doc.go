// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package standard is what an organisation is assessed against, as data: the
// requirements of ISO/IEC 42001 in our own words with what an auditor expects,
// questions, evidence and signals; the roles people hold; the crosswalk to other
// frameworks, those of the
// organisation included; the starter library of risks. It reproduces no standard's wording.
//
// Everything is read once and never changes.
package standard
