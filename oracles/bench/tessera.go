// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// tesseraSetting is how Tessera gathers a batch.
type tesseraSetting struct {
	size uint
	age  time.Duration
}

func (s tesseraSetting) String() string { return fmt.Sprintf("batches of %d or %s", s.size, s.age) }

// tesseraFor lists the settings that may be the best one for about n records at
// a time: batches that are full when all of them wait, and larger ones that go
// when they are old.
func tesseraFor(n int) []tesseraSetting {
	return []tesseraSetting{
		{uint(n), 5 * time.Millisecond},
		{uint(max(n/2, 1)), 5 * time.Millisecond},
		{1024, 2 * time.Millisecond},
		{1024, 5 * time.Millisecond},
		{1024, 10 * time.Millisecond},
		{1024, 20 * time.Millisecond},
	}
}

// bestTessera tries settings once each, under the load they will meet, and
// returns the one with the highest score.
func (b *bench) bestTessera(ctx context.Context, put func(start) contender, list []tesseraSetting, score func(sample) float64) (tesseraSetting, error) {
	var best tesseraSetting
	var most float64
	for i, setting := range list {
		s, err := b.once(ctx, put(setting.start))
		if errors.Is(err, tessera.ErrPushback) {
			continue // it cannot keep up in this setting
		}
		if err != nil {
			return best, err
		}
		if score := score(s); best.size == 0 || score > most {
			best, most = list[i], score
		}
	}
	if best.size == 0 {
		return best, errors.New("tessera keeps up in no setting")
	}
	return best, nil
}

// tesseraPeer waits for each record until it is integrated.
type tesseraPeer struct {
	appender *tessera.Appender
	record   []byte
	shutdown func() error
}

func (s tesseraSetting) start(b *bench) (peer, error) {
	dir, err := b.folder("tessera")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		cancel()
		return nil, err
	}
	secret, _, err := note.GenerateKey(rand.Reader, "counterfoil/bench")
	if err != nil {
		cancel()
		return nil, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		cancel()
		return nil, err
	}
	options := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithCheckpointInterval(time.Second).
		WithCheckpointRepublishInterval(10*time.Second).WithBatching(s.size, s.age).WithPushback(1 << 16)
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		cancel()
		return nil, err
	}
	return &tesseraPeer{appender, randomBytes(b.seed, recordBytes), func() error {
		err := shutdown(ctx)
		cancel()
		return errors.Join(err, b.remove(dir))
	}}, nil
}

func (p *tesseraPeer) newWriter() writer {
	return func(ctx context.Context) error {
		_, err := p.appender.Add(ctx, tessera.NewEntry(p.record))()
		return err
	}
}

func (p *tesseraPeer) stop() error {
	if err := p.shutdown(); err != nil {
		return fmt.Errorf("stop Tessera: %w", err)
	}
	return nil
}
