// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	anthropicsdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/google/go-cmp/cmp"
)

func anthropicClient(base, key string) anthropicsdk.Client {
	return anthropicsdk.NewClient(option.WithBaseURL(base), option.WithAPIKey(key))
}

func anthropicRequest(model, text string) anthropicsdk.MessageNewParams {
	return anthropicsdk.MessageNewParams{
		Model:     anthropicsdk.Model(model),
		MaxTokens: 500,
		Messages:  []anthropicsdk.MessageParam{anthropicsdk.NewUserMessage(anthropicsdk.NewTextBlock(text))},
	}
}

// anthropicScenarios return what an application saw.
var anthropicScenarios = map[string]func(context.Context, anthropicsdk.Client) (string, error){
	"plain": func(ctx context.Context, c anthropicsdk.Client) (string, error) {
		answer, err := c.Messages.New(ctx, anthropicRequest("claude-sonnet-4-5", prompt))
		if err != nil {
			return "", err
		}
		return answer.RawJSON(), nil
	},
	"stream": func(ctx context.Context, c anthropicsdk.Client) (string, error) {
		return anthropicStream(ctx, c, "echo-1")
	},
	"stream escaped": func(ctx context.Context, c anthropicsdk.Client) (string, error) {
		return anthropicStream(ctx, c, "escaped-3")
	},
	"tools": anthropicTools,
	"count": func(ctx context.Context, c anthropicsdk.Client) (string, error) {
		count, err := c.Messages.CountTokens(ctx, anthropicsdk.MessageCountTokensParams{
			Model: "claude-sonnet-4-5", Messages: anthropicRequest("", prompt).Messages,
		})
		if err != nil {
			return "", err
		}
		return count.RawJSON(), nil
	},
}

func anthropicStream(ctx context.Context, c anthropicsdk.Client, model string) (string, error) {
	stream := c.Messages.NewStreaming(ctx, anthropicRequest(model, prompt))
	defer stream.Close()
	var whole anthropicsdk.Message
	for stream.Next() {
		if err := whole.Accumulate(stream.Current()); err != nil {
			return "", err
		}
	}
	if err := stream.Err(); err != nil {
		return "", err
	}
	return fmt.Sprint(whole.StopReason, whole.Content[0].Text, whole.Usage.OutputTokens), nil
}

func anthropicTools(ctx context.Context, c anthropicsdk.Client) (string, error) {
	request := anthropicRequest("tool", prompt)
	request.Tools = []anthropicsdk.ToolUnionParam{{OfTool: &anthropicsdk.ToolParam{
		Name:        "look_up",
		InputSchema: anthropicsdk.ToolInputSchemaParam{Properties: map[string]any{"who": map[string]any{"type": "string"}}},
	}}}
	first, err := c.Messages.New(ctx, request)
	if err != nil {
		return "", err
	}
	call := first.Content[len(first.Content)-1]
	var input struct{ Who string }
	if err := json.Unmarshal(call.Input, &input); err != nil {
		return "", err
	}
	request.Messages = append(request.Messages, first.ToParam(),
		anthropicsdk.NewUserMessage(anthropicsdk.NewToolResultBlock(call.ID, "found "+input.Who, false)))
	last, err := c.Messages.New(ctx, request)
	if err != nil {
		return "", err
	}
	return input.Who + "\n" + last.RawJSON(), nil
}

func TestAnthropicGo(t *testing.T) {
	in := start(t, options{})
	for name, scenario := range anthropicScenarios {
		t.Run(name, func(t *testing.T) {
			in.Provider.Reset()
			want, err := scenario(t.Context(), anthropicClient(in.ProviderURL+anthropic.direct, providerSecret))
			if err != nil {
				t.Fatalf("directly: %v", err)
			}
			direct := in.Provider.Dumps()

			in.Provider.Reset()
			got, err := scenario(t.Context(), anthropicClient(in.Gateway+anthropic.base, in.Key))
			if err != nil {
				t.Fatalf("through the gateway: %v", err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the application sees something else (-direct +gateway):\n%s", diff)
			}
			checkDumps(t, direct, in.Provider.Dumps())
		})
	}
}

func TestAnthropicGoErrors(t *testing.T) {
	in := start(t, options{})
	for _, c := range []struct {
		name, key, text string
		status          int
	}{
		{"wrong key", "cf_wrong", prompt, 401},
		{"blocked", in.Key, "use " + secretToken, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := anthropicClient(in.Gateway+anthropic.base, c.key)
			_, err := client.Messages.New(t.Context(), anthropicRequest("claude-sonnet-4-5", c.text))
			var failed *anthropicsdk.Error
			if !errors.As(err, &failed) || failed.StatusCode != c.status {
				t.Errorf("got %v", err)
			}
		})
	}
	if n := len(in.Provider.Dumps()); n != 0 {
		t.Errorf("%d requests reached the provider", n)
	}
}
