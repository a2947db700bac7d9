// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package entrance_test

import (
	"net/http"
	"testing"

	"github.com/counterfoil/counterfoil/internal/console"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
)

func TestSessionCookie(t *testing.T) {
	w := consoletest.New(t, func(c *console.Config) { c.TLS = true })
	w.SignIn()
	answer := w.Post("/login", "email", consoletest.AdminEmail, "password", consoletest.AdminPassword)
	cookies := answer.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	c := cookies[0]
	if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.Name != "__Host-counterfoil" {
		t.Errorf("cookie %+v", c)
	}
}
