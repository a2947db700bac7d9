// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/counterfoil/counterfoil"
)

// TestReceipts: a client library that asks for a receipt gets one on a plain, a
// streamed and a blocked answer; it fits the entry in the log, and the provider
// never sees that it was asked for. Who does not ask gets none.
func TestReceipts(t *testing.T) {
	in := start(t, options{})
	for name, call := range map[string]struct {
		model, text string
		stream      bool
		blocked     bool
	}{
		"plain":   {"gpt-4o-mini", prompt, false, false},
		"stream":  {"echo-1", prompt, true, false},
		"blocked": {"gpt-4o-mini", "deploy with " + secretToken, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, asked := range []bool{true, false} {
				header, err := receiptCall(t, in, call.model, call.text, call.stream, asked)
				var refused *openai.Error
				if blocked := errors.As(err, &refused); blocked != call.blocked || err != nil && !blocked {
					t.Fatalf("the call ended with %v", err)
				}
				if !asked {
					if got := header.Get(counterfoil.ReceiptHeader); got != "" {
						t.Errorf("a receipt nobody asked for: %s", got)
					}
					continue
				}
				in.checkReceipt(t, header)
			}
		})
	}
	for _, r := range in.Provider.Dumps() {
		if _, ok := r.Header[counterfoil.ReceiptHeader]; ok {
			t.Error("the provider was told of the receipt")
		}
	}
}

func receiptCall(t *testing.T, in *instance, model, text string, stream, asked bool) (http.Header, error) {
	t.Helper()
	client := openAIClient(in.Gateway+openAI.base, in.Key)
	var resp *http.Response
	opts := []option.RequestOption{option.WithResponseInto(&resp), option.WithMaxRetries(0)}
	if asked {
		opts = append(opts, option.WithHeader(counterfoil.ReceiptHeader, "request"))
	}
	var err error
	if stream {
		s := client.Chat.Completions.NewStreaming(t.Context(), openAIRequest(model, text), opts...)
		for s.Next() {
		}
		err = s.Err()
	} else {
		_, err = client.Chat.Completions.New(t.Context(), openAIRequest(model, text), opts...)
	}
	var refused *openai.Error
	if resp == nil && errors.As(err, &refused) {
		resp = refused.Response
	}
	if resp == nil {
		t.Fatalf("no answer: %v", err)
	}
	return resp.Header, err
}

// checkReceipt verifies a receipt as its holder would.
func (in *instance) checkReceipt(t *testing.T, header http.Header) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(in.Data, "ledger", "verifier"))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := counterfoil.DecodeReceipt([]byte(header.Get(counterfoil.ReceiptHeader)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := counterfoil.VerifyReceipt(signed, strings.TrimSpace(string(key)))
	if err != nil {
		t.Fatal(err)
	}
	if r.Interaction.String() != header.Get("Counterfoil-Interaction") {
		t.Errorf("the receipt is of %s", r.Interaction)
	}
	if err := r.CheckLog(context.Background(), filepath.Join(in.Data, "ledger")); err != nil {
		t.Error(err)
	}
}
