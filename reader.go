// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// readChunk is how much a Reader asks from the disk at once.
const readChunk = 256 << 10

// Position is a place in the sequence of ledger segments.
type Position struct {
	Segment uint32
	Offset  int64
}

// String returns the file name and the offset.
func (p Position) String() string {
	return fmt.Sprintf("%s at byte %d", SegmentName(p.Segment), p.Offset)
}

// Batch is a whole batch: entries that became durable together.
type Batch struct {
	Start, End Position // End is where the next batch begins in the same segment
	Entries    []BatchEntry
	Trailer    Trailer
}

// BatchEntry is an entry with its place. Raw is valid until the next call of
// Reader.Next.
type BatchEntry struct {
	Raw     []byte
	Payload PayloadRef
	Offset  int64 // of the frame in the batch's segment
}

// TailError reports bytes after the last whole batch that do not form one.
// Torn tells that they look like a write that never finished; otherwise they
// were written and changed afterwards.
type TailError struct {
	At   Position // where the unfinished batch begins
	Torn bool
	Text string
}

func (e *TailError) Error() string { return fmt.Sprintf("%s: %s", e.At, e.Text) }

// DamageError reports a log that no crash leaves behind.
type DamageError struct {
	At   Position
	Text string
}

func (e *DamageError) Error() string { return fmt.Sprintf("%s: %s", e.At, e.Text) }

// Reader reads the whole batches of a directory of ledger segments in order.
// It checks frames, counts and indexes; roots are checked by whoever keeps the
// tree. It reads beside a running writer: at the end of what is written Next
// returns io.EOF and may be called again later. It holds at most one batch in
// memory and is not safe for concurrent use.
type Reader struct {
	open   func(segment uint32) (SegmentFile, error)
	origin Hash
	next   Index
	at     Position

	file  SegmentFile
	space []byte // what buf lies in
	buf   []byte
	start int64 // offset in the file of buf[0]; at.Offset lies in or at the end of buf
	batch Batch
}

// SegmentFile is an open segment.
type SegmentFile interface {
	io.ReaderAt
	io.Closer
}

// NewReader starts at a batch border: position at, where the entry with index
// next follows. The zero Position is the beginning of the log.
func NewReader(dir string, origin Hash, at Position, next Index) *Reader {
	return NewReaderFrom(func(segment uint32) (SegmentFile, error) {
		return os.Open(filepath.Join(dir, SegmentName(segment)))
	}, origin, at, next)
}

// NewReaderFrom is NewReader for segments that open gets from elsewhere than a
// directory. For a segment that does not exist open fails with fs.ErrNotExist.
func NewReaderFrom(open func(segment uint32) (SegmentFile, error), origin Hash, at Position, next Index) *Reader {
	return &Reader{open: open, origin: origin, at: at, next: next}
}

// Close releases the open file.
func (r *Reader) Close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}

// At is where the next batch begins.
func (r *Reader) At() Position { return r.at }

// Next returns the next whole batch; io.EOF when there is none yet; a
// *TailError or *DamageError when there should be one.
func (r *Reader) Next() (*Batch, error) {
	for {
		if err := r.begin(); err != nil {
			return nil, err
		}
		n, err := r.measure()
		if err == nil {
			return r.parse(n)
		}
		if !errors.Is(err, ErrNoFrame) && !errors.Is(err, ErrShortFrame) && !errors.Is(err, ErrBadFrame) {
			return nil, err // it could not be read
		}
		if !errors.Is(err, ErrNoFrame) || n != 0 {
			return nil, r.tail(n, err)
		}
		if err := r.advance(); err != nil {
			return nil, err
		}
	}
}

// begin opens the current segment and steps over its header.
func (r *Reader) begin() error {
	if r.file != nil {
		return nil
	}
	f, first, err := r.openSegment(r.at.Segment)
	if err != nil {
		return err
	}
	if r.at.Offset == 0 {
		if first != r.next {
			f.Close()
			return &DamageError{At: r.at, Text: fmt.Sprintf("segment begins with entry %d where %d belongs", first, r.next)}
		}
		r.at.Offset = SegmentHeaderBytes
	}
	r.file, r.buf, r.start = f, r.buf[:0], r.at.Offset
	return nil
}

