// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"regexp"
	"time"
)

// Requests come on working days, from eight to six.
const (
	opens = 8 * time.Hour
	open  = 10 * time.Hour
)

var word = regexp.MustCompile(`\{[a-z_]+\}`)

// requests lists what one key sends. Each key has its own source of chance, so that
// more traffic of one changes nothing of another.
func (s *Script) requests(c calendar, t *Traffic, seed uint64) ([]event, error) {
	from, err := c.day(t.From)
	if err != nil {
		return nil, err
	}
	until, err := c.day(t.Until)
	if err != nil {
		return nil, err
	}
	texts := s.Texts[t.Texts]
	if len(texts) == 0 || t.Daily < 1 {
		return nil, errors.New("there is nothing to ask, or no day to ask it on")
	}
	name := fnv.New64a()
	_, _ = name.Write([]byte(t.Key + t.From)) // never fails
	chance := rand.New(rand.NewPCG(seed, name.Sum64()))
	var events []event
	for day := from; !day.After(until); day = day.AddDate(0, 0, 1) {
		if !works(day) {
			continue
		}
		for range chance.IntN(t.Daily + 1) {
			text, err := s.text(texts, chance)
			if err != nil {
				return nil, err
			}
			at := day.Add(opens + time.Duration(chance.Int64N(int64(open/time.Second)))*time.Second)
			events = append(events, event{at, "a request by " + t.Key, func(p *play) error { return p.ask(t, text) }})
		}
	}
	return events, nil
}

// text draws one of the texts and its words.
func (s *Script) text(texts []Text, chance *rand.Rand) (string, error) {
	var says []string
	for _, t := range texts {
		for range max(t.Share, 1) {
			says = append(says, t.Says)
		}
	}
	var err error
	out := word.ReplaceAllStringFunc(says[chance.IntN(len(says))], func(name string) string {
		words := s.Words[name[1:len(name)-1]]
		if len(words) == 0 {
			err = fmt.Errorf("there are no words for %s", name)
			return name
		}
		return words[chance.IntN(len(words))]
	})
	return out, err
}

// ask sends one request through the gateway. What policy makes of it, a refusal too, is
// part of the history; only an answer that says the gateway cannot work ends the play.
func (p *play) ask(t *Traffic, text string) error {
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	body, err := json.Marshal(struct {
		Model    string    `json:"model"`
		Stream   bool      `json:"stream,omitempty"`
		Messages []message `json:"messages"`
	}{t.Model, t.Stream, []message{{"system", t.System}, {"user", text}}})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(p.ctx, http.MethodPost, "/sandbox/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.RequestURI, r.RemoteAddr = r.URL.Path, "127.0.0.1:40000"
	r.Header.Set("Content-Type", "application/json")
	k, ok := p.keys[t.Key]
	if !ok {
		return fmt.Errorf("there is no key %q yet", t.Key)
	}
	r.Header.Set("Authorization", "Bearer "+k.secret)
	a := answer{header: http.Header{}}
	p.Gateway.ServeHTTP(&a, r)
	p.report.Requests++
	p.report.Statuses[a.status]++
	if a.status >= http.StatusInternalServerError {
		return fmt.Errorf("the gateway answered %d: %s", a.status, a.body.Bytes())
	}
	return nil
}

// answer keeps what a handler answers.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(raw []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(raw)
}

// Flush implements http.Flusher: nothing waits here.
func (a *answer) Flush() {}

// SetWriteDeadline is asked for by the gateway; nobody reads slowly here.
func (a *answer) SetWriteDeadline(time.Time) error { return nil }
