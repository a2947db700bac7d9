// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// readHidden reads a line from a terminal without showing it.
func readHidden(in io.Reader) (string, error) {
	terminal, ok := in.(*os.File)
	if !ok {
		return "", errors.New("there is no terminal")
	}
	fd := int(terminal.Fd())
	before, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return "", errors.New("there is no terminal")
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &hidden); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(terminal).ReadString('\n')
	return strings.TrimRight(line, "\r\n"), errors.Join(err, unix.IoctlSetTermios(fd, unix.TCSETS, before))
}
