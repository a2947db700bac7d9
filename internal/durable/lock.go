// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package durable

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrLocked reports that another process holds a lock.
var ErrLocked = errors.New("locked by another process")

// lockPatience is how long Lock bears with a holder: a verifier that looks
// whether anybody holds the lock takes it for an instant.
const lockPatience = 200 * time.Millisecond

// Lock is a held lock file. The kernel lets go of it when the process ends,
// however it ends.
type Lock struct{ f *os.File }

// LockFile takes the lock at path, creating the file. It fails with ErrLocked
// when another process holds it; the text then names that process if it left
// its number.
func LockFile(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	for deadline := time.Now().Add(lockPatience); ; time.Sleep(lockPatience / 20) {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			noteHolder(f)
			return &Lock{f}, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(deadline) {
			break
		}
	}
	holder := holderOf(f)
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("%w: %s is held by %s", ErrLocked, path, holder)
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// noteHolder leaves the process number for the message others get. The lock
// holds without it, on a full disk for example.
func noteHolder(f *os.File) {
	if f.Truncate(0) == nil {
		f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
}

func holderOf(f *os.File) string {
	var b [32]byte
	n, _ := f.ReadAt(b[:], 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	if err != nil {
		return "a process that left no number"
	}
	return fmt.Sprintf("process %d", pid)
}

// Unlock lets go. The file stays: removing it would let two processes hold two
// files of the same name. Closing alone would not do: a process that is just being
// started from this one has the descriptor until it runs, and with it the lock.
func (l *Lock) Unlock() error {
	return errors.Join(syscall.Flock(int(l.f.Fd()), syscall.LOCK_UN), l.f.Close())
}
