// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"database/sql"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets this test binary be the program: scripts call it by its name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"counterfoil": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, "v0.0.0-test")) },
	})
}

// TestScripts runs testdata/script. Beside the usual commands scripts know
//
//	exits CODE ARG...   run counterfoil and expect this exit code
//	field NAME KEY      set NAME to a member of the JSON object on stdout
//	holds TEXT DIR      expect TEXT in a file below DIR; with ! in none
//	flip FILE OFFSET    turn over all bits of one byte
//	sql FILE STATEMENT  change a SQLite database
//	served              wait until a server answers on ./data
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "field": field, "holds": holds, "flip": flip, "sql": change, "served": served,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARG...")
	}
	code := 0
	if err := ts.Exec("counterfoil", args[1:]...); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("run counterfoil: %v", err)
		}
		code = failed.ExitCode()
	}
	if got := strconv.Itoa(code); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: field NAME KEY")
	}
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &object))
	text, ok := object[args[1]].(string)
	if !ok || text == "" {
		ts.Fatalf("no text %q on stdout", args[1])
	}
	ts.Setenv(args[0], text)
}

func holds(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || args[0] == "" {
		ts.Fatalf("usage: [!] holds TEXT DIR")
	}
	found := ""
	ts.Check(filepath.WalkDir(ts.MkAbs(args[1]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), args[0]) {
			found = path
		}
		return err
	}))
	switch {
	case neg && found != "":
		ts.Fatalf("%s holds %q", found, args[0])
	case !neg && found == "":
		ts.Fatalf("no file below %s holds %q", args[1], args[0])
	}
}

func change(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sql FILE STATEMENT")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	result, err := db.Exec(args[1])
	ts.Check(errors.Join(err, db.Close()))
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("nothing was changed: %v", err)
	}
}

func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE OFFSET")
	}
	at, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_RDWR, 0)
	ts.Check(err)
	defer f.Close()
	b := make([]byte, 1)
	_, err = f.ReadAt(b, at)
	ts.Check(err)
	b[0] = ^b[0]
	_, err = f.WriteAt(b, at)
	ts.Check(err)
}

func served(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: served")
	}
	for deadline := time.Now().Add(time.Minute); ts.Exec("counterfoil", "status") != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("no server answers")
		}
	}
}