// openSegment opens a segment that was begun; io.EOF when it was not.
func (r *Reader) openSegment(number uint32) (SegmentFile, Index, error) {
	f, err := r.open(number)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, io.EOF
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open segment: %w", err)
	}
	first, err := r.header(f, number)
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, first, nil
}

func (r *Reader) header(f io.ReaderAt, number uint32) (Index, error) {
	var b [SegmentHeaderBytes]byte
	n, err := f.ReadAt(b[:], 0)
	if err != nil && err != io.EOF {
		return 0, fmt.Errorf("read segment header: %w", err)
	}
	at := Position{Segment: number}
	h, err := ParseSegmentHeader(b[:n])
	switch {
	case errors.Is(err, ErrNoHeader):
		last, err := LastNonZero(f, 0)
		if err != nil {
			return 0, err
		}
		if last < 0 {
			return 0, io.EOF
		}
		return 0, &TailError{At: at, Torn: true, Text: "segment has data and no header"}
	case err != nil:
		last, zeroErr := LastNonZero(f, 0)
		if zeroErr != nil {
			return 0, zeroErr
		}
		return 0, &TailError{At: at, Torn: last < SegmentHeaderBytes-5, Text: err.Error()}
	case h.Kind != LedgerSegment || h.Number != number || h.Origin != r.origin:
		return 0, &DamageError{At: at, Text: "segment belongs to another log or another place in it"}
	}
	return h.First, nil
}

// measure makes a whole batch lie in buf, going by the heads of its frames, and
// returns its size. With an error the size is that of the frames before it.
func (r *Reader) measure() (int, error) {
	r.drop()
	for n := 0; ; {
		size, err := FrameBytes(r.buf[n:])
		if err == nil && len(r.buf)-n < size {
			err = ErrShortFrame
		}
		if errors.Is(err, ErrShortFrame) {
			more, readErr := r.more()
			if readErr != nil {
				return n, readErr
			}
			if more {
				continue
			}
			if allZero(r.buf[n:]) {
				err = ErrNoFrame
			}
		}
		if err != nil {
			return n, err
		}
		trailer := r.buf[n+8] == frameTrailer
		n += size
		if trailer {
			return n, nil
		}
		if n > MaxBatchBytes {
			return n, fmt.Errorf("%w: batch above %d bytes", ErrBadFrame, MaxBatchBytes)
		}
	}
}

// drop forgets what lies before the current position.
func (r *Reader) drop() {
	r.buf = r.buf[r.at.Offset-r.start:]
	r.start = r.at.Offset
}

// more reads on; false at the end of the file.
func (r *Reader) more() (bool, error) {
	have := len(r.buf)
	if cap(r.buf)-have < readChunk {
		if cap(r.space) < have+readChunk {
			r.space = make([]byte, 2*(have+readChunk))
		}
		r.buf = r.space[:copy(r.space[:cap(r.space)], r.buf)]
	}
	n, err := r.file.ReadAt(r.buf[have:have+readChunk], r.start+int64(have))
	r.buf = r.buf[:have+n]
	if err != nil && err != io.EOF {
		return false, fmt.Errorf("read %s: %w", r.at, err)
	}
	return n > 0, nil
}

// parse reads the batch of n bytes at the start of buf.
func (r *Reader) parse(n int) (*Batch, error) {
	if _, err := r.batch.Parse(r.buf[:n], r.at, r.next); err != nil {
		if _, damage := errors.AsType[*DamageError](err); damage {
			return nil, err
		}
		return nil, r.tail(n, err)
	}
	r.at = r.batch.End
	r.next += Index(len(r.batch.Entries))
	return &r.batch, nil
}

