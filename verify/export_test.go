// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

// SetStretch makes examiners work on stretches of n bytes, so that a short log has many.
func (o *Options) SetStretch(n int) { o.stretch = n }
