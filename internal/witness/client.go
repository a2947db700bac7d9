// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

// Answers of a witness other than a cosignature. They come wrapped.
var (
	ErrUnknownLog    = errors.New("the witness does not know this log")                                                   // 404
	ErrNotTrusted    = errors.New("the witness does not accept the log's signature")                                      // 403
	ErrProof         = errors.New("the witness does not accept the consistency proof")                                    // 422
	ErrFork          = errors.New("the witness has cosigned another tree of this size")                                   // 409
	ErrNoCosignature = errors.New("the witness answered without a valid cosignature of the key it is known by")           // 200
	ErrURL           = errors.New("the address of a witness has the form https://host/prefix; http is for loopback only") // not sent
)

// ConflictError says that the witness last cosigned another size than the one
// the proof began at.
type ConflictError struct{ Size uint64 }

func (e *ConflictError) Error() string {
	return fmt.Sprintf("the witness has last cosigned size %d", e.Size)
}

// StatusError is any other answer.
type StatusError struct{ Status int }

func (e *StatusError) Error() string {
	return fmt.Sprintf("the witness answered with status %d %s", e.Status, http.StatusText(e.Status))
}

const (
	timeout     = 10 * time.Second // for one request, connection to last byte
	maxResponse = 64 << 10         // bytes: many cosignatures, of the longest kind too
)

// Client asks witnesses for cosignatures. The zero value is ready. It is safe
// for concurrent use.
type Client struct {
	// HTTP sends the requests; nil is a client that follows no redirects.
	// Whatever it is, a request ends after 10 seconds.
	HTTP *http.Client
}

var standard = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Cosign asks the witness at prefix, its submission prefix, to cosign a signed
// checkpoint, with the consistency proof from oldSize, the size it last
// cosigned. It returns the signature line of the witness with verifier key
// witnessKey, newline included, ready to be put behind the checkpoint; the
// cosignature is verified. Errors are those of this package and of net/http.
func (c *Client) Cosign(ctx context.Context, prefix, witnessKey string, oldSize uint64, proof []counterfoil.Hash, checkpoint []byte) ([]byte, error) {
	verifier, err := counterfoil.NewCosignatureVerifier(witnessKey)
	if err != nil {
		return nil, fmt.Errorf("ask witness: %w", err)
	}
	head, err := counterfoil.ParseCheckpoint(checkpoint)
	if err != nil {
		return nil, fmt.Errorf("ask witness %s: %w", verifier.Name(), err)
	}
	body, err := c.post(ctx, prefix, request{oldSize, proof, checkpoint}.marshal())
	if status, ok := errors.AsType[*StatusError](err); ok && status.Status == http.StatusConflict && oldSize == head.Size {
		err = ErrFork // not the size is in conflict, so it is the root
	}
	if err != nil {
		return nil, fmt.Errorf("ask witness %s: %w", verifier.Name(), err)
	}
	line, err := cosignatureLine(checkpoint, body, verifier)
	if err != nil {
		return nil, fmt.Errorf("ask witness %s: %w", verifier.Name(), err)
	}
	return line, nil
}

// CosignFrom is Cosign for a caller that can prove consistency from any size: if
// the witness turns out to be at another one than oldSize, it asks once more
// from there. That happens on the first contact, and when an answer got lost.
func (c *Client) CosignFrom(
	ctx context.Context, prefix, witnessKey string, oldSize uint64, checkpoint []byte, prove func(from, to uint64) ([]counterfoil.Hash, error),
) ([]byte, error) {
	head, err := counterfoil.ParseCheckpoint(checkpoint)
	if err != nil {
		return nil, fmt.Errorf("ask witness: %w", err)
	}
	attempt := func(from uint64) ([]byte, error) {
		var proof []counterfoil.Hash
		if from != 0 && from != head.Size {
			var err error
			if proof, err = prove(from, head.Size); err != nil {
				return nil, fmt.Errorf("ask witness: prove consistency: %w", err)
			}
		}
		return c.Cosign(ctx, prefix, witnessKey, from, proof, checkpoint)
	}
	line, err := attempt(min(oldSize, head.Size))
	if conflict, ok := errors.AsType[*ConflictError](err); ok && conflict.Size <= head.Size {
		return attempt(conflict.Size)
	}
	return line, err
}

func (c *Client) post(ctx context.Context, prefix string, body []byte) ([]byte, error) {
	target, err := address(prefix)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	client := c.HTTP
	if client == nil {
		client = standard
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(answer) > maxResponse {
		return nil, fmt.Errorf("the answer is longer than %d bytes", maxResponse)
	}
	return answer, answerError(resp, answer)
}

// answerError gives a status its meaning.
func answerError(resp *http.Response, answer []byte) error {
	switch resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusForbidden:
		return ErrNotTrusted
	case http.StatusNotFound:
		return ErrUnknownLog
	case http.StatusUnprocessableEntity:
		return ErrProof
	case http.StatusConflict:
		text, ended := strings.CutSuffix(string(answer), "\n")
		size, err := parseSize(text)
		if resp.Header.Get("Content-Type") != sizeType || !ended || err != nil {
			break
		}
		return &ConflictError{size}
	}
	return &StatusError{resp.StatusCode}
}

// address is where to post. Without encryption somebody on the way could keep
// cosignatures from the log, so only this machine is reached without it.
func address(prefix string) (string, error) {
	u, err := url.Parse(prefix)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", ErrURL
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", ErrURL
	}
	return strings.TrimSuffix(u.String(), "/") + path, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// cosignatureLine finds the valid line of one witness in its answer.
func cosignatureLine(checkpoint, answer []byte, verifier note.Verifier) ([]byte, error) {
	text, _, err := splitNote(checkpoint)
	if err != nil {
		return nil, err
	}
	opened, err := note.Open(append(append(text, '\n'), answer...), note.VerifierList(verifier))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoCosignature, err)
	}
	return []byte(signatureLine(opened.Sigs[0])), nil
}

// signatureLine is a signature as it stands in a note.
func signatureLine(sig note.Signature) string { return "— " + sig.Name + " " + sig.Base64 + "\n" }

// splitNote parts a signed note where note.Open does: text with its newline,
// signature lines.
func splitNote(signed []byte) (text, lines []byte, err error) {
	at := bytes.LastIndex(signed, []byte("\n\n"))
	if at < 0 {
		return nil, nil, errors.New("not a signed note")
	}
	return bytes.Clone(signed[:at+1]), signed[at+2:], nil
}
