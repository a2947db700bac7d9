// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"cmp"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/counterfoil/counterfoil/internal/httpx"
)

// Route is a page or an act of the console.
type Route struct {
	Pattern string // of net/http: method and path
	Open    bool   // to anybody; others need a session
	Staff   bool   // for whoever holds a role
	Limit   int64  // of the body in bytes; 0 for that of a form
	Handler httpx.Handler
}

// Section is a room of the console: pages and acts that belong together.
type Section interface {
	Templates() fs.FS // its pages, in a folder templates
	Routes() []Route
}

// Listed is a section with lists of which views are saved.
type Listed interface{ Lists() []List }

// Add gives the shell the pages and lists of a section, before anything is served.
func (s *Shell) Add(section Section) error {
	if err := addPages(s.pages, section.Templates()); err != nil {
		return err
	}
	if listed, ok := section.(Listed); ok {
		for _, l := range listed.Lists() {
			s.lists[l.Path] = l
		}
	}
	return nil
}

// ListAt finds the list at a path.
func (s *Shell) ListAt(path string) (List, bool) {
	if id, ok := strings.CutPrefix(path, "/kinds/"); ok {
		k, err := s.Kinds.Kind(id)
		if err != nil || k.Inner {
			return List{}, false
		}
		return List{path, k.Plural, k.ID, func(q url.Values) (url.Values, []string) { return mendRecords(k, q) }}, true
	}
	l, ok := s.lists[path]
	return l, ok
}

// Public is a route anybody may ask for.
func Public(pattern string, h httpx.Handler) Route {
	return Route{Pattern: pattern, Open: true, Handler: h}
}

// SignedIn is a route that needs a session; others are sent to the sign-in page.
func SignedIn(pattern string, h httpx.Handler) Route { return Route{Pattern: pattern, Handler: h} }

// Staff is a route for whoever holds a role.
func Staff(pattern string, h httpx.Handler) Route {
	return Route{Pattern: pattern, Staff: true, Handler: h}
}

// formBytes is more than any form of the console holds, but for attachments.
const formBytes = 256 << 10

// Routes are those of the shell itself.
func (s *Shell) Routes() []Route {
	return []Route{
		Public("GET /healthz", s.health),
		Public("GET /static/{file}", s.static),
	}
}

// Handler returns routes with everything that stands around them: sessions, headers,
// the refusal of foreign forms, body limits, errors as pages.
func (s *Shell) Handler(routes []Route) http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		handler := r.Handler
		if r.Staff {
			handler = s.staff(handler)
		}
		if !r.Open {
			handler = s.signedIn(handler)
		}
		mux.Handle(r.Pattern, http.MaxBytesHandler(httpx.Serve(handler, s.Log, s.fail), cmp.Or(r.Limit, formBytes)))
	}
	mux.Handle("/", http.MaxBytesHandler(httpx.Serve(s.nowhere, s.Log, s.fail), formBytes))

	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(httpx.Serve(foreignForm, s.Log, s.fail))
	return httpx.Careful(origin.Handler(mux), s.tls)
}
