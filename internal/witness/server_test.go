// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

// TestGrowingLog has a witness cosign a log as it grows, and checks each head
// with the trust policy an operator would have.
func TestGrowingLog(t *testing.T) {
	log := newTestLog(t, "log.example/registry")
	s := serve(t, log.key)
	policy, err := counterfoil.ParsePolicy([]byte("log " + log.key + "\nwitness w " + s.VerifierKey() + "\nquorum w\n"))
	if err != nil {
		t.Fatal(err)
	}
	var client Client
	last := uint64(0)
	for _, grown := range []int{0, 1, 1, 5, 0, 120, 3} {
		size := log.grow(grown, "main").tree.Size()
		proof, err := log.prove(last, size)
		if err != nil {
			t.Fatal(err)
		}
		head := log.head(t, size)
		line, err := client.Cosign(t.Context(), s.URL, s.VerifierKey(), last, proof, head)
		if err != nil {
			t.Fatalf("size %d after %d: %v", size, last, err)
		}
		c, cosigned, err := policy.Check(append(head, line...))
		if err != nil || c.Size != size || !cosigned[0].Time.Equal(s.clock.Now().Truncate(time.Second)) {
			t.Fatalf("size %d: %+v, %+v, %v", size, c, cosigned, err)
		}
		last = size
		s.clock.Advance(time.Minute)
	}
}

