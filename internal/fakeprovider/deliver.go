// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fakeprovider

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// event is one server-sent event; the name is empty where a dialect has none.
type event struct{ name, data string }

// writeWhole sends a plain answer, or as much of it as the behaviour grants.
// An error means that the caller left.
func writeWhole(w http.ResponseWriter, r *http.Request, out *reply, body string) error {
	if out.behaviour == Garbage {
		body = "<html>upstream says: ok"
	}
	w.Header().Set("Content-Type", "application/json")
	switch out.behaviour {
	case Slow:
		time.Sleep(ThinkTime)
	case Stall:
		return waitForLeave(r)
	case Gzip:
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		defer zip.Close()
		_, err := io.WriteString(zip, body)
		return err
	case Cut:
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		io.WriteString(w, body[:len(body)/2])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // how a handler drops its connection
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, err := io.WriteString(w, body)
	return err
}

// writeEvents streams, flushing after every event. An error means that the
// caller left.
func writeEvents(w http.ResponseWriter, r *http.Request, out *reply, events []event) error {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	if out.behaviour == Slow {
		time.Sleep(ThinkTime)
	}
	stream := newStream(w, r, out.behaviour)
	for i, e := range events {
		if i == len(events)/2 {
			switch out.behaviour {
			case Cut:
				panic(http.ErrAbortHandler)
			case Stall:
				return waitForLeave(r)
			case Garbage:
				e.data = "{not JSON at all"
			}
		}
		if err := stream.send(e); err != nil {
			return err
		}
	}
	return stream.close()
}

// stream writes events in the manner of a behaviour.
type stream struct {
	out       io.Writer
	flush     func() error
	close     func() error
	request   *http.Request
	behaviour Behaviour
}

func newStream(w http.ResponseWriter, r *http.Request, behaviour Behaviour) *stream {
	control := http.NewResponseController(w)
	s := &stream{out: w, flush: control.Flush, close: func() error { return nil }, request: r, behaviour: behaviour}
	if behaviour == Gzip {
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		s.out, s.close = zip, zip.Close
		s.flush = func() error { return errors.Join(zip.Flush(), control.Flush()) }
	}
	return s
}

func (s *stream) send(e event) error {
	text := "data: " + e.data + "\n\n"
	if e.name != "" {
		text = "event: " + e.name + "\n" + text
	}
	switch s.behaviour {
	case CRLF:
		text = strings.ReplaceAll(": still here\n\n"+text, "\n", "\r\n")
	case Slow:
		time.Sleep(ChunkTime)
	case Shred:
		for len(text) > 3 {
			if err := s.write(text[:3]); err != nil {
				return err
			}
			text = text[3:]
		}
	}
	return s.write(text)
}

func (s *stream) write(text string) error {
	if err := s.request.Context().Err(); err != nil {
		return err
	}
	if _, err := io.WriteString(s.out, text); err != nil {
		return err
	}
	return s.flush()
}

// waitForLeave holds the answer back until the caller is gone.
func waitForLeave(r *http.Request) error {
	<-r.Context().Done()
	return r.Context().Err()
}
