// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

// The codec of the bodies in which a ledger speaks of itself. Each appender
// stands beside its reader; both follow the tables of docs/ledger-format.md.

func (b *KeyEvent) append(dst []byte) []byte {
	w := beginMap(dst)
	w.text(1, b.Event)
	w.text(2, b.Origin)
	w.text(3, b.Key)
	w.text(4, b.Former)
	w.uint(5, b.Size)
	w.hash(6, &b.Root)
	w.bytes(7, b.Signature)
	w.bytes(8, b.FormerSignature)
	return w.end()
}

func (r *cborReader) keyEvent() *KeyEvent {
	b := new(KeyEvent)
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			b.Event = r.text()
		case 2:
			b.Origin = r.text()
		case 3:
			b.Key = r.text()
		case 4:
			b.Former = r.text()
		case 5:
			b.Size = r.uint()
		case 6:
			r.fill(b.Root[:])
		case 7:
			b.Signature = r.bytes()
		case 8:
			b.FormerSignature = r.bytes()
		default:
			r.fail("unknown key event key %d", k)
		}
	}
}

func (b *Erasure) append(dst []byte) []byte {
	w := beginMap(dst)
	w.text(1, b.Scope)
	w.text(2, b.Basis)
	w.id(3, &b.Subject)
	w.text(4, b.Class)
	w.uint(5, b.Before)
	w.uint(6, b.Payloads)
	w.id(7, &b.Request)
	w.id(8, &b.Approver)
	w.ids(9, b.Keys)
	w.ids(10, b.Targets)
	w.uints(11, b.Segments)
	return w.end()
}

func (r *cborReader) erasure() *Erasure {
	b := new(Erasure)
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			b.Scope = r.text()
		case 2:
			b.Basis = r.text()
		case 3:
			r.fill(b.Subject[:])
		case 4:
			b.Class = r.text()
		case 5:
			b.Before = r.uint()
		case 6:
			b.Payloads = r.uint()
		case 7:
			r.fill(b.Request[:])
		case 8:
			r.fill(b.Approver[:])
		case 9:
			b.Keys = r.ids()
		case 10:
			b.Targets = r.ids()
		case 11:
			b.Segments = r.uints()
		default:
			r.fail("unknown erasure key %d", k)
		}
	}
}

func (b *Gap) append(dst []byte) []byte {
	w := beginMap(dst)
	w.text(1, b.Provider)
	w.uint(2, b.From)
	w.uint(3, b.To)
	w.uint(4, b.Requests)
	w.uint(5, b.Limit)
	w.text(6, b.Reason)
	return w.end()
}

func (r *cborReader) gap() *Gap {
	b := new(Gap)
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			b.Provider = r.text()
		case 2:
			b.From = r.uint()
		case 3:
			b.To = r.uint()
		case 4:
			b.Requests = r.uint()
		case 5:
			b.Limit = r.uint()
		case 6:
			b.Reason = r.text()
		default:
			r.fail("unknown gap key %d", k)
		}
	}
}

func (b *Anchor) append(dst []byte) []byte {
	w := beginMap(dst)
	w.text(1, b.Type)
	w.text(2, b.Origin)
	w.uint(3, b.Size)
	w.hash(4, &b.Root)
	w.uint(5, b.Time)
	w.bytes(6, b.Data)
	return w.end()
}

func (r *cborReader) anchor() *Anchor {
	b := new(Anchor)
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			b.Type = r.text()
		case 2:
			b.Origin = r.text()
		case 3:
			b.Size = r.uint()
		case 4:
			r.fill(b.Root[:])
		case 5:
			b.Time = r.uint()
		case 6:
			b.Data = r.bytes()
		default:
			r.fail("unknown anchor key %d", k)
		}
	}
}

func (b *Seal) append(dst []byte) []byte {
	w := beginMap(dst)
	w.text(1, b.Epoch)
	w.uint(2, b.Size)
	w.hash(3, &b.Root)
	w.uint(4, b.First)
	w.uint(5, b.Intents)
	w.uint(6, b.Outcomes)
	w.uint(7, b.Gaps)
	return w.end()
}

func (r *cborReader) seal() *Seal {
	b := new(Seal)
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			b.Epoch = r.text()
		case 2:
			b.Size = r.uint()
		case 3:
			r.fill(b.Root[:])
		case 4:
			b.First = r.uint()
		case 5:
			b.Intents = r.uint()
		case 6:
			b.Outcomes = r.uint()
		case 7:
			b.Gaps = r.uint()
		default:
			r.fail("unknown seal key %d", k)
		}
	}
}

func (b *Signal) append(dst []byte) []byte {
	w := beginMap(dst)
	w.text(1, b.Name)
	w.uint(2, uint64(b.Verdict))
	w.uint(3, b.Count)
	w.uint(4, b.Faults)
	w.uint(5, b.Micros)
	w.hash(6, &b.Digest)
	return w.end()
}

func (r *cborReader) signal() *Signal {
	b := new(Signal)
	for m := r.openMap(); ; {
		k, ok := m.next()
		if !ok {
			return b
		}
		switch k {
		case 1:
			b.Name = r.text()
		case 2:
			b.Verdict = Verdict(r.enum("verdict", verdictNames))
		case 3:
			b.Count = r.uint()
		case 4:
			b.Faults = r.uint()
		case 5:
			b.Micros = r.uint()
		case 6:
			r.fill(b.Digest[:])
		default:
			r.fail("unknown signal key %d", k)
		}
	}
}

func (w *mapWriter) ids(k byte, list []ID) {
	if len(list) == 0 {
		return
	}
	w.key(k)
	w.buf = appendHead(w.buf, majorArray, uint64(len(list)))
	for i := range list {
		w.buf = append(appendHead(w.buf, majorBytes, uint64(len(list[i]))), list[i][:]...)
	}
}

func (r *cborReader) ids() []ID {
	list := make([]ID, r.list())
	for i := range list {
		r.fill(list[i][:])
	}
	return list
}

func (w *mapWriter) uints(k byte, list []uint64) {
	if len(list) == 0 {
		return
	}
	w.key(k)
	w.buf = appendHead(w.buf, majorArray, uint64(len(list)))
	for _, v := range list {
		w.buf = appendHead(w.buf, majorUint, v)
	}
}

// uints reads a list of integers; zero is a value there.
func (r *cborReader) uints() []uint64 {
	list := make([]uint64, r.list())
	for i := range list {
		list[i] = r.head(majorUint)
	}
	return list
}

// bytes reads a byte string that is not empty.
func (r *cborReader) bytes() []byte {
	b := r.raw(majorBytes)
	if r.err == nil && len(b) == 0 {
		r.fail("empty bytes must be left out")
	}
	return append([]byte(nil), b...)
}
