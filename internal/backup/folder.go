// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/counterfoil/counterfoil/internal/durable"
)

// Names in a backup folder.
const (
	manifestName = "backup.json"      // not "manifest.json": a verifier would take the folder for a pack
	nextManifest = "backup-next.json" // in force once it is there; its files may still have their staged names
	lockName     = "backup.lock"      // not "lock": a verifier would take the folder for one with a server
	staged       = ".next."           // before the name of a file of the next manifest
)

// folders are the folders files may lie in, by format.
var folders = map[string][]string{
	formatRecord: {".", "ledger", "payload", "registry"},
	formatKeys:   {"keys"},
}

// loose are the files that lie in the folder itself.
var loose = []string{nodeLog.store, registryLog.store, counts}

// What is wrong with a folder.
var (
	// ErrForeign: the folder holds something else, and is left as it is.
	ErrForeign = errors.New("the folder is no backup")
	// ErrNone: there is no backup in the folder.
	ErrNone = errors.New("the folder holds no finished backup")
	// ErrBusy: another process works on the folder.
	ErrBusy = errors.New("the backup is in use")
)

// folder is a backup folder that is being worked on.
type folder struct {
	dir    string
	format string
	lock   *durable.Lock // nil where the folder can only be read

	manifest *Manifest       // in force; nil before the first backup
	have     map[string]File // of the manifest, those that lie there whole
	next     map[string]File // staged or grown by this run
	gone     map[string]bool // to be left out of the next manifest
}

// accept tells whether a manifest that was announced and is not in force yet counts.
type accept func(next *Manifest) bool

// always is what holds for a record: it is the one that counts.
func always(*Manifest) bool { return true }

// openFolder opens a folder to write a backup to, or makes it, and tidies up what an
// interrupted run left.
func openFolder(dir, format string, counts accept) (*folder, error) {
	if err := durable.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the backup folder: %w", err)
	}
	f := &folder{dir: dir, format: format}
	if err := f.familiar(); err != nil {
		return nil, err
	}
	if err := f.take(); err != nil {
		return nil, err
	}
	if err := f.settle(counts); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// readFolder opens a folder that holds a backup. One that can only be read is taken
// as it is.
func readFolder(dir, format string, counts accept) (*folder, error) {
	f := &folder{dir: dir, format: format}
	if !exists(f.path(manifestName)) && !exists(f.path(nextManifest)) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNone)
	}
	err := f.take()
	switch {
	case err == nil:
		err = f.settle(counts)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		if exists(f.path(nextManifest)) {
			return nil, fmt.Errorf("%s: a run that was interrupted has to be tidied up first, and the folder cannot be written: %w", dir, err)
		}
		err = f.load()
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// familiar refuses a folder that was not begun by a backup: what lies there would be
// deleted.
func (f *folder) familiar() error {
	list, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("read the backup folder: %w", err)
	}
	if len(list) > 0 && !exists(f.path(lockName)) && !exists(f.path(manifestName)) {
		return fmt.Errorf("%s: %w: it holds %s, name an empty or a new one", f.dir, ErrForeign, list[0].Name())
	}
	return nil
}

