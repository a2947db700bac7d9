// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// factMost bounds the length in bytes of a text that a list is sorted by.
const factMost = 100

// keptFacts is what lists and figures read of versions, and keptWords where they look
// for a text, apart from their bodies: these are many times as large, and all of a kind
// are read to sort, to count or to search them.
var (
	keptFacts = table{
		name: "kept_facts", options: "STRICT", entry: "{row}.entry",
		columns: `
		entry INTEGER PRIMARY KEY,
		id    BLOB NOT NULL,    -- of the record
		made  INTEGER NOT NULL, -- microseconds: when it was begun
		facts BLOB NOT NULL     -- JSONB: the values of fields; texts cut, no rows`,
		indexes: []string{"CREATE INDEX IF NOT EXISTS kept_facts_slug ON kept_facts (facts ->> '$.slug') WHERE facts ->> '$.slug' IS NOT NULL"},
	}
	keptWords = table{
		name: "kept_words", options: "STRICT", entry: "{row}.entry",
		columns: `
		entry INTEGER PRIMARY KEY,
		words TEXT NOT NULL -- number, title and all texts but links, in lower case`,
	}
)

const (
	insertKeptFactsSQL = "INSERT INTO kept_facts (entry, id, made, facts) VALUES ($1, $2, $3, jsonb($4)) ON CONFLICT DO NOTHING"
	insertKeptWordsSQL = "INSERT INTO kept_words (entry, words) VALUES ($1, $2) ON CONFLICT DO NOTHING"
)

// keepFacts writes what lists and figures read of a version.
func (w *writer) keepFacts(k *Kept) error {
	facts, words, made, err := factsOf(k)
	if err != nil {
		return err
	}
	if _, err := w.exec(insertKeptFactsSQL, int64(k.Entry), k.ID[:], made, facts); err != nil {
		return fmt.Errorf("insert facts: %w", err)
	}
	if _, err := w.exec(insertKeptWordsSQL, int64(k.Entry), words); err != nil {
		return fmt.Errorf("insert words: %w", err)
	}
	return nil
}

// factsOf takes from a body the values that can be sorted and counted, as JSON, its
// words, and when the record was begun.
func factsOf(k *Kept) (facts, words string, made int64, err error) {
	var body struct {
		Made struct {
			At time.Time `json:"at"`
		} `json:"made"`
		Values map[string]any `json:"values"`
	}
	d := json.NewDecoder(bytes.NewReader(k.Body))
	d.UseNumber()
	if err := d.Decode(&body); err != nil {
		return "", "", made, fmt.Errorf("read values: %w", err)
	}
	if !body.Made.At.IsZero() {
		made = body.Made.At.UnixMicro()
	}
	links := make(map[string]bool, len(k.Links)) // nobody reads their ids, and “bed” may be part of one
	for _, l := range k.Links {
		links[l.Target.String()] = true
	}
	texts := []string{k.Number, k.Title}
	kept := make(map[string]any, len(body.Values))
	for _, field := range slices.Sorted(maps.Keys(body.Values)) {
		value := body.Values[field]
		texts = appendTexts(texts, value)
		switch v := value.(type) {
		case string:
			kept[field] = Shortened(v)
		case json.Number, bool:
			kept[field] = v
		case []any:
			if list := plain(v); len(list) > 0 {
				kept[field] = list
			}
		}
	}
	raw, err := json.Marshal(kept)
	if err != nil {
		return "", "", made, fmt.Errorf("encode facts: %w", err)
	}
	texts = slices.DeleteFunc(texts, func(text string) bool { return links[text] })
	return string(raw), strings.ToLower(strings.Join(texts, "\n")), made, nil
}

// plain are the members of a list that are values themselves.
func plain(list []any) []any {
	var values []any
	for _, v := range list {
		switch v := v.(type) {
		case string:
			values = append(values, Shortened(v))
		case json.Number, bool:
			values = append(values, v)
		}
	}
	return values
}

// appendTexts adds the texts in a value, those of rows included, in a fixed order.
func appendTexts(texts []string, value any) []string {
	switch v := value.(type) {
	case string:
		return append(texts, v)
	case []any:
		for _, member := range v {
			texts = appendTexts(texts, member)
		}
	case map[string]any:
		for _, column := range slices.Sorted(maps.Keys(v)) {
			texts = appendTexts(texts, v[column])
		}
	}
	return texts
}

// Shortened is a text as facts hold it: its beginning, in whole characters.
func Shortened(text string) string {
	if len(text) <= factMost {
		return text
	}
	n := factMost
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
