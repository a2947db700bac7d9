// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package cli

import (
	"errors"
	"io"
)

// readHidden refuses: hiding what is typed is written for Linux only.
func readHidden(io.Reader) (string, error) {
	return "", errors.New("this system's terminal is not supported")
}
