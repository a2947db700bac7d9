// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package contrib tests verify.py against the Go verifier: the two were written
// apart from the same documents and must give the same verdicts.
package contrib

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/counterfoil/counterfoil/verify"
)

// driver runs questions, one a line, in one Python process: starting one for
// each would take most of the time, and verifying the same signature in each the rest.
const driver = `
import contextlib, functools, io, json, sys, traceback
import verify
verify.ed25519_verify = functools.lru_cache(1 << 16)(verify.ed25519_verify)
for line in sys.stdin:
    q, out = json.loads(line), io.StringIO()
    try:
        if q.get("entry") is not None:
            try:
                verify.decode_entry(bytes.fromhex(q["entry"]))
                answer = {"exit": 0}
            except verify.Fault as fault:
                answer = {"exit": 3, "text": str(fault)}
        elif q.get("token") is not None:
            v = json.load(open("../testdata/vectors/timestamp.json"))
            try:
                verify.check_token(bytes.fromhex(q["token"]), verify.unbase64(v["digest"]), verify.parse_pem(v["root"].encode()))
                answer = {"exit": 0}
            except verify.Fault as fault:
                answer = {"exit": 3, "text": str(fault)}
        else:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
                answer = {"exit": verify.run(q["args"])}
            if out.getvalue():
                answer["report"] = json.loads(out.getvalue())
    except BaseException:
        answer = {"exit": -1, "text": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
`

type question struct {
	Args  []string `json:"args,omitempty"`
	Entry *string  `json:"entry,omitempty"` // hexadecimal
	Token *string  `json:"token,omitempty"` // hexadecimal, over the digest of the vector
}

type answer struct {
	Exit   int           `json:"exit"`
	Text   string        `json:"text"`
	Report verify.Report `json:"report"`
}

// judge is verify.py, waiting for questions.
type judge struct {
	t   testing.TB
	in  io.WriteCloser
	out *bufio.Reader
}

func newJudge(t testing.TB) *judge {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is missing")
	}
	// Read here too, so that go test knows the test depends on it.
	if _, err := os.ReadFile("verify.py"); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-B", "-c", driver)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("python3: %v", err)
		}
	})
	return &judge{t, in, bufio.NewReader(out)}
}

// ask returns the answer; one that is a crash of verify.py ends the test.
func (j *judge) ask(q question) answer {
	j.t.Helper()
	b, err := json.Marshal(q)
	if err != nil {
		j.t.Fatal(err)
	}
	if _, err := j.in.Write(append(b, '\n')); err != nil {
		j.t.Fatal(err)
	}
	line, err := j.out.ReadBytes('\n')
	if err != nil {
		j.t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		j.t.Fatalf("%v in %s", err, line)
	}
	if a.Exit == -1 {
		j.t.Fatalf("verify.py crashed on %s: %s", b, a.Text)
	}
	return a
}
