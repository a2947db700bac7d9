// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Secret is a provider's key. It never prints itself: every way of formatting
// or encoding gives "[secret]"; only Reveal gives the value.
type Secret struct {
	ref   string  // "${NAME}" or "file:/path"; empty for none
	value *string // behind a pointer, so that not even %#v of a struct around it shows it
}

const hidden = "[secret]"

// maxSecretBytes is far above any provider's key.
const maxSecretBytes = 64 * 1024

// Reveal returns the key itself; empty when none is configured.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Reference tells where the key comes from, which is no secret; empty when none
// is configured.
func (s Secret) Reference() string { return s.ref }

// String implements fmt.Stringer.
func (Secret) String() string { return hidden }

// Format implements fmt.Formatter for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText implements encoding.TextMarshaler, and by it JSON and YAML.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

var envForm = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// UnmarshalText takes a reference and refuses anything else, without repeating
// it: it may be the key itself.
func (s *Secret) UnmarshalText(text []byte) error {
	ref := string(text)
	path, isFile := strings.CutPrefix(ref, "file:")
	if ref != "" && !envForm.MatchString(ref) && (!isFile || path == "") {
		return errors.New(`must not be written here; use "${NAME}" for a variable of the environment or "file:/path" for a file. If this was a real key, have it replaced`)
	}
	s.ref = ref
	return nil
}

// resolve fetches the key. warning tells of a file that others can read.
func (s *Secret) resolve(dir string, env func(string) (string, bool)) (warning string, err error) {
	if s.ref == "" {
		return "", nil
	}
	var value string
	if m := envForm.FindStringSubmatch(s.ref); m != nil {
		value, err = fromEnv(m[1], env)
	} else {
		value, warning, err = fromFile(inDir(dir, strings.TrimPrefix(s.ref, "file:")))
	}
	switch {
	case err != nil:
		return "", err
	case value == "":
		return "", fmt.Errorf("%s is empty", s.ref)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", fmt.Errorf("%s holds line breaks or control characters inside the key", s.ref)
	}
	s.value = &value
	return warning, nil
}

func fromEnv(name string, env func(string) (string, bool)) (string, error) {
	value, ok := env(name)
	if !ok {
		return "", fmt.Errorf("the environment has no variable %s", name)
	}
	return strings.TrimSpace(value), nil
}

func fromFile(path string) (value, warning string, err error) {
	raw, info, err := readSmall(path, maxSecretBytes)
	if err != nil {
		return "", "", err
	}
	if info.Mode().Perm()&0o004 != 0 {
		warning = fmt.Sprintf("%s can be read by every user of this machine; chmod 600 it", path)
	}
	return strings.TrimSpace(string(raw)), warning, nil
}

// readSmall reads a regular file of at most limit bytes.
func readSmall(path string, limit int64) ([]byte, os.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%s is not a file", path)
	case info.Size() > limit:
		return nil, nil, fmt.Errorf("%s has %d bytes; at most %d are read", path, info.Size(), limit)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, limit))
	return raw, info, err
}

// inDir makes a path of the configuration absolute or relative to its file.
func inDir(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
