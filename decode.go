// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import "fmt"

// DecodeEntry reads an entry. It accepts exactly what AppendEntry writes: keys
// sorted and known, integers in shortest form, no indefinite lengths, no zero
// values, exactly the bodies of the kind, nothing after the end. The result
// shares no memory with raw.
func DecodeEntry(raw []byte) (*Entry, error) {
	r := cborReader{data: raw}
	return r.decode()
}

func (r *cborReader) decode() (*Entry, error) {
	if len(r.data) > MaxEntryBytes {
		return nil, fmt.Errorf("decode entry of %d bytes: %w", len(r.data), ErrTooLarge)
	}
	e := r.entry()
	if r.err == nil && r.pos != len(r.data) {
		r.fail("%d bytes after the end", len(r.data)-r.pos)
	}
	if r.err != nil {
		return nil, r.err
	}
	if err := e.checkBut(met(r.words != nil && !r.unmet)); err != nil {
		return nil, fmt.Errorf("decode entry: %w", err)
	}
	return e, nil
}

// PeekKind is the kind an entry states, or 0 if it does not begin as entries do. The
// entry may be wrong in everything else.
func PeekKind(raw []byte) Kind {
	if len(raw) < 5 || raw[0]>>5 != majorMap || raw[1] != 1 || raw[2] != EntryVersion || raw[3] != 2 || raw[4] > 23 {
		return 0
	}
	return Kind(raw[4])
}

// PeekTime is the time an entry states, in microseconds since the Unix epoch; false if
// it does not begin as entries do. The entry may be wrong in everything behind it.
func PeekTime(raw []byte) (int64, bool) {
	if PeekKind(raw) == 0 || len(raw) < 7 || raw[5] != 3 {
		return 0, false
	}
	r := cborReader{data: raw, pos: 6}
	at := r.time()
	return at, r.err == nil
}

func (r *cborReader) entry() *Entry {
	e := r.newEntry()
	var seen [4]bool
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			break
		}
		switch k {
		case 1:
			seen[1] = true
			if v := r.head(majorUint); r.err == nil && v != EntryVersion {
				r.fail("unknown version %d", v)
			}
		case 2:
			seen[2] = true
			e.Kind = Kind(r.enum("kind", kindNames))
		case 3:
			seen[3] = true
			e.Time = r.time()
		case 4:
			r.fill(e.ID[:])
		case 5:
			r.fill(e.Actor[:])
		case 6:
			e.Commitment = r.newCommitment(r.raw(majorBytes))
			if len(e.Commitment) == 0 {
				r.fail("empty commitment must be left out")
			}
		default:
			r.body(e, k)
		}
	}
	if r.err == nil && !(seen[1] && seen[2] && seen[3]) {
		r.fail("version, kind or time is missing")
	}
	return e
}

func (r *cborReader) time() int64 {
	v := r.head(majorUint)
	if v > 1<<63-1 {
		r.fail("time out of range")
	}
	return int64(v)
}

func (r *cborReader) body(e *Entry, k uint64) {
	switch k {
	case uint64(bodyKey(KindBoot)):
		e.Boot = r.boot()
	case uint64(bodyKey(KindIntent)):
		e.Intent = r.intent()
	case uint64(bodyKey(KindOutcome)):
		e.Outcome = r.outcome(e.Kind == KindOutcome)
	case uint64(bodyKey(KindRecord)):
		e.Record = r.record()
	case uint64(bodyKey(KindAccess)):
		e.Access = r.access()
	case uint64(bodyKey(KindConfig)):
		e.Config = r.config()
	case uint64(bodyKey(KindSignal)):
		e.Signal = readBody[Signal](r, KindSignal)
	case uint64(bodyKey(KindKey)):
		e.Key = readBody[KeyEvent](r, KindKey)
	case uint64(bodyKey(KindErasure)):
		e.Erasure = readBody[Erasure](r, KindErasure)
	case uint64(bodyKey(KindGap)):
		e.Gap = readBody[Gap](r, KindGap)
	case uint64(bodyKey(KindAnchor)):
		e.Anchor = readBody[Anchor](r, KindAnchor)
	case uint64(bodyKey(KindSeal)):
		e.Seal = readBody[Seal](r, KindSeal)
	default:
		r.fail("unknown key %d", k)
	}
}

func (r *cborReader) boot() *Boot {
	b := new(Boot)
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			b.Version = r.text()
		case 2:
			r.fill(b.Binary[:])
		case 3:
			r.fill(b.Config[:])
		case 4:
			r.fill(b.Policy[:])
		case 5:
			b.NodeKey = r.text()
		case 6:
			b.PrevSize = r.uint()
		case 7:
			r.fill(b.PrevRoot[:])
		default:
			r.fail("unknown boot key %d", k)
		}
	}
}

