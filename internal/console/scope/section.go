// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"embed"
	"io/fs"

	"github.com/counterfoil/counterfoil/internal/console/shell"
)

// Section is what the management system covers: its boundary, statement, context, findings and versions.
type Section struct {
	*shell.Shell
}

//go:embed templates/*.html
var templates embed.FS

// New returns the section.
func New(sh *shell.Shell) *Section {
	return &Section{Shell: sh}
}

// Templates implements shell.Section.
func (s *Section) Templates() fs.FS { return templates }

// Routes implements shell.Section.
func (s *Section) Routes() []shell.Route {
	return []shell.Route{
		shell.SignedIn("GET /scope", s.show),
		shell.SignedIn("GET /scope/statement", s.showStatement),
		shell.SignedIn("GET /scope/context", s.showContext),
		shell.SignedIn("GET /scope/findings", s.showFindings),
		shell.SignedIn("GET /scope/versions", s.showVersions),
		shell.SignedIn("GET /scope/compare", s.compare),
		shell.SignedIn("GET /scope/export", s.export),
	}
}
