// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/gateway/body"
	"github.com/counterfoil/counterfoil/internal/policy"
)

// read takes the body in and turns it into texts with their places. It comes
// after identify, so that an unknown caller cannot make the gateway read, unpack
// and parse what it likes.
func (x *exchange) read() *refusal {
	start := time.Now()
	if !x.op.Body {
		guard(&x.intent.Guards, "schema", counterfoil.GuardSkipped, "", "no_body", start)
		return nil
	}
	no := x.admit()
	if no == nil {
		no = x.load()
	}
	if no != nil {
		guard(&x.intent.Guards, "schema", counterfoil.GuardRan, "", no.reason, start)
		return no
	}
	x.intent.RequestBytes = uint64(len(x.raw))
	err := x.doc.Walk(x.raw)
	if err == nil && !x.doc.Object() {
		err = &body.Fault{Reason: "malformed_json", Text: "the body must be a JSON object"}
	}
	if err != nil {
		no := unreadable(err)
		guard(&x.intent.Guards, "schema", counterfoil.GuardRan, "", no.reason, start)
		return no
	}
	x.request.Model = strings.Clone(cut(x.doc.Top("model"), 256))
	x.intent.Stream = x.doc.Int("", "stream") == 1
	x.intent.Model = listedAs(x.principal.System.Models, x.request.Model)
	guard(&x.intent.Guards, "schema", counterfoil.GuardRan, "", "", start)
	return nil
}

// listedAs is the entry of a system's list under which a model may be used, ""
// without one. An entry of the list is the organisation's word and may stand in
// the ledger; what the client wrote, which a prefix leaves open, may not.
func listedAs(list []string, model string) string {
	if slices.Contains(list, model) {
		return model
	}
	for i := range list {
		if policy.ModelListed(list[i:i+1], model) {
			return list[i]
		}
	}
	return ""
}

func unreadable(err error) *refusal {
	var fault *body.Fault
	if !errors.As(err, &fault) {
		fault = &body.Fault{Reason: "malformed_json", Text: "the body cannot be read"}
	}
	status := http.StatusBadRequest
	if fault.Reason == "too_large" {
		status = http.StatusRequestEntityTooLarge
	}
	return &refusal{
		status: status, reason: fault.Reason,
		message: "The request was not forwarded: " + fault.Text + ".",
	}
}

// load reads the body into memory, within the limit, decoding gzip.
func (x *exchange) load() *refusal {
	if x.r.ContentLength > largeBody || x.r.ContentLength < 0 {
		select {
		case x.g.large <- struct{}{}:
			x.large = true
		case <-x.r.Context().Done():
			return clientLeft
		}
	}
	var src io.Reader = x.r.Body
	switch strings.ToLower(strings.TrimSpace(x.r.Header.Get("Content-Encoding"))) {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(src)
		if err != nil {
			return &refusal{status: http.StatusBadRequest, reason: "malformed_json", message: "The request was not forwarded: the body is not the gzip data it claims to be."}
		}
		defer z.Close()
		src = z
	default:
		return &refusal{
			status: http.StatusUnsupportedMediaType, reason: "unsupported_encoding",
			message: "The request was not forwarded: bodies may be sent plain or with gzip; no other Content-Encoding is read.",
		}
	}
	raw, err := readAll(make([]byte, 0, roomFor(x.r.ContentLength)), src, x.state.Limits.RequestBytes)
	x.raw = raw
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errLimit):
		x.raw = nil
		return tooLarge(x.state.Limits.RequestBytes)
	case x.r.Context().Err() != nil || errors.Is(err, io.ErrUnexpectedEOF) && x.r.ContentLength > int64(len(raw)):
		return clientLeft
	default:
		return &refusal{status: http.StatusBadRequest, reason: "malformed_json", message: "The request was not forwarded: the body could not be read to its end."}
	}
}

var errLimit = errors.New("over the limit")

// roomFor is the memory set aside for a body of a stated length; what is stated
// is not believed beyond 1 MiB.
func roomFor(length int64) int64 {
	if length < 0 {
		return 8 << 10
	}
	return min(length, largeBody) + 1 // one more, so that the end is seen without growing
}

// readAll reads src to its end into buf, at most limit bytes.
func readAll(buf []byte, src io.Reader, limit int64) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), max(2*cap(buf), 8<<10))
			copy(grown, buf)
			buf = grown
		}
		n, err := src.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit {
			return buf, errLimit
		}
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}
