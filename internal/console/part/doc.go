// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package part has the parts that pages are made of: marks, facts, links, notices,
// fields of a form, figures, charts and graphs. A part is plain data, filled by a
// section and drawn by the template of the same name in shell/base, so that a part
// looks the same on every page. The page /_style shows all of them.
package part
