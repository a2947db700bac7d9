// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package dialect says how one provider format is read and answered: its
// routes, which strings are not text, how errors look, how a stream ends. The
// gateway knows interactions; a dialect knows one format; neither knows the
// other's business. The formats are sub-packages.
package dialect

import (
	"net/http"
	"strings"

	"github.com/counterfoil/counterfoil/internal/gateway/body"
)

// Operation is one governed route of a format.
type Operation struct {
	Name string // as it stands in the intent: "chat", "messages", "count_tokens", "models"
	Body bool   // the request carries a JSON body
}

// Dialect is one provider format. Implementations are stateless and safe for
// concurrent use.
type Dialect interface {
	// Name is the dialect's name in the configuration.
	Name() string
	// Operation finds the route of a path below the provider's name.
	Operation(method, path string) (Operation, bool)
	// Authorize puts the provider's secret where the provider looks for it.
	Authorize(h http.Header, secret string)
	// Opaque tells whether a string is not text: an enumeration, an id that
	// a provider issued, encoded media, a signature. Everything else is.
	Opaque(d *body.Doc, l body.Leaf) bool
	// Vocabulary tells whether a key belongs to the format and must stay.
	Vocabulary(key string) bool
	// Arguments tells whether a string holds JSON text itself, so that a
	// value put into it is escaped twice.
	Arguments(d *body.Doc, l body.Leaf) bool
	// Grows tells whether the text of a streamed event continues in later
	// events. One that does not is complete as it stands.
	Grows(d *body.Doc, l body.Leaf) bool
	// Error renders a refusal as the provider's own clients expect it.
	Error(status int, message, interaction string) []byte
	// Usage reads the token counts of an answer or a stream's event; zero
	// means not stated here.
	Usage(d *body.Doc) (input, output uint64)
	// Stream begins to follow one streamed answer.
	Stream() Stream
}

// Stream follows one streamed answer. It is not safe for concurrent use.
type Stream interface {
	// Event looks at the next event. name is the SSE event name, "" if none.
	Event(name string, d *body.Doc) Event
	// Done tells whether the data of an event that is not JSON ends the stream.
	Done(data []byte) bool
	// Complete tells whether the answer is whole even if no ending event
	// follows.
	Complete() bool
	// Stop renders the events that end the answer now, in the provider's own
	// terms, as a refusal would.
	Stop() []byte
	// Fail renders the event that tells the client of an error; body comes
	// from Dialect.Error.
	Fail(body []byte) []byte
}

// Event is what the gateway needs to know of one event of a stream.
type Event struct {
	Terminal bool   // the answer ends with this event
	Error    bool   // the provider reports that it failed
	Ends     string // the texts whose path begins so are complete after this event; "" for none
}

// Key finds the virtual key where the known clients put it: Authorization
// (OpenAI, newer Anthropic), x-api-key (Anthropic, others), api-key (Azure),
// x-goog-api-key (Gemini).
func Key(h http.Header) string {
	if v := h.Get("Authorization"); v != "" {
		scheme, key, ok := strings.Cut(v, " ")
		if ok && strings.EqualFold(scheme, "Bearer") {
			return strings.TrimSpace(key)
		}
	}
	for _, name := range keyHeaders {
		if v := h.Get(name); v != "" {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

var keyHeaders = []string{"X-Api-Key", "Api-Key", "X-Goog-Api-Key"}

// StripKeys removes every header in which a key may stand.
func StripKeys(h http.Header) {
	h.Del("Authorization")
	for _, name := range keyHeaders {
		h.Del(name)
	}
}
