// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

// logBody is a body that names its fields.
type logBody interface{ fields(f fields) }

// fields is told the fields of a body by rising key, and writes or reads them.
type fields interface {
	text(k byte, v *string)
	uint(k byte, v *uint64)
	bytes(k byte, v *[]byte)
	fill(k byte, v []byte) // an ID or a hash
	ids(k byte, v *[]ID)
	uints(k byte, v *[]uint64)
	verdict(k byte, v *Verdict)
}

// appendBody appends the map of a body.
func appendBody(dst []byte, b logBody) []byte {
	w := fieldWriter{beginMap(dst)}
	b.fields(&w)
	return w.end()
}

type fieldWriter struct{ mapWriter }

func (w *fieldWriter) text(k byte, v *string)     { w.mapWriter.text(k, *v) }
func (w *fieldWriter) uint(k byte, v *uint64)     { w.mapWriter.uint(k, *v) }
func (w *fieldWriter) bytes(k byte, v *[]byte)    { w.mapWriter.bytes(k, *v) }
func (w *fieldWriter) verdict(k byte, v *Verdict) { w.mapWriter.uint(k, uint64(*v)) }

func (w *fieldWriter) fill(k byte, v []byte) {
	if !allZero(v) {
		w.mapWriter.bytes(k, v)
	}
}

func (w *fieldWriter) ids(k byte, v *[]ID) {
	if len(*v) == 0 {
		return
	}
	w.key(k)
	w.buf = appendHead(w.buf, majorArray, uint64(len(*v)))
	for _, id := range *v {
		w.buf = append(appendHead(w.buf, majorBytes, uint64(len(id))), id[:]...)
	}
}

func (w *fieldWriter) uints(k byte, v *[]uint64) {
	if len(*v) == 0 {
		return
	}
	w.key(k)
	w.buf = appendHead(w.buf, majorArray, uint64(len(*v)))
	for _, n := range *v {
		w.buf = appendHead(w.buf, majorUint, n)
	}
}

// readBody reads the map of a body of a kind.
func readBody[B any, P interface {
	*B
	logBody
}](r *cborReader, kind Kind) *B {
	b, f := new(B), &fieldReader{r: *r, taken: true} // a copy, so that r need not be allocated
	f.m = f.r.openMap()
	P(b).fields(f)
	f.end(kind)
	*r = f.r
	return b
}

// fieldReader reads what a fieldWriter writes and nothing else.
type fieldReader struct {
	r     cborReader
	m     mapReader
	key   uint64 // of the next field
	more  bool   // there is one
	taken bool   // it was read
}

// at tells whether the next field has the key k; the caller then reads it.
func (f *fieldReader) at(k byte) bool {
	f.step()
	f.taken = f.more && f.key == uint64(k)
	return f.taken
}

func (f *fieldReader) step() {
	if f.taken {
		f.key, f.more = f.m.next()
	}
	f.taken = false
}

// end refuses a field nobody asked for.
func (f *fieldReader) end(kind Kind) {
	if f.step(); f.more {
		f.r.fail("unknown key %d of a body of kind %s", f.key, kind)
	}
}

func (f *fieldReader) text(k byte, v *string) {
	if f.at(k) {
		*v = f.r.text()
	}
}

func (f *fieldReader) uint(k byte, v *uint64) {
	if f.at(k) {
		*v = f.r.uint()
	}
}

func (f *fieldReader) fill(k byte, v []byte) {
	if f.at(k) {
		f.r.fill(v)
	}
}

func (f *fieldReader) verdict(k byte, v *Verdict) {
	if f.at(k) {
		*v = Verdict(f.r.enum("verdict", verdictNames))
	}
}

// bytes reads a byte string that is not empty.
func (f *fieldReader) bytes(k byte, v *[]byte) {
	if !f.at(k) {
		return
	}
	if *v = append([]byte(nil), f.r.raw(majorBytes)...); len(*v) == 0 {
		f.r.fail("empty bytes must be left out")
	}
}

func (f *fieldReader) ids(k byte, v *[]ID) {
	if !f.at(k) {
		return
	}
	*v = make([]ID, f.r.list())
	for i := range *v {
		f.r.fill((*v)[i][:])
	}
}

// uints reads a list of integers; zero is a value there.
func (f *fieldReader) uints(k byte, v *[]uint64) {
	if !f.at(k) {
		return
	}
	*v = make([]uint64, f.r.list())
	for i := range *v {
		(*v)[i] = f.r.head(majorUint)
	}
}
