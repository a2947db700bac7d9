// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"

	"github.com/counterfoil/counterfoil/internal/identity"
)

// slugFunctions name systems for commands and addresses.
func slugFunctions() Functions {
	return Functions{Derive: map[string]DeriveFunc{"system_slug": systemSlug}}
}

// systemSlug gives a system its short name once, from the name it began with: keys,
// commands and addresses go on to find it when it is called otherwise later.
func systemSlug(ctx context.Context, r *Reader, record *Record) error {
	if record.Values.Text("slug") != "" || record.Values.Text("name") == "" {
		return nil
	}
	slug := identity.Slug(record.Values.Text("name"), func(string) bool { return false })
	found, err := r.slugged(ctx, record.Kind.ID, slug)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	if found { // another is looked for among all there are
		slugs, err := r.field(ctx, record.Kind.ID, "slug")
		if err != nil {
			return err
		}
		for _, slug := range slugs {
			taken[slug] = true
		}
	}
	record.Values["slug"] = identity.Slug(record.Values.Text("name"), func(slug string) bool { return taken[slug] })
	return nil
}
