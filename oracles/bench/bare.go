// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/sys/unix"
)

// recordBytes is the size of a record of the bare log and of Tessera.
const recordBytes = 1 << 10

// entryBytes is about what an entry takes, see intent.
const entryBytes = 400

// bareLog is the yardstick: one growing file and a committer that takes
// whatever waits, without a timer: one write and one fdatasync for a batch. It
// keeps the compact range of the tree over its records.
type bareLog struct {
	file *os.File
	tree *compact.Range

	mu      sync.Mutex
	waiting []*bareRequest
	wake    sync.Cond
	closed  bool
	done    chan struct{}
}

type bareRequest struct {
	record []byte
	leaf   []byte
	err    error
	done   chan struct{}
}

var bareRequests = sync.Pool{New: func() any { return &bareRequest{done: make(chan struct{}, 1)} }}

// startBare is the yardstick of the aims.
func startBare(b *bench) (peer, error) { return startBareOf(b, recordBytes) }

// startLongBare is the bare log with records as long as the full record: the least
// that any log costs on this disk that keeps the text with its entry, were sealing,
// encoding and the signed heads free. It has no aim; it says how near one may come.
func startLongBare(b *bench) (peer, error) { return startBareOf(b, b.payload+entryBytes) }

func startBareOf(b *bench, length int) (peer, error) {
	dir, err := b.folder("bare")
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	ranges := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	l := &bareLog{file: file, tree: ranges.NewEmptyRange(0), done: make(chan struct{})}
	l.wake.L = &l.mu
	go l.commitUntilClosed()
	return &barePeer{l: l, record: randomBytes(b.seed, length), remove: func() error { return b.remove(dir) }}, nil
}

func (l *bareLog) append(record []byte) error {
	r := bareRequests.Get().(*bareRequest)
	defer bareRequests.Put(r)
	r.record, r.leaf = record, rfc6962.DefaultHasher.HashLeaf(record)
	l.mu.Lock()
	l.waiting = append(l.waiting, r)
	l.wake.Signal()
	l.mu.Unlock()
	<-r.done
	return r.err
}

func (l *bareLog) commitUntilClosed() {
	defer close(l.done)
	var batch []*bareRequest
	var buf []byte
	var at int64
	for {
		l.mu.Lock()
		for len(l.waiting) == 0 && !l.closed {
			l.wake.Wait()
		}
		batch, l.waiting = l.waiting, batch[:0]
		l.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		buf = buf[:0]
		var err error
		for _, r := range batch {
			buf = append(buf, r.record...)
			err = errors.Join(err, l.tree.Append(r.leaf, nil))
		}
		_, writeErr := l.file.WriteAt(buf, at)
		at += int64(len(buf))
		err = errors.Join(err, writeErr, unix.Fdatasync(int(l.file.Fd())))
		for _, r := range batch {
			r.err = err
			r.done <- struct{}{}
		}
	}
}

func (l *bareLog) close() error {
	l.mu.Lock()
	l.closed = true
	l.wake.Signal()
	l.mu.Unlock()
	<-l.done
	return l.file.Close()
}

// barePeer writes the same record again and again.
type barePeer struct {
	l      *bareLog
	record []byte
	remove func() error
}

func (p *barePeer) newWriter() writer {
	return func(context.Context) error { return p.l.append(p.record) }
}

func (p *barePeer) stop() error {
	if err := errors.Join(p.l.close(), p.remove()); err != nil {
		return fmt.Errorf("stop the bare log: %w", err)
	}
	return nil
}
