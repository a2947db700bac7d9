// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
)

// TestARestoredLogDoesNotSign: everything is at hand to go on, and the mark alone
// keeps the log from it.
func TestARestoredLogDoesNotSign(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := mustOpen(t, cfg)
	mustAppend(t, l, boot(), nil)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := ReadStoredHead(t.Context(), cfg.HeadsPath)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		mark func() error
		want string
	}{
		{"unfinished", func() error { return MarkRestored(cfg.Dir, Restored{}) }, "restore again"},
		{"finished", func() error {
			return MarkRestored(cfg.Dir, Restored{Finished: true, Time: time.Now(), Backup: time.Unix(0, 0), Size: 1})
		}, "ledger succeed"},
		{"a backup itself", func() error { return MarkRestored(cfg.Dir, Restored{Finished: true, Backup: time.Unix(0, 0)}) }, "copied from one by hand"},
		{"unreadable", func() error { return os.WriteFile(filepath.Join(cfg.Dir, RestoredName), []byte("?"), 0o600) }, "mark of a restored log"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.mark(); err != nil {
				t.Fatal(err)
			}
			_, err := Open(t.Context(), cfg)
			if err == nil || !strings.Contains(err.Error(), c.want) || c.name != "unreadable" && !errors.Is(err, ErrRestored) {
				t.Fatalf("opened with error %v", err)
			}
		})
	}
	if after, err := ReadStoredHead(t.Context(), cfg.HeadsPath); err != nil || after != before {
		t.Errorf("the stored head moved from %+v to %+v, error %v", before, after, err)
	}
	if err := errors.Join(ClearRestored(cfg.Dir), ClearRestored(cfg.Dir)); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, mustOpen(t, cfg), boot(), nil)
}

// TestCopyHeads copies the store beside the ledger that writes it: the copy says what
// the store said at one moment, and never more than the segments hold.
func TestCopyHeads(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := mustOpen(t, cfg)
	stop, stopped := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			_, err := l.Append(t.Context(), otherKind(2), nil)
			if err == nil {
				_, err = l.Checkpoint(t.Context())
			}
			if err != nil {
				stopped <- err
				return
			}
		}
	}()
	for range 20 {
		h, err := CopyHeads(t.Context(), cfg.HeadsPath, filepath.Join(t.TempDir(), "copy.db"))
		if err != nil {
			t.Fatal(err)
		}
		if root, err := l.Root(h.Size); err != nil || h.Origin != l.Origin() || root != h.Root {
			t.Errorf("%+v: the log has root %v there, error %v", h, root, err)
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if _, err := CopyHeads(t.Context(), cfg.HeadsPath+".none", filepath.Join(t.TempDir(), "x")); err == nil {
		t.Error("a store that is not there was copied")
	}
	if h, err := ReadStoredHead(t.Context(), cfg.HeadsPath); err != nil || h.End == (counterfoil.Position{}) {
		t.Errorf("%+v, error %v", h, err)
	}
}
