// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fakeprovider

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Form of the prepared answer: 1 KB of text, in a stream the role, 33 deltas,
// the finish and the end, together 36 events.
const (
	BenchAnswerBytes = 1024
	BenchEvents      = 36

	benchModel  = `"model":"bench"`
	benchStream = `"stream":true`
	benchDeltas = BenchEvents - 3
)

// benchText is the answer with a gap at the end of which the caller's value
// stands, as it came between the first angle brackets of the request.
var (
	benchText = strings.Repeat("A steady answer of ordinary words. ", 30)[:BenchAnswerBytes-32]
	benchHead = `{"id":"chatcmpl-bench","object":"chat.completion","created":1767225600,"model":"bench",` +
		`"choices":[{"index":0,"message":{"role":"assistant","content":"` + benchText + " To "
	benchTail  = `."},"finish_reason":"stop"}],"usage":{"prompt_tokens":500,"completion_tokens":250,"total_tokens":750}}`
	benchParts = prepareBench()
)

// BenchAnswer is the text of the prepared answer to a prompt holding value.
func BenchAnswer(value string) string { return benchText + " To " + value + "." }

// serveBench answers without reading the request as JSON, and reports whether
// the request was for the prepared answer. The caller's value returns in two
// halves, so a stream's restoration has work to do.
func serveBench(w http.ResponseWriter, body []byte) bool {
	if !bytes.Contains(body[:min(len(body), 64)], []byte(benchModel)) {
		return false
	}
	var value []byte
	if _, rest, found := bytes.Cut(body, []byte("<")); found {
		value, _, _ = bytes.Cut(rest, []byte(">"))
	}
	if bytes.Contains(body, []byte(benchStream)) {
		streamBench(w, value)
		return true
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(benchHead)+len(value)+len(benchTail)))
	out := make([]byte, 0, 2*BenchAnswerBytes)
	out = append(append(append(out, benchHead...), value...), benchTail...)
	w.Write(out)
	return true
}

func streamBench(w http.ResponseWriter, value []byte) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	flush := http.NewResponseController(w).Flush
	half := len(value) / 2
	for i, p := range benchParts {
		var err error
		switch i {
		case benchDeltas - 1:
			_, err = w.Write(bytes.Join([][]byte{p[0], value[:half], p[1]}, nil))
		case benchDeltas:
			_, err = w.Write(bytes.Join([][]byte{p[0], value[half:], p[1]}, nil))
		default:
			_, err = w.Write(p[0])
		}
		if err != nil || flush() != nil {
			return
		}
	}
}

// prepareBench makes the events: those that carry the value have two parts,
// before and after it.
func prepareBench() [BenchEvents][2][]byte {
	var out [BenchEvents][2][]byte
	const frame = `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1767225600,"model":"bench",` +
		`"choices":[{"index":0,"delta":{%s%s},"finish_reason":%s}]}` + "\n\n"
	out[0][0] = fmt.Appendf(nil, frame, `"role":"assistant","content":""`, "", "null")
	size := len(benchText)/(benchDeltas-2) + 1
	rest := benchText
	for i := range benchDeltas - 2 {
		n := min(size, len(rest))
		out[1+i][0] = fmt.Appendf(nil, frame, `"content":"`, rest[:n]+`"`, "null")
		rest = rest[n:]
	}
	for i, around := range [2][2]string{{" To ", ""}, {"", "."}} {
		whole := fmt.Appendf(nil, frame, `"content":"`, around[0]+"\x00"+around[1]+`"`, "null")
		out[benchDeltas-1+i][0], out[benchDeltas-1+i][1], _ = bytes.Cut(whole, []byte{0})
	}
	out[BenchEvents-2][0] = fmt.Appendf(nil, frame, "", "", `"stop"`)
	out[BenchEvents-1][0] = []byte("data: [DONE]\n\n")
	return out
}
