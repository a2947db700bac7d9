// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// copyChunk is how much is copied between two reports of progress.
const copyChunk = 1 << 20

// errShort: the source ends before the stored head says it may.
var errShort = errors.New("the file is shorter than the store of heads says")

// counter adds up bytes for a report of progress.
type counter struct {
	done, total uint64
	show        func(done, total uint64)
}

func (c *counter) add(n int64) {
	c.done += uint64(n)
	if c.show != nil {
		c.show(c.done, max(c.done, c.total))
	}
}

// grow brings a file of the backup to the first size bytes of source, of which the
// beginning, copied before, has not changed.
func (f *folder) grow(name, source string, size int64, c *counter) error {
	file, at, ok := f.current(name)
	switch {
	case ok && file.Size == size:
		return nil
	case ok && file.Size < size:
		sum, err := prefix(at, file)
		if err == nil {
			return f.extend(file, at, source, size, sum, c)
		}
		if !errors.Is(err, errDamaged) {
			return err
		}
	}
	return f.replace(name, source, size, c)
}

// current is what the next manifest would list for a name now, and where it lies.
func (f *folder) current(name string) (file File, at string, ok bool) {
	if file, ok = f.next[name]; ok {
		if at = f.stagedPath(name); exists(at) {
			return file, at, true
		}
		return file, f.path(name), true
	}
	file, ok = f.have[name]
	return file, f.path(name), ok
}

// errDamaged: a file of the backup is not what its manifest says.
var errDamaged = errors.New("the file is not what the manifest says")

// prefix hashes a file of the backup and compares it with its manifest.
func prefix(at string, file File) (hash.Hash, error) {
	in, err := os.Open(at)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(in, file.Size))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", at, err)
	}
	if n != file.Size || counterfoil.Hash(sum.Sum(nil)) != file.SHA256 {
		return nil, fmt.Errorf("%s: %w", at, errDamaged)
	}
	return sum, nil
}

// extend appends what the source has more, where the file lies.
func (f *folder) extend(file File, at, source string, size int64, sum hash.Hash, c *counter) error {
	out, err := os.OpenFile(at, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(transfer(out, source, file.Size, size, sum, c), out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("copy %s: %w", source, err)
	}
	f.next[file.Path] = File{file.Path, size, counterfoil.Hash(sum.Sum(nil))}
	return nil
}

// replace stages the first size bytes of source.
func (f *folder) replace(name, source string, size int64, c *counter) error {
	delete(f.next, name) // whatever an attempt before staged is overwritten
	out, err := os.OpenFile(f.stagedPath(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	if err := errors.Join(transfer(out, source, 0, size, sum, c), out.Sync(), out.Close()); err != nil {
		return errors.Join(fmt.Errorf("copy %s: %w", source, err), os.Remove(out.Name()))
	}
	f.next[name] = File{name, size, counterfoil.Hash(sum.Sum(nil))}
	return nil
}

// put stages a small file.
func (f *folder) put(name string, content []byte) error {
	if err := durable.WriteFile(f.stagedPath(name), content, 0o600); err != nil {
		return err
	}
	f.next[name] = File{name, int64(len(content)), sha256.Sum256(content)}
	return nil
}

// build stages a file that another function writes at the path it is given.
func (f *folder) build(name string, write func(path string) error) error {
	at := f.stagedPath(name)
	if err := os.RemoveAll(at); err != nil {
		return err
	}
	if err := write(at); err != nil {
		return err
	}
	content, err := os.ReadFile(at)
	if err != nil {
		return err
	}
	f.next[name] = File{name, int64(len(content)), sha256.Sum256(content)}
	return nil
}

// transfer copies bytes of source between two offsets to the same place in out.
func transfer(out io.WriterAt, source string, from, to int64, sum hash.Hash, c *counter) error {
	in, err := os.Open(source)
	if err != nil {
		return err
	}
	defer in.Close()
	buf := make([]byte, min(copyChunk, to-from))
	for from < to {
		b := buf[:min(int64(len(buf)), to-from)]
		if n, err := in.ReadAt(b, from); err != nil && (err != io.EOF || n < len(b)) {
			if err == io.EOF {
				return errShort
			}
			return err
		}
		sum.Write(b)
		if _, err := out.WriteAt(b, from); err != nil {
			return err
		}
		from += int64(len(b))
		c.add(int64(len(b)))
	}
	return nil
}
