// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxLine bounds a line of JSON lines, in bytes.
const maxLine = 64 << 20

// Units in which Run gives offsets.
const (
	OffsetBytes      = "bytes"
	OffsetCodepoints = "codepoints"
)

// RunOptions says what Run reads and prints.
type RunOptions struct {
	Scanner *Scanner // nil means the built-in table without a dictionary
	JSONL   bool     // lines {"id","text"} in, one line {"id","findings"} out for each
	JSON    bool     // one JSON object instead of a table; JSONL implies it
	Offsets string   // OffsetBytes (also when empty) or OffsetCodepoints
}

// reported is a finding as Run prints it.
type reported struct {
	Type     string  `json:"type"`
	Start    int     `json:"start"`
	End      int     `json:"end"`
	Score    float64 `json:"score"`
	Detector string  `json:"detector"`
}

type result struct {
	ID       jsontext.Value `json:"id,omitzero"`
	Findings []reported     `json:"findings"`
}

// Run reads text or JSON lines from in and prints the findings to out, never
// the values. A line that cannot be read ends the run with an error that names
// it, after the results before it were written.
func Run(in io.Reader, out io.Writer, opts RunOptions) error {
	switch opts.Offsets {
	case "", OffsetBytes, OffsetCodepoints:
	default:
		return fmt.Errorf("offsets %q: want %s or %s", opts.Offsets, OffsetBytes, OffsetCodepoints)
	}
	s, err := opts.Scanner, error(nil)
	if s == nil {
		if s, err = New(Config{}); err != nil {
			return err
		}
	}
	w := bufio.NewWriterSize(out, 64<<10)
	if opts.JSONL {
		err = s.runLines(in, w, opts)
	} else {
		err = s.runText(in, w, opts)
	}
	if flushErr := w.Flush(); flushErr != nil {
		err = errors.Join(err, fmt.Errorf("write findings: %w", flushErr))
	}
	return err
}

func (s *Scanner) runText(in io.Reader, w io.Writer, opts RunOptions) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read text: %w", err)
	}
	found := s.report(string(raw), opts)
	if opts.JSON {
		return writeJSON(w, result{Findings: found})
	}
	return writeTable(w, found)
}

func (s *Scanner) runLines(in io.Reader, w io.Writer, opts RunOptions) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	number := 0
	for lines.Scan() {
		number++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := s.runLine(line, w, opts); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", number+1, err)
	}
	return nil
}

func (s *Scanner) runLine(line []byte, w io.Writer, opts RunOptions) error {
	var record struct {
		ID   jsontext.Value `json:"id"`
		Text *string        `json:"text"`
	}
	if err := json.Unmarshal(line, &record); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	switch kind := record.ID.Kind(); {
	case record.Text == nil:
		return errors.New(`"text" is missing`)
	case kind == '{' || kind == '[':
		return errors.New(`"id" is not a string, number, boolean or null`)
	}
	if record.ID == nil {
		record.ID = jsontext.Value("null")
	}
	return writeJSON(w, result{ID: record.ID, Findings: s.report(*record.Text, opts)})
}

// report scans a text and converts the findings; never nil.
func (s *Scanner) report(text string, opts RunOptions) []reported {
	found := s.Scan(nil, text)
	out := make([]reported, 0, len(found))
	at, count := 0, 0 // code points counted so far
	offset := func(i int) int {
		if opts.Offsets != OffsetCodepoints {
			return i
		}
		count += utf8.RuneCountInString(text[at:i])
		at = i
		return count
	}
	for _, f := range found {
		out = append(out, reported{f.Type, offset(f.Start), offset(f.End), f.Score, f.Detector})
	}
	return out
}

func writeJSON(w io.Writer, v result) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode findings: %w", err)
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	return nil
}

func writeTable(w io.Writer, found []reported) error {
	if len(found) == 0 {
		_, err := fmt.Fprintln(w, "Nothing found.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "TYPE\tWHERE\tSCORE\tDETECTOR")
	for _, f := range found {
		fmt.Fprintf(t, "%s\t%d-%d\t%.2f\t%s\n", f.Type, f.Start, f.End, f.Score, f.Detector)
	}
	return t.Flush()
}
