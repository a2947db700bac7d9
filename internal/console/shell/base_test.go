// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell_test

import (
	"io/fs"
	"regexp"
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/pagetest"
	"github.com/counterfoil/counterfoil/internal/console/shell"
)

func TestShellPages(t *testing.T) {
	pagetest.Check(t, shell.OwnPages(), map[string]any{"error": shell.NewErrorPage()})
	pagetest.Policy(t, shell.Base())
	pagetest.Classes(t, shell.Base())
}

func TestStylesheetStaysInside(t *testing.T) {
	css, err := fs.ReadFile(shell.Static(), "static/counterfoil.css")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`@import|url\(`).Find(css); found != nil {
		t.Errorf("the stylesheet reaches outside: %q", found)
	}
}
