// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
)

// silent ends an exchange that has been answered already.
var silent = &refusal{}

// forward sends the request and watches the answer. The request is whole in
// memory; the answer is never, when it is streamed.
func (x *exchange) forward() *refusal {
	ctx, cancel := context.WithCancelCause(x.r.Context())
	defer cancel(nil)
	dog := watch(x.provider, cancel)
	defer dog.timer.Stop()
	resp, err := x.provider.Transport.RoundTrip(x.outgoingRequest(ctx))
	if err != nil {
		return x.unreachable(ctx, err)
	}
	defer resp.Body.Close()
	x.outcome.FirstByte, x.outcome.UpstreamStatus = micros(x.began), uint64(resp.StatusCode)
	return x.receive(resp, dog)
}

func (x *exchange) outgoingRequest(ctx context.Context) *http.Request {
	req := &http.Request{
		Method: x.r.Method, URL: x.target(), Header: x.outgoingHeader(), Host: "",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if x.op.Body {
		// net/http knows this reader and sends head and body in one piece.
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(x.outgoing)), int64(len(x.outgoing))
	}
	return req.WithContext(ctx)
}

// target is the provider's address of the route; a key in the query stays here.
func (x *exchange) target() *url.URL {
	u := *x.provider.Origin
	u.Path += x.path
	u.RawQuery = x.r.URL.RawQuery
	if u.RawQuery != "" {
		q := x.r.URL.Query()
		if q.Has("key") {
			q.Del("key")
			u.RawQuery = q.Encode()
		}
	}
	return &u
}

// notForwarded are the headers of one connection (RFC 9110, section 7.6.1) and
// those the gateway answers for itself.
var notForwarded = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Authorization": true, "Proxy-Connection": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Expect": true,
	"Content-Length": true, "Content-Encoding": true, "Accept-Encoding": true, "Host": true,
	headerInteraction: true, headerUnrecorded: true, counterfoil.ReceiptHeader: true,
}

// outgoingHeader is the client's header without what belongs to this
// connection and without the key, with the provider's secret. Everything else
// passes unchanged.
func (x *exchange) outgoingHeader() http.Header {
	h := make(http.Header, len(x.r.Header)+2)
	copyHeader(h, x.r.Header)
	dialect.StripKeys(h)
	if x.provider.Secret != "" {
		x.provider.Dialect.Authorize(h, x.provider.Secret)
	}
	if _, ok := h["User-Agent"]; !ok {
		h["User-Agent"] = []string{""} // keeps net/http from adding its own
	}
	h["Accept-Encoding"] = []string{"identity"} // an encoded answer cannot be watched
	return h
}

// copyHeader copies what may be forwarded; values are shared, not changed.
func copyHeader(dst, src http.Header) {
	for name, values := range src {
		if !notForwarded[name] {
			dst[name] = values
		}
	}
	for _, list := range src["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			dst.Del(strings.TrimSpace(name))
		}
	}
}

// unreachable turns a failed call into a refusal.
func (x *exchange) unreachable(ctx context.Context, err error) *refusal {
	if x.r.Context().Err() != nil {
		return clientLeft
	}
	no := &refusal{
		status: http.StatusBadGateway, reason: "provider_unreachable", result: counterfoil.ResultFailed,
		message: fmt.Sprintf("The provider %s could not be reached. Whether the request arrived is not known.", x.provider.Name),
	}
	var timeout interface{ Timeout() bool }
	if cause := context.Cause(ctx); cause == errIdle || cause == errTotal || errors.As(err, &timeout) && timeout.Timeout() {
		no.status, no.reason = http.StatusGatewayTimeout, "provider_timeout"
		no.message = fmt.Sprintf("The provider %s did not answer in time.", x.provider.Name)
	}
	x.g.log.Warn("provider unreachable", "interaction", x.id, "provider", x.provider.Name, "err", err)
	return no
}

// receive looks at the answer's head and takes the way for its form.
func (x *exchange) receive(resp *http.Response, dog *watchdog) *refusal {
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return x.garbage(fmt.Sprintf("The provider %s answered with a redirect (%d). Redirects are not followed; the origin in the configuration must be the final one.", x.provider.Name, resp.StatusCode))
	}
	body, err := decoded(resp)
	if err != nil {
		return x.garbage(fmt.Sprintf("The provider %s sent an encoding that was not asked for and cannot be read.", x.provider.Name))
	}
	x.answer.MediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	dog.src = body
	if x.answer.MediaType == "text/event-stream" {
		return x.stream(resp, dog)
	}
	return x.whole(resp, dog)
}

// garbage refuses an answer that cannot be watched.
func (x *exchange) garbage(message string) *refusal {
	return &refusal{status: http.StatusBadGateway, reason: "provider_garbage", result: counterfoil.ResultFailed, message: message}
}

// answerHeader begins the client's header from the provider's.
func (x *exchange) answerHeader(resp *http.Response) http.Header {
	h := x.w.Header()
	copyHeader(h, resp.Header)
	x.nameRecord(h)
	return h
}
