// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"errors"
	"fmt"
)

// ErrTooLarge reports an entry of more than MaxEntryBytes.
var ErrTooLarge = errors.New("entry is larger than 16 KiB")

// AppendEntry appends the one encoding of e to dst: deterministic CBOR with
// integer keys, fields that are zero left out. It refuses with ErrTooLarge an
// encoding above MaxEntryBytes and with other errors an entry that DecodeEntry
// would refuse; dst is then returned unchanged.
func AppendEntry(dst []byte, e *Entry) ([]byte, error) {
	if err := e.check(); err != nil {
		return dst, fmt.Errorf("encode entry: %w", err)
	}
	w := beginMap(dst)
	w.always(1, EntryVersion)
	w.always(2, uint64(e.Kind))
	w.always(3, uint64(e.Time))
	w.id(4, &e.ID)
	w.id(5, &e.Actor)
	w.bytes(6, e.Commitment)
	e.writeBody(&w)
	out := w.end()
	if len(out)-len(dst) > MaxEntryBytes {
		return dst, fmt.Errorf("encode entry of %d bytes: %w", len(out)-len(dst), ErrTooLarge)
	}
	return out, nil
}

// bodyKey is the key of the body of a kind in the entry's map.
func bodyKey(k Kind) byte { return 8 + byte(k) }

// writeBody writes bodies by rising key, which is the order of the kinds.
func (e *Entry) writeBody(w *mapWriter) {
	put := func(k Kind, body func([]byte) []byte) {
		w.key(bodyKey(k))
		w.buf = body(w.buf)
	}
	log := func(k Kind, b logBody) {
		w.key(bodyKey(k))
		w.buf = appendBody(w.buf, b)
	}
	if e.Boot != nil {
		put(KindBoot, e.Boot.append)
	}
	if e.Intent != nil {
		put(KindIntent, e.Intent.append)
	}
	if e.Outcome != nil {
		w.key(bodyKey(KindOutcome))
		w.buf = e.Outcome.append(w.buf, e.Kind == KindOutcome)
	}
	if e.Record != nil {
		put(KindRecord, e.Record.append)
	}
	if e.Signal != nil {
		log(KindSignal, e.Signal)
	}
	if e.Access != nil {
		put(KindAccess, e.Access.append)
	}
	if e.Config != nil {
		put(KindConfig, e.Config.append)
	}
	if e.Key != nil {
		log(KindKey, e.Key)
	}
	if e.Erasure != nil {
		log(KindErasure, e.Erasure)
	}
	if e.Gap != nil {
		log(KindGap, e.Gap)
	}
	if e.Anchor != nil {
		log(KindAnchor, e.Anchor)
	}
	if e.Seal != nil {
		log(KindSeal, e.Seal)
	}
}

func (b *Boot) append(dst []byte) []byte {
	w := beginMap(dst)
	w.text(1, b.Version)
	w.hash(2, &b.Binary)
	w.hash(3, &b.Config)
	w.hash(4, &b.Policy)
	w.text(5, b.NodeKey)
	w.uint(6, b.PrevSize)
	w.hash(7, &b.PrevRoot)
	return w.end()
}

func (b *Intent) append(dst []byte) []byte {
	w := beginMap(dst)
	w.id(1, &b.Key)
	w.id(2, &b.System)
	w.flag(3, b.Workload)
	w.uint(4, uint64(b.Assurance))
	w.text(5, b.Provider)
	w.text(6, b.Dialect)
	w.text(7, b.Operation)
	w.text(8, b.Model)
	w.flag(9, b.Stream)
	w.uint(10, b.RequestBytes)
	w.uint(11, b.ForwardedBytes)
	w.hash(12, &b.Config)
	w.hash(13, &b.Policy)
	w.hash(14, &b.Snapshot)
	w.decision(15, &b.Decision)
	w.findings(16, b.Findings)
	w.guards(17, b.Guards)
	w.uint(18, b.Redactions)
	w.hash(19, &b.RedactionRoot)
	return w.end()
}

// append writes key 1 only in an entry of its own: an intent that carries its
// outcome needs no pointer to itself.
func (b *Outcome) append(dst []byte, own bool) []byte {
	w := beginMap(dst)
	if own {
		w.always(1, uint64(b.Intent))
	}
	w.uint(2, uint64(b.Result))
	w.text(3, b.Reason)
	w.uint(4, b.Status)
	w.uint(5, b.UpstreamStatus)
	w.decision(6, &b.Decision)
	w.findings(7, b.Findings)
	w.guards(8, b.Guards)
	w.uint(9, b.AnswerBytes)
	w.uint(10, b.InputTokens)
	w.uint(11, b.OutputTokens)
	w.uint(12, b.FirstByte)
	w.uint(13, b.Duration)
	w.flag(14, b.Truncated)
	return w.end()
}

func (b *Record) append(dst []byte) []byte {
	w := beginMap(dst)
	w.text(1, b.Type)
	w.uint(2, b.Version)
	w.text(3, b.Transition)
	return w.end()
}

func (b *Access) append(dst []byte) []byte {
	w := beginMap(dst)
	w.text(1, b.Action)
	w.id(2, &b.Target)
	return w.end()
}

func (b *ConfigChange) append(dst []byte) []byte {
	w := beginMap(dst)
	w.hash(1, &b.Config)
	w.hash(2, &b.Policy)
	w.text(3, b.Reason)
	return w.end()
}

func (w *mapWriter) decision(k byte, d *Decision) {
	if d.Effect == EffectNone && d.Rule == "" && len(d.Reasons) == 0 && len(d.Shadow) == 0 {
		return
	}
	w.key(k)
	m := beginMap(w.buf)
	m.uint(1, uint64(d.Effect))
	m.text(2, d.Rule)
	m.texts(3, d.Reasons)
	m.texts(4, d.Shadow)
	w.buf = m.end()
}

func (w *mapWriter) findings(k byte, list []FindingCount) {
	if len(list) == 0 {
		return
	}
	w.key(k)
	w.buf = appendHead(w.buf, majorArray, uint64(len(list)))
	for i := range list {
		m := beginMap(w.buf)
		m.text(1, list[i].Type)
		m.uint(2, list[i].Count)
		w.buf = m.end()
	}
}

func (w *mapWriter) guards(k byte, list []GuardRun) {
	if len(list) == 0 {
		return
	}
	w.key(k)
	w.buf = appendHead(w.buf, majorArray, uint64(len(list)))
	for i := range list {
		m := beginMap(w.buf)
		m.text(1, list[i].Name)
		m.uint(2, uint64(list[i].Status))
		m.text(3, list[i].Version)
		m.text(4, list[i].Reason)
		m.uint(5, list[i].Micros)
		w.buf = m.end()
	}
}
