// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil/internal/fakeprovider"
)

// promptBytes is the size of a request's body.
const promptBytes = 2002

// What the prompt holds, all invented or published examples. The provider
// repeats what stands between the angle brackets.
const (
	mail    = "ann.lee@example.com"
	card    = "4111 1111 1111 1111"
	filling = "Please read the notes of the last meeting and say what was decided about the new shop. "
)

var (
	plainBody    = body("bench", false)
	streamedBody = body("bench", true)
	slowBody     = body("slow", true)
)

func benchBody(stream bool) string {
	if stream {
		return streamedBody
	}
	return plainBody
}

// body is a request of exactly promptBytes.
func body(model string, stream bool) string {
	head := fmt.Sprintf(`{"model":%q,"stream":%t,"messages":[{"role":"system","content":"You are brief."},{"role":"user","content":"Reply to <%s>. Card %s, key id %s. `,
		model, stream, mail, card, "AKIA"+"IOSFODNN7EXAMPLE")
	const tail = `"}]}`
	missing := promptBytes - len(head) - len(tail)
	return head + strings.Repeat(filling, missing/len(filling)+1)[:missing] + tail
}

// check looks at an answer: at its end always, at all of its words when full.
func check(answer []byte, stream, full bool) error {
	if stream {
		if err := checkEnd(answer); err != nil {
			return err
		}
	}
	if !full {
		return nil
	}
	text, err := words(answer, stream)
	if err != nil {
		return err
	}
	if want := fakeprovider.BenchAnswer(mail); text != want {
		return fmt.Errorf("the answer is not the expected one: %q", text)
	}
	return nil
}

func checkEnd(stream []byte) error {
	if !bytes.HasSuffix(stream, []byte("data: [DONE]\n\n")) {
		return errors.New("the stream was cut")
	}
	return nil
}

// words joins the text of an answer.
func words(answer []byte, stream bool) (string, error) {
	pieces := [][]byte{answer}
	if stream {
		pieces = bytes.Split(bytes.TrimSuffix(answer, []byte("data: [DONE]\n\n")), []byte("\n\n"))
	}
	var out strings.Builder
	for _, piece := range pieces {
		if piece = bytes.TrimPrefix(piece, []byte("data: ")); len(piece) == 0 {
			continue
		}
		var read struct {
			Choices []struct{ Message, Delta struct{ Content string } }
		}
		if err := json.Unmarshal(piece, &read); err != nil {
			return "", fmt.Errorf("read answer %q: %w", piece, err)
		}
		for _, choice := range read.Choices {
			out.WriteString(choice.Message.Content + choice.Delta.Content)
		}
	}
	return out.String(), nil
}
