// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package pagetest checks the templates of a section: every page is filled with hostile
// text and must stay within the content security policy and the stylesheet. It stands
// below the sections, so that their tests can fill their own types of pages.
package pagetest