// answer is what the server says to a body.
func answer(t *testing.T, s testServer, body []byte) (status int, kind, text string) {
	t.Helper()
	resp, err := http.Post(s.URL+path, "text/plain", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(raw)
}

// TestRefusals asks a witness at size 10 for what it must not give, and after
// all of it that the witness still stands where it stood.
func TestRefusals(t *testing.T) {
	log := newTestLog(t, "log.example").grow(20, "main")
	fork := log.fork(5).grow(15, "other")
	stranger := newTestLog(t, "log.example").grow(20, "main") // same name, another key
	unknown := newTestLog(t, "unknown.example").grow(20, "main")
	s := serve(t, log.key)
	if status, _, text := answer(t, s, request{0, nil, log.head(t, 10)}.marshal()); status != http.StatusOK {
		t.Fatal(text)
	}
	ask := func(l *testLog, old, size uint64) string {
		proof, err := l.prove(old, size)
		if err != nil {
			t.Fatal(err)
		}
		return string(request{old, proof, l.head(t, size)}.marshal())
	}
	grown := ask(log, 10, 20)
	for name, tt := range map[string]struct {
		body   string
		status int
		text   string
	}{
		"replay of the first head":          {ask(log, 0, 10), http.StatusConflict, "10\n"},
		"smaller tree":                      {ask(log, 0, 7), http.StatusConflict, "10\n"},
		"smaller tree, right old size":      {string(request{10, nil, log.head(t, 7)}.marshal()), http.StatusBadRequest, "larger than the checkpoint's"},
		"proof from a size in the past":     {ask(log, 7, 20), http.StatusConflict, "10\n"},
		"proof from a size in the future":   {ask(log, 12, 20), http.StatusConflict, "10\n"},
		"fork, same size":                   {ask(fork, 10, 10), http.StatusConflict, "another tree of this size"},
		"fork, larger, its own proof":       {ask(fork, 10, 20), http.StatusUnprocessableEntity, "does not show"},
		"fork, larger, proof of the log":    {strings.Replace(grown, string(log.head(t, 20)), string(fork.head(t, 20)), 1), http.StatusUnprocessableEntity, "does not show"},
		"no proof":                          {string(request{10, nil, log.head(t, 20)}.marshal()), http.StatusUnprocessableEntity, "does not show"},
		"a proof where none belongs":        {string(request{10, log.roots[:1], log.head(t, 10)}.marshal()), http.StatusUnprocessableEntity, "does not show"},
		"unknown log":                       {ask(unknown, 10, 20), http.StatusNotFound, "does not watch"},
		"known log, another key":            {ask(stranger, 10, 20), http.StatusForbidden, "by a key this witness knows"},
		"signature of another head":         {strings.Replace(grown, "\n20\n", "\n19\n", 1), http.StatusForbidden, "by a key this witness knows"},
		"nothing":                           {"", http.StatusBadRequest, "not one of add-checkpoint"},
		"no checkpoint":                     {"old 10\n\nhello\n", http.StatusBadRequest, "no checkpoint"},
		"old size with a leading zero":      {strings.Replace(grown, "old 10", "old 010", 1), http.StatusBadRequest, "old size"},
		"old size below zero":               {strings.Replace(grown, "old 10", "old -1", 1), http.StatusBadRequest, "old size"},
		"no old size":                       {grown[len("old 10\n"):], http.StatusBadRequest, "old size"},
		"a hash that is none":               {strings.Replace(grown, "old 10\n", "old 10\nAAAA\n", 1), http.StatusBadRequest, "base64 of a hash"},
		"carriage returns":                  {strings.ReplaceAll(grown, "\n", "\r\n"), http.StatusBadRequest, "no empty line"},
		"more hashes than a proof can hold": {string(request{10, slices.Repeat(log.roots[:1], 64), log.head(t, 20)}.marshal()), http.StatusBadRequest, "more than 63"},
		"a huge body":                       {grown + strings.Repeat("x", maxRequest), http.StatusRequestEntityTooLarge, "larger than"},
	} {
		status, kind, text := answer(t, s, []byte(tt.body))
		if status != tt.status || !strings.Contains(text, tt.text) {
			t.Errorf("%s: status %d, %q; want %d, %q", name, status, text, tt.status, tt.text)
		}
		if (kind == sizeType) != (text == "10\n") {
			t.Errorf("%s: status %d of type %q", name, status, kind)
		}
	}
	if status, _, text := answer(t, s, []byte(grown)); status != http.StatusOK {
		t.Errorf("after the refusals: %d %q", status, text)
	}
}

// TestFirstHeadOfAnEmptyLog: size 0 has one root, and it needs no proof.
func TestFirstHeadOfAnEmptyLog(t *testing.T) {
	log := newTestLog(t, "log.example").grow(3, "main")
	s := serve(t, log.key)
	wrong, err := counterfoil.Checkpoint{Origin: log.origin, Root: log.roots[3]}.Sign(log.signer)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, text := answer(t, s, request{0, nil, wrong}.marshal()); status != http.StatusUnprocessableEntity {
		t.Errorf("an empty tree with another root: %d %q", status, text)
	}
	if status, _, _ := answer(t, s, request{0, log.roots[:1], log.head(t, 3)}.marshal()); status != http.StatusUnprocessableEntity {
		t.Errorf("a proof from nothing: %d", status)
	}
	if status, _, text := answer(t, s, request{0, nil, log.head(t, 0)}.marshal()); status != http.StatusOK {
		t.Errorf("the empty tree: %d %q", status, text)
	}
}

// TestReopened starts a witness anew: it has its key and stands where it stood.
func TestReopened(t *testing.T) {
	log := newTestLog(t, "log.example").grow(9, "main")
	fork := log.fork(4).grow(9, "other")
	dir := t.TempDir()
	first := openServer(t, dir, log.key)
	if _, err := first.cosign(request{0, nil, log.head(t, 6)}.marshal()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Dir: dir, Logs: []string{log.key}, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Fatal("two witnesses on one directory")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := openServer(t, dir, log.key)
	if second.VerifierKey() != first.VerifierKey() {
		t.Error("another key after the start")
	}
	for _, head := range [][]byte{fork.head(t, 6), fork.head(t, 9), log.head(t, 3)} {
		if line, err := second.cosign(request{0, nil, head}.marshal()); err == nil {
			t.Errorf("cosigned %s%s", head, line)
		}
	}
	proof, err := log.prove(6, 9)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.cosign(request{6, proof, log.head(t, 9)}.marshal()); err != nil {
		t.Error(err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	log := newTestLog(t, "log.example").grow(2, "main")
	dir := t.TempDir()
	s := openServer(t, dir, log.key)
	if _, err := s.cosign(request{0, nil, log.head(t, 2)}.marshal()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	heads, err := filepath.Glob(filepath.Join(dir, "*.head"))
	if err != nil || len(heads) != 1 {
		t.Fatal(heads, err)
	}
	for name, file := range map[string]string{"key": filepath.Join(dir, "witness.key"), "head": heads[0]} {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
	try := func(name string, keys ...string) error {
		s, err := Open(Config{Dir: dir, Name: name, Logs: keys, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			return s.Close()
		}
		return err
	}
	if err := try("", log.key); err != nil {
		t.Errorf("without a name: %v", err)
	}
	for what, err := range map[string]error{
		"another name": try("v.example", log.key), "no log": try(""), "a key that is none": try("", "log.example"), "the key of a witness": try("", s.VerifierKey()),
	} {
		if err == nil {
			t.Errorf("opens with %s", what)
		}
	}
	if err := os.WriteFile(heads[0], newTestLog(t, "other.example").head(t, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := try("", log.key); err == nil || !strings.Contains(err.Error(), "other.example") {
		t.Errorf("opens with the head of another log: %v", err)
	}
	if err := os.WriteFile(heads[0], nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if try("", log.key) == nil {
		t.Error("opens with an empty head")
	}
}

// TestTwoKeysOfOneLog: during a rotation either key is enough.
func TestTwoKeysOfOneLog(t *testing.T) {
	former := newTestLog(t, "log.example").grow(2, "main")
	next := newTestLog(t, "log.example").grow(4, "main")
	s := serve(t, former.key, next.key)
	var client Client
	for _, l := range []*testLog{former, next} {
		if _, err := client.CosignFrom(t.Context(), s.URL, s.VerifierKey(), 0, l.head(t, l.tree.Size()), l.prove); err != nil {
			t.Error(err)
		}
	}
}

// TestRaceOfForks has many requests at once grow the log from one size to
// different trees: the witness cosigns one tree, however they interleave.
func TestRaceOfForks(t *testing.T) {
	log := newTestLog(t, "log.example").grow(4, "main")
	s := serve(t, log.key)
	if status, _, text := answer(t, s, request{0, nil, log.head(t, 4)}.marshal()); status != http.StatusOK {
		t.Fatal(text)
	}
	var mu sync.Mutex
	cosigned := map[string]bool{}
	var wg sync.WaitGroup
	for i := range 16 {
		branch := log.fork(4).grow(1+i%3, strings.Repeat("b", i+1))
		size := branch.tree.Size()
		proof, err := branch.prove(4, size)
		if err != nil {
			t.Fatal(err)
		}
		head := branch.head(t, size)
		wg.Go(func() {
			_, err := s.cosign(request{4, proof, head}.marshal())
			if _, late := errors.AsType[*otherSize](err); late {
				return
			}
			if r, refused := errors.AsType[*refusal](err); refused && r.status == http.StatusConflict {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			cosigned[string(head)] = err == nil
		})
	}
	wg.Wait()
	if len(cosigned) != 1 || slices.Contains(slices.Collect(maps.Values(cosigned)), false) {
		t.Errorf("cosigned %d branches: %v", len(cosigned), cosigned)
	}
}

// TestGrowthIsBounded: a log that grows without end is put off, and others are not.
func TestGrowthIsBounded(t *testing.T) {
	busy, quiet := newTestLog(t, "busy.example").grow(growthBurst+2, "main"), newTestLog(t, "quiet.example").grow(1, "main")
	s := serve(t, busy.key, quiet.key)
	step := func(size uint64) error {
		proof, err := busy.prove(size-1, size)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.cosign(request{size - 1, proof, busy.head(t, size)}.marshal())
		return err
	}
	for size := range uint64(growthBurst) {
		if err := step(size + 1); err != nil {
			t.Fatal(err)
		}
	}
	if r, refused := errors.AsType[*refusal](step(growthBurst + 1)); !refused || r.status != http.StatusTooManyRequests {
		t.Errorf("one more: %v", r)
	}
	if _, err := s.cosign(request{0, nil, quiet.head(t, 1)}.marshal()); err != nil {
		t.Errorf("the other log: %v", err)
	}
	s.clock.Advance(growthEvery)
	if err := step(growthBurst + 1); err != nil {
		t.Errorf("later: %v", err)
	}
}

// TestSlowBody sends the headers and then nothing: the places are taken, others
// are told so, and a body that comes after all is answered.
func TestSlowBody(t *testing.T) {
	log := newTestLog(t, "log.example").grow(1, "main")
	s := serve(t, log.key)
	body := request{0, nil, log.head(t, 1)}.marshal()
	var slow []net.Conn
	for range maxInFlight {
		conn, err := net.Dial("tcp", s.address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: w\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, conn)
	}
	for len(s.places) < maxInFlight { // the server has read all headers
		time.Sleep(time.Millisecond)
	}
	if status, _, text := answer(t, s, body); status != http.StatusServiceUnavailable {
		t.Errorf("status %d %q while all places are taken", status, text)
	}
	if _, err := slow[0].Write(body); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len("HTTP/1.1 200"))
	if _, err := io.ReadFull(slow[0], line); err != nil || string(line) != "HTTP/1.1 200" {
		t.Errorf("%q, %v", line, err)
	}
}

// TestBodyThatNeverComes is given up, and its place is free again.
func TestBodyThatNeverComes(t *testing.T) {
	log := newTestLog(t, "log.example").grow(1, "main")
	s := serve(t, log.key)
	s.readTime = 20 * time.Millisecond
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: w\r\nContent-Length: 100\r\n\r\nold 0\n"); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len("HTTP/1.1 408"))
	if _, err := io.ReadFull(conn, line); err != nil || string(line) != "HTTP/1.1 408" {
		t.Errorf("%q, %v", line, err)
	}
}

// TestDiskFails: no cosignature leaves for a head that could not be kept, and
// the witness goes on from where it stood.
func TestDiskFails(t *testing.T) {
	log := newTestLog(t, "log.example").grow(9, "main")
	s := serve(t, log.key)
	first := request{0, nil, log.head(t, 4)}.marshal()
	if status, _, text := answer(t, s, first); status != http.StatusOK {
		t.Fatal(text)
	}
	dir := filepath.Dir(s.logs[log.origin].file)
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	proof, err := log.prove(4, 9)
	if err != nil {
		t.Fatal(err)
	}
	next := request{4, proof, log.head(t, 9)}.marshal()
	if status, _, text := answer(t, s, next); status != http.StatusInternalServerError || strings.Contains(text, "—") {
		t.Errorf("without a disk: %d %q", status, text)
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if status, _, text := answer(t, s, next); status != http.StatusOK {
		t.Errorf("with the disk back: %d %q", status, text)
	}
}

func TestOtherRequests(t *testing.T) {
	log := newTestLog(t, "log.example").grow(7, "main")
	s := serve(t, log.key, newTestLog(t, "new.example").key)
	if _, err := s.cosign(request{0, nil, log.head(t, 7)}.marshal()); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]int{
		"GET /": 200, "GET " + path: 405, "POST /": 405, "PUT " + path: 405, "GET /other": 404, "OPTIONS " + path: 405,
	} {
		method, where, _ := strings.Cut(target, " ")
		req, err := http.NewRequestWithContext(t.Context(), method, s.URL+where, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != want {
			t.Errorf("%s: %d, %v", target, resp.StatusCode, err)
		}
		if resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: allows other origins", target)
		}
		if target == "GET /" {
			for _, part := range []string{"w.example", s.VerifierKey(), "           7  log.example\n", "           0  new.example\n"} {
				if !strings.Contains(string(text), part) {
					t.Errorf("overview without %q:\n%s", part, text)
				}
			}
		}
	}
}

// TestEvidenceOfAFork: the witness's log holds both signed trees, and whoever sends
// them over and over, with lines of their own behind them, does not fill it.
func TestEvidenceOfAFork(t *testing.T) {
	log := newTestLog(t, "log.example").grow(9, "main")
	fork := log.fork(5).grow(4, "other")
	s := serve(t, log.key)
	var said strings.Builder
	s.log = slog.New(slog.NewJSONHandler(&said, nil))
	if _, err := s.cosign(request{0, nil, log.head(t, 9)}.marshal()); err != nil {
		t.Fatal(err)
	}
	junk := "— log.example " + strings.Repeat("A", 40<<10) + "\n"
	for _, body := range [][]byte{
		request{9, nil, append(fork.head(t, 9), junk...)}.marshal(),          // another tree
		request{9, log.roots[:1], append(log.head(t, 9), junk...)}.marshal(), // a proof that is none
		request{9, nil, append(log.head(t, 9), junk...)}.marshal(),           // the same head again
	} {
		for range 1000 {
			_, _ = s.cosign(body)
		}
	}
	first, _, _ := strings.Cut(said.String()[strings.Index(said.String(), "two trees"):], "}")
	for name, head := range map[string][]byte{"cosigned": log.head(t, 9), "refused": fork.head(t, 9)} {
		if quoted, err := json.Marshal(string(head)); err != nil || !strings.Contains(first, `"`+name+`":`+string(quoted)) {
			t.Errorf("the signed head %s is not in it: %s", name, first)
		}
	}
	if lines := strings.Count(said.String(), "\n"); lines != 3 || said.Len() > 4<<10 {
		t.Errorf("%d lines, %d bytes", lines, said.Len())
	}
}
