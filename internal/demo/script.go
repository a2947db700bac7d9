// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"go.yaml.in/yaml/v3"
)

//go:embed data/*.yaml
var data embed.FS

// Script is what is played.
type Script struct {
	Sequences map[string][]Act    `yaml:"sequences"` // by name; what is done again and again
	Acts      []Act               `yaml:"acts"`
	Traffic   []Traffic           `yaml:"traffic"`
	Texts     map[string][]Text   `yaml:"texts"` // what is asked, by topic
	Words     map[string][]string `yaml:"words"` // what stands for {word} in a text
}

// Act is one thing somebody does; exactly one of the fields from New to View says
// what.
type Act struct {
	At   string `yaml:"at"`   // such as "12 tue 10:15": week, day, time
	Plus string `yaml:"plus"` // in a sequence, such as "3 10:15": working days after its start, time
	By   string `yaml:"by"`   // a person, or "owner" for the record's; empty for the program

	New       string `yaml:"new"`       // kind of a record to begin
	Change    string `yaml:"change"`    // record
	Move      string `yaml:"move"`      // move of the record Of
	Play      string `yaml:"play"`      // sequence, once, or for each of Each
	Statement bool   `yaml:"statement"` // begin the decisions on all controls
	Key       string `yaml:"key"`       // system to make a key for
	Revoke    string `yaml:"revoke"`    // key
	Erase     string `yaml:"erase"`     // person; Approver decides
	Found     string `yaml:"found"`     // person who sets the console up
	Password  string `yaml:"password"`  // person who may sign in

	View   string `yaml:"view"`   // address of a list to save a view of, under the name As
	Shared bool   `yaml:"shared"` // with whoever may see the list

	As       string           `yaml:"as"` // what the script calls the record or key
	Of       string           `yaml:"of"`
	Person   string           `yaml:"person"` // of a key; a program uses it when empty
	Approver string           `yaml:"approver"`
	Set      map[string]any   `yaml:"set"`
	Why      string           `yaml:"why"`
	Fact     string           `yaml:"fact"` // the day it happened, when that is not the day it is recorded
	Late     string           `yaml:"late"`
	Refused  string           `yaml:"refused"` // the guard that refuses it
	With     map[string]any   `yaml:"with"`
	Each     []map[string]any `yaml:"each"`
}

// Traffic is what one key sends.
type Traffic struct {
	Key    string `yaml:"key"`
	From   string `yaml:"from"` // a day, such as "12 tue"
	Until  string `yaml:"until"`
	Daily  int    `yaml:"daily"` // at most, on a working day
	Model  string `yaml:"model"`
	System string `yaml:"system"` // what the application tells the model each time
	Texts  string `yaml:"texts"`  // topic
	Stream bool   `yaml:"stream"`
}

// Text is one thing asked. Words in braces are replaced, each by one of its words.
type Text struct {
	Says  string `yaml:"says"`
	Share int    `yaml:"share"` // how often among its topic; 1 when it says nothing
}

// Load reads the script that comes with the program.
func Load() (*Script, error) {
	s := &Script{Sequences: map[string][]Act{}, Texts: map[string][]Text{}, Words: map[string][]string{}}
	names, err := fs.Glob(data, "data/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		raw, err := data.ReadFile(name)
		if err == nil {
			err = s.add(raw)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	return s, nil
}

// add takes in one file. Acts of several files are played in the order of their times.
func (s *Script) add(raw []byte) error {
	var file Script
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for name, acts := range file.Sequences {
		s.Sequences[name] = acts
	}
	for name, texts := range file.Texts {
		s.Texts[name] = texts
	}
	for name, words := range file.Words {
		s.Words[name] = words
	}
	s.Acts = append(s.Acts, file.Acts...)
	s.Traffic = append(s.Traffic, file.Traffic...)
	return nil
}
