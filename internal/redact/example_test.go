// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact_test

import (
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil/internal/redact"
)

// A value leaves as a placeholder and comes back although the answer cuts the
// placeholder in two. Three events go in and three come out.
func ExampleStream() {
	m := redact.NewMap(nil)
	fmt.Println("Write to " + m.Placeholder("EMAIL", "ann@example.com"))

	stream := redact.NewStream(m, nil)
	emit := func(event []byte) error {
		fmt.Println(string(event))
		return nil
	}
	for _, text := range []string{"Sent to [EM", "AIL_1", "] today."} {
		event := `{"delta": "` + text + `"}`
		literal := strings.Index(event, `"`+text)
		err := stream.Push([]byte(event), []redact.Segment{{
			Text: text, RawStart: literal, RawEnd: len(event) - 1, Depth: 1,
		}}, emit)
		if err != nil {
			fmt.Println(err)
		}
	}
	if err := stream.Flush(emit); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Write to [EMAIL_1]
	// {"delta": "Sent to ann@example.com"}
	// {"delta": ""}
	// {"delta": " today."}
}