func (f *folder) take() (err error) {
	if f.lock, err = durable.LockFile(f.path(lockName)); errors.Is(err, durable.ErrLocked) {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}

func (f *folder) close() error {
	if f.lock == nil {
		return nil
	}
	return f.lock.Unlock()
}

// path is where a file of the backup lies.
func (f *folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// stagedPath is where it lies until the next manifest is in force.
func (f *folder) stagedPath(name string) string {
	return f.path(path.Join(path.Dir(name), staged+path.Base(name)))
}

// settle ends what an interrupted run began: forward if its manifest is there and
// counts, back if not.
func (f *folder) settle(counts accept) error {
	for _, dir := range folders[f.format] {
		if err := durable.MkdirAll(f.path(dir), 0o700); err != nil {
			return fmt.Errorf("make the backup folder: %w", err)
		}
	}
	if text, err := os.ReadFile(f.path(nextManifest)); err == nil {
		m, err := parseManifest(text, f.format)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path(nextManifest), err)
		}
		if counts(m) {
			return f.promote(m)
		}
		if err := os.Remove(f.path(nextManifest)); err != nil {
			return fmt.Errorf("tidy up the backup: %w", err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the manifest: %w", err)
	}
	if err := f.load(); err != nil {
		return err
	}
	return f.tidy()
}

// load reads the manifest in force and looks which of its files are there.
func (f *folder) load() error {
	f.manifest, f.have, f.next, f.gone = nil, map[string]File{}, map[string]File{}, map[string]bool{}
	text, err := os.ReadFile(f.path(manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	if f.manifest, err = parseManifest(text, f.format); err != nil {
		return fmt.Errorf("%s: %w", f.path(manifestName), err)
	}
	for _, file := range f.manifest.Files {
		if info, err := os.Lstat(f.path(file.Path)); err == nil && info.Mode().IsRegular() && info.Size() >= file.Size {
			f.have[file.Path] = file
		}
	}
	return nil
}

// tidy removes what the manifest in force does not list, and what a run that was cut
// off wrote behind files it lists. One that is shorter than listed is damage and stays.
func (f *folder) tidy() error {
	listed := map[string]bool{}
	if f.manifest != nil {
		for _, file := range f.manifest.Files {
			listed[file.Path] = true
		}
	}
	for _, dir := range folders[f.format] {
		list, err := os.ReadDir(f.path(dir))
		if err != nil {
			return fmt.Errorf("tidy up the backup: %w", err)
		}
		for _, e := range list {
			name := path.Join(dir, e.Name())
			if !e.Type().IsRegular() || dir == "." && !slices.Contains(loose, strings.TrimPrefix(e.Name(), staged)) {
				continue // the folder's own files, and what people put beside them
			}
			if file, whole := f.have[name]; whole {
				err = f.cut(file)
			} else if !listed[name] {
				err = os.Remove(f.path(name))
			}
			if err != nil {
				return fmt.Errorf("tidy up the backup: %w", err)
			}
		}
	}
	return nil
}

// cut takes away what lies behind a file of the manifest. One that is as it should be
// is not touched: whoever copies the backup on goes by its time.
func (f *folder) cut(file File) error {
	at := f.path(file.Path)
	info, err := os.Lstat(at)
	if err != nil || info.Size() == file.Size {
		return err
	}
	return os.Truncate(at, file.Size)
}

// files are those of the next manifest.
func (f *folder) files() []File {
	all := maps.Clone(f.have)
	maps.Copy(all, f.next)
	maps.DeleteFunc(all, func(name string, _ File) bool { return f.gone[name] })
	return slices.SortedFunc(maps.Values(all), func(a, b File) int { return strings.Compare(a.Path, b.Path) })
}

// announce leaves the next manifest, durably, behind everything it lists.
func (f *folder) announce(m *Manifest) error {
	m.Format, m.Files = f.format, f.files()
	text, err := m.text()
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	if err := f.syncDirs(); err != nil {
		return err
	}
	if err := durable.WriteFile(f.path(nextManifest), text, 0o600); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}

// promote puts an announced manifest in force: it gives staged files their names and
// removes what the manifest does not list. It may be repeated.
func (f *folder) promote(m *Manifest) error {
	for _, file := range m.Files {
		err := os.Rename(f.stagedPath(file.Path), f.path(file.Path))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("put the new backup in place: %w", err)
		}
	}
	if err := f.syncDirs(); err != nil {
		return err
	}
	if err := os.Rename(f.path(nextManifest), f.path(manifestName)); err != nil {
		return fmt.Errorf("put the new backup in place: %w", err)
	}
	if err := durable.SyncDir(f.dir); err != nil {
		return err
	}
	if err := f.load(); err != nil {
		return err
	}
	return f.tidy()
}

func (f *folder) syncDirs() error {
	for _, dir := range folders[f.format] {
		if err := durable.SyncDir(f.path(dir)); err != nil {
			return fmt.Errorf("sync the backup: %w", err)
		}
	}
	return nil
}