func (r *cborReader) intent() *Intent {
	b := r.newIntent()
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			r.fill(b.Key[:])
		case 2:
			r.fill(b.System[:])
		case 3:
			b.Workload = r.flag()
		case 4:
			b.Assurance = r.small()
		case 5:
			b.Provider = r.text()
		case 6:
			b.Dialect = r.text()
		case 7:
			b.Operation = r.text()
		case 8:
			b.Model = r.text()
		case 9:
			b.Stream = r.flag()
		case 10:
			b.RequestBytes = r.uint()
		case 11:
			b.ForwardedBytes = r.uint()
		case 12:
			r.fill(b.Config[:])
		case 13:
			r.fill(b.Policy[:])
		case 14:
			r.fill(b.Snapshot[:])
		case 15:
			b.Decision = r.decision()
		case 16:
			b.Findings = r.findings()
		case 17:
			b.Guards = r.guards()
		case 18:
			b.Redactions = r.uint()
		case 19:
			r.fill(b.RedactionRoot[:])
		default:
			r.fail("unknown intent key %d", k)
		}
	}
}

// small reads an integer of one byte.
func (r *cborReader) small() uint8 {
	v := r.uint()
	if v > 255 {
		r.fail("%d is above 255", v)
		return 0
	}
	return uint8(v)
}

func (r *cborReader) outcome(own bool) *Outcome {
	b := r.newOutcome()
	pointed := false
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			break
		}
		switch k {
		case 1:
			b.Intent, pointed = Index(r.head(majorUint)), true
		case 2:
			b.Result = Result(r.enum("result", resultNames))
		case 3:
			b.Reason = r.text()
		case 4:
			b.Status = r.uint()
		case 5:
			b.UpstreamStatus = r.uint()
		case 6:
			b.Decision = r.decision()
		case 7:
			b.Findings = r.findings()
		case 8:
			b.Guards = r.guards()
		case 9:
			b.AnswerBytes = r.uint()
		case 10:
			b.InputTokens = r.uint()
		case 11:
			b.OutputTokens = r.uint()
		case 12:
			b.FirstByte = r.uint()
		case 13:
			b.Duration = r.uint()
		case 14:
			b.Truncated = r.flag()
		default:
			r.fail("unknown outcome key %d", k)
		}
	}
	if r.err == nil && pointed != own {
		r.fail("only an outcome in its own entry names its intent")
	}
	return b
}

func (r *cborReader) record() *Record {
	b := new(Record)
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			b.Type = r.text()
		case 2:
			b.Version = r.uint()
		case 3:
			b.Transition = r.text()
		default:
			r.fail("unknown record key %d", k)
		}
	}
}

func (r *cborReader) access() *Access {
	b := new(Access)
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			b.Action = r.text()
		case 2:
			r.fill(b.Target[:])
		default:
			r.fail("unknown access key %d", k)
		}
	}
}

func (r *cborReader) config() *ConfigChange {
	b := new(ConfigChange)
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			r.fill(b.Config[:])
		case 2:
			r.fill(b.Policy[:])
		case 3:
			b.Reason = r.text()
		default:
			r.fail("unknown config key %d", k)
		}
	}
}

func (r *cborReader) decision() (d Decision) {
	m := r.openMap()
	if m.left == 0 {
		r.fail("empty decision must be left out")
	}
	for {
		k, ok := m.next()
		if !ok {
			return d
		}
		switch k {
		case 1:
			d.Effect = Effect(r.enum("effect", effectNames))
		case 2:
			d.Rule = r.text()
		case 3:
			d.Reasons = r.texts()
		case 4:
			d.Shadow = r.texts()
		default:
			r.fail("unknown decision key %d", k)
		}
	}
}

func (r *cborReader) findings() []FindingCount {
	list := r.newFindings(r.list())
	for i := range list {
		for m := r.openMap(); ; {
			k, ok := m.next()
			if !ok {
				break
			}
			switch k {
			case 1:
				list[i].Type = r.text()
			case 2:
				list[i].Count = r.uint()
			default:
				r.fail("unknown finding key %d", k)
			}
		}
	}
	return list
}

func (r *cborReader) guards() []GuardRun {
	list := r.newGuards(r.list())
	for i := range list {
		for m := r.openMap(); ; {
			k, ok := m.next()
			if !ok {
				break
			}
			switch k {
			case 1:
				list[i].Name = r.text()
			case 2:
				list[i].Status = GuardStatus(r.enum("guard status", guardNames))
			case 3:
				list[i].Version = r.text()
			case 4:
				list[i].Reason = r.text()
			case 5:
				list[i].Micros = r.uint()
			default:
				r.fail("unknown guard key %d", k)
			}
		}
	}
	return list
}
