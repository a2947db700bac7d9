// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func openAIClient(base, key string) openai.Client {
	return openai.NewClient(option.WithBaseURL(base), option.WithAPIKey(key))
}

func openAIRequest(model, text string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model:    model,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.SystemMessage("You repeat."), openai.UserMessage(text)},
	}
}

// openAIScenarios return what an application saw.
var openAIScenarios = map[string]func(context.Context, openai.Client) (string, error){
	"plain": func(ctx context.Context, c openai.Client) (string, error) {
		answer, err := c.Chat.Completions.New(ctx, openAIRequest("gpt-4o-mini", prompt))
		if err != nil {
			return "", err
		}
		return answer.RawJSON(), nil
	},
	"stream": func(ctx context.Context, c openai.Client) (string, error) {
		return openAIStream(ctx, c, "echo-1")
	},
	"stream escaped": func(ctx context.Context, c openai.Client) (string, error) {
		return openAIStream(ctx, c, "escaped-3")
	},
	"tools": openAITools,
	"models": func(ctx context.Context, c openai.Client) (string, error) {
		page, err := c.Models.List(ctx)
		if err != nil {
			return "", err
		}
		return page.RawJSON(), nil
	},
}

func openAIStream(ctx context.Context, c openai.Client, model string) (string, error) {
	request := openAIRequest(model, prompt)
	request.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	stream := c.Chat.Completions.NewStreaming(ctx, request)
	defer stream.Close()
	var whole openai.ChatCompletionAccumulator
	for stream.Next() {
		if !whole.AddChunk(stream.Current()) {
			return "", errors.New("a chunk does not belong to the answer")
		}
	}
	if err := stream.Err(); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s %+d", whole.Choices[0].FinishReason, whole.Choices[0].Message.Content, whole.Usage.TotalTokens), nil
}

func openAITools(ctx context.Context, c openai.Client) (string, error) {
	request := openAIRequest("tool", prompt)
	request.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{
		Name:       "look_up",
		Parameters: openai.FunctionParameters{"type": "object", "properties": map[string]any{"who": map[string]any{"type": "string"}}},
	})}
	first, err := c.Chat.Completions.New(ctx, request)
	if err != nil {
		return "", err
	}
	call := first.Choices[0].Message.ToolCalls[0]
	var arguments struct{ Who string }
	if err := json.Unmarshal([]byte(call.Function.Arguments), &arguments); err != nil {
		return "", err
	}
	request.Messages = append(request.Messages, first.Choices[0].Message.ToParam(), openai.ToolMessage("found "+arguments.Who, call.ID))
	last, err := c.Chat.Completions.New(ctx, request)
	if err != nil {
		return "", err
	}
	return arguments.Who + "\n" + last.RawJSON(), nil
}

func TestOpenAIGo(t *testing.T) {
	in := start(t, options{})
	for name, scenario := range openAIScenarios {
		t.Run(name, func(t *testing.T) {
			in.Provider.Reset()
			want, err := scenario(t.Context(), openAIClient(in.ProviderURL+openAI.direct, providerSecret))
			if err != nil {
				t.Fatalf("directly: %v", err)
			}
			direct := in.Provider.Dumps()

			in.Provider.Reset()
			got, err := scenario(t.Context(), openAIClient(in.Gateway+openAI.base, in.Key))
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

func TestOpenAIGoErrors(t *testing.T) {
	in := start(t, options{})
	for _, c := range []struct {
		name, key, text string
		status          int
	}{
		{"wrong key", "cf_wrong", prompt, 401},
		{"blocked", in.Key, "use " + secretToken, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := openAIClient(in.Gateway+openAI.base, c.key)
			_, err := client.Chat.Completions.New(t.Context(), openAIRequest("gpt-4o-mini", c.text))
			var failed *openai.Error
			if !errors.As(err, &failed) || failed.StatusCode != c.status || failed.Message == "" {
				t.Errorf("got %v", err)
			}
		})
	}
	if n := len(in.Provider.Dumps()); n != 0 {
		t.Errorf("%d requests reached the provider", n)
	}
}
