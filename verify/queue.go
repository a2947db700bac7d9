// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"runtime"
	"sync"
)

// queue hands pieces of a log to examiners and gives them back in the order in which
// they were put in. It holds a bounded number of them, and is used by one goroutine.
// Alone, with one worker, it examines nothing: whoever takes a piece out does.
type queue[T any] struct {
	workers int
	waiting []*job[T] // in order
	jobs    chan *job[T]
	all     sync.WaitGroup
}

// job is a piece that is being examined until done is closed.
type job[T any] struct {
	piece T
	done  chan struct{}
}

// workers is how many examiners work at the same time.
func (o *Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// newQueue starts the workers, each with an examiner of its own.
func newQueue[T any](workers int, examiner func() *examiner, examine func(*examiner, T)) *queue[T] {
	q := &queue[T]{workers: workers}
	if q.alone() {
		return q
	}
	q.jobs = make(chan *job[T], q.most())
	for range workers {
		q.all.Go(func() {
			x := examiner()
			defer x.payloads.close()
			for j := range q.jobs {
				examine(x, j.piece)
				close(j.done)
			}
		})
	}
	return q
}

func (q *queue[T]) alone() bool { return q.workers == 1 }

// most is how many pieces are under way at once.
func (q *queue[T]) most() int {
	if q.alone() {
		return 1
	}
	return 2 * q.workers
}

func (q *queue[T]) room() bool { return len(q.waiting) < q.most() }

// put has a piece examined.
func (q *queue[T]) put(piece T) {
	j := &job[T]{piece: piece}
	if !q.alone() {
		j.done = make(chan struct{})
		q.jobs <- j
	}
	q.waiting = append(q.waiting, j)
}

// next returns the oldest piece once it is examined; false when there is none.
func (q *queue[T]) next() (piece T, found bool) {
	if len(q.waiting) == 0 {
		return piece, false
	}
	j := q.waiting[0]
	q.waiting = q.waiting[1:]
	if j.done != nil {
		<-j.done
	}
	return j.piece, true
}

// drop forgets the pieces under way.
func (q *queue[T]) drop() {
	for _, found := q.next(); found; _, found = q.next() {
	}
}

// close ends the examiners.
func (q *queue[T]) close() {
	if q.jobs != nil {
		close(q.jobs)
	}
	q.all.Wait()
}