// Parse reads the whole batch at the start of data, which lies at the given place
// and whose first entry belongs at index next. It checks the frames, their count and
// the indexes, and returns the size of the batch in bytes. The entries alias data.
// It fails with a *DamageError where sound frames contradict each other.
func (b *Batch) Parse(data []byte, at Position, next Index) (int, error) {
	b.Entries, b.Start = b.Entries[:0], at
	pos := 0
	for {
		f, err := soundFrame(data[pos:])
		if err != nil {
			return pos, err
		}
		body := f[FrameHeadBytes:]
		start := at.Offset + int64(pos)
		pos += len(f)
		if f[8] == frameTrailer {
			b.Trailer = parseTrailer(body)
			break
		}
		b.Entries = append(b.Entries, BatchEntry{Raw: body[PayloadRefBytes:], Payload: parsePayloadRef(body), Offset: start})
	}
	count := len(b.Entries)
	if t := b.Trailer; int(t.Count) != count || t.First != next || t.Size != uint64(next)+uint64(count) || count == 0 {
		return pos, &DamageError{At: at, Text: fmt.Sprintf(
			"trailer speaks of %d entries from %d where %d from %d stand", t.Count, t.First, count, next)}
	}
	b.End = Position{Segment: at.Segment, Offset: at.Offset + int64(pos)}
	return pos, nil
}

// Stretch is where whole batches lie back to back in one segment.
type Stretch struct {
	Data  []byte // their frames
	At    Position
	First Index // of the first entry
}

// Skim reads as many whole batches of the segment at hand as fit into buf, going by
// the heads of their frames alone, and moves behind them. Batch.Parse checks
// them; where it fails, a new Reader that starts there tells what is wrong. An empty
// stretch says that Next goes on: at the border of a segment or of what is written,
// at damage, at a batch larger than buf, and where reading fails.
func (r *Reader) Skim(buf []byte) Stretch {
	s := Stretch{At: r.at, First: r.next}
	if r.file == nil || r.at.Offset == 0 {
		return s
	}
	n, err := r.file.ReadAt(buf, r.at.Offset)
	if err != nil && err != io.EOF {
		return s
	}
	whole, entries, count := 0, 0, 0
	for pos := 0; ; {
		size, err := FrameBytes(buf[pos:n])
		if err != nil || n-pos < size || pos-whole > MaxBatchBytes {
			break
		}
		trailer := buf[pos+8] == frameTrailer
		if pos += size; trailer {
			whole, count = pos, count+entries
			entries = 0
		} else {
			entries++
		}
	}
	s.Data = buf[:whole]
	r.at.Offset += int64(whole)
	r.next += Index(count)
	r.buf, r.start = r.buf[:0], r.at.Offset
	return s
}

// advance moves to the next segment if it was begun, and returns io.EOF if not.
// A writer may have gone on in this segment since it was read, so it is read
// once more before the next one counts.
func (r *Reader) advance() error {
	following := Position{Segment: r.at.Segment + 1}
	f, first, err := r.openSegment(following.Segment)
	r.buf, r.start = r.buf[:0], r.at.Offset
	if err != nil && err != io.EOF {
		return err
	}
	last, zeroErr := LastNonZero(r.file, r.at.Offset)
	switch {
	case zeroErr != nil:
		return closing(f, zeroErr)
	case last >= 0 && r.begun():
		return closing(f, nil) // written meanwhile: read on here
	case last >= 0 && f != nil:
		return closing(f, &DamageError{At: r.at, Text: "data after the last batch of a finished segment"})
	case last >= 0:
		return r.tail(0, ErrNoFrame)
	case f == nil:
		return io.EOF
	case first != r.next:
		return closing(f, &DamageError{At: following, Text: fmt.Sprintf("segment begins with entry %d where %d belongs", first, r.next)})
	}
	r.file.Close()
	r.file, r.at = f, following
	r.at.Offset = SegmentHeaderBytes
	r.start = r.at.Offset
	return nil
}

// begun tells whether a frame begins at the current position by now.
func (r *Reader) begun() bool {
	var head [4]byte
	n, _ := r.file.ReadAt(head[:], r.at.Offset)
	return !allZero(head[:n])
}

func closing(f SegmentFile, err error) error {
	if f != nil {
		f.Close()
	}
	return err
}
