// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package durable

import "os"

func datasync(f *os.File) error { return f.Sync() }

func evict(*os.File, int64, int64) {}
