// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

// Decoder decodes one entry after another into the same memory, for readers of whole
// logs. It accepts what DecodeEntry accepts. It is not safe for concurrent use; the
// zero Decoder is ready.
type Decoder struct {
	r     cborReader
	space space
	words words
}

// Decode reads an entry. It is valid until the next call.
func (d *Decoder) Decode(raw []byte) (*Entry, error) {
	d.space.reset()
	d.r = cborReader{data: raw, space: &d.space, words: &d.words}
	return d.r.decode()
}

// space is where the parts of an entry lie. Without one each is allocated by itself.
type space struct {
	entry      Entry
	intent     Intent
	outcome    Outcome
	commitment []byte
	findings   []FindingCount
	guards     []GuardRun
	texts      []string
}

func (s *space) reset() {
	s.findings, s.guards, s.texts = s.findings[:0], s.guards[:0], s.texts[:0]
}

func (r *cborReader) newEntry() *Entry {
	if r.space == nil {
		return new(Entry)
	}
	r.space.entry = Entry{}
	return &r.space.entry
}

func (r *cborReader) newIntent() *Intent {
	if r.space == nil {
		return new(Intent)
	}
	r.space.intent = Intent{}
	return &r.space.intent
}

func (r *cborReader) newOutcome() *Outcome {
	if r.space == nil {
		return new(Outcome)
	}
	r.space.outcome = Outcome{}
	return &r.space.outcome
}

// newCommitment copies b.
func (r *cborReader) newCommitment(b []byte) []byte {
	if r.space == nil {
		return append([]byte(nil), b...)
	}
	r.space.commitment = append(r.space.commitment[:0], b...)
	return r.space.commitment
}

func (r *cborReader) newFindings(n uint64) []FindingCount {
	if r.space == nil {
		return make([]FindingCount, n)
	}
	return more(&r.space.findings, n)
}

func (r *cborReader) newGuards(n uint64) []GuardRun {
	if r.space == nil {
		return make([]GuardRun, n)
	}
	return more(&r.space.guards, n)
}

func (r *cborReader) newTexts(n uint64) []string {
	if r.space == nil {
		return make([]string, n)
	}
	return more(&r.space.texts, n)
}

// more takes n zero values from the end of space. What was taken before stays where it
// is when space has to grow.
func more[T any](space *[]T, n uint64) []T {
	had := len(*space)
	if end := had + int(n); end <= cap(*space) {
		*space = (*space)[:end]
	} else {
		*space = append(*space, make([]T, n)...)
	}
	taken := (*space)[had:len(*space):len(*space)]
	clear(taken)
	return taken
}

// words remembers texts that are right by their length and ends: most are the same from
// entry to entry, and then nothing is allocated and nothing checked.
type words [256]string

// get returns b as a string; false when it is no text that an entry may hold.
func (w *words) get(b []byte) (string, bool) {
	n := len(b)
	if n == 0 {
		return "", true
	}
	slot := &w[byte(31*(31*(31*n+int(b[0]))+int(b[n/2]))+int(b[n-1]))]
	if *slot != string(b) {
		s := string(b)
		if texts(s) != nil {
			return "", false
		}
		*slot = s
	}
	return *slot, true
}
