// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"fmt"
	"mime"
	"net/http"
	"strings"
)

// accept finds the route. What has none is not forwarded: the gateway would not
// know what in it is text.
func (x *exchange) accept() *refusal {
	x.request.Method, x.request.Path, x.request.UserAgent = x.r.Method, cut(x.path, 1024), cut(x.r.UserAgent(), 256)
	op, ok := x.provider.Dialect.Operation(x.r.Method, x.path)
	if !ok {
		return &refusal{
			status: http.StatusNotFound, reason: "unknown_route", quiet: true,
			message: fmt.Sprintf("%s %s is not a governed route of %s, so it is not forwarded. Governed routes are listed in the documentation under Connect a client.", x.r.Method, cut(x.path, 120), x.provider.Name),
		}
	}
	x.op, x.intent.Operation = op, op.Name
	return nil
}

// admit checks what can be told of a body from the head.
func (x *exchange) admit() *refusal {
	if x.r.ContentLength > x.state.Limits.RequestBytes {
		return tooLarge(x.state.Limits.RequestBytes)
	}
	t := x.r.Header.Get("Content-Type")
	if t == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(t)
	charset := strings.ToLower(params["charset"])
	if err != nil || media != "application/json" || charset != "" && charset != "utf-8" {
		return &refusal{
			status: http.StatusUnsupportedMediaType, reason: "unsupported_media",
			message: "The request was not forwarded: the body must be application/json in UTF-8.",
		}
	}
	return nil
}

func tooLarge(limit int64) *refusal {
	return &refusal{
		status: http.StatusRequestEntityTooLarge, reason: "too_large",
		message: fmt.Sprintf("The body is larger than %d MiB, the limit of this gateway (limits.request_bytes). Nothing was forwarded.", limit>>20),
	}
}

// cut shortens text to at most n bytes.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}
