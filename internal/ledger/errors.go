// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import "errors"

// Errors of the ledger. They come wrapped in a text that says what to do.
var (
	// ErrFull: no space could be prepared. Outcomes of open intents still fit,
	// everything else is refused until space returns.
	ErrFull = errors.New("no space left for the ledger")
	// ErrPoisoned: writing or syncing failed, and what is on the disk is not
	// known. Every later call fails; the process must end and start again.
	ErrPoisoned = errors.New("the ledger stopped after a failed write")
	// ErrBusy: the queue stayed full for as long as a caller waits.
	ErrBusy = errors.New("the ledger's queue is full")
	// ErrConflict: an outcome without its open intent, a second outcome, a
	// second intent of an open interaction, a boot entry that is not first, or a
	// payload segment to be deleted while it is written.
	ErrConflict = errors.New("the entry contradicts the ledger")
	// ErrClosed: the ledger was closed.
	ErrClosed = errors.New("the ledger is closed")
	// ErrNotFound: no such entry or payload.
	ErrNotFound = errors.New("not in the ledger")

	// ErrRolledBack: the ledger is older than its last signed head.
	ErrRolledBack = errors.New("the ledger is older than its last signed head")
	// ErrDamaged: the files hold what no crash leaves behind.
	ErrDamaged = errors.New("the ledger is damaged")
	// ErrRestored: the directory was restored from a backup, and nobody has said yet
	// whether newer heads were signed.
	ErrRestored = errors.New("the ledger was restored from a backup")
	// ErrUnfinished: the log is about to go on under another origin, and a crash came
	// between.
	ErrUnfinished = errors.New("the ledger goes on under another name, and that was not finished")
	// ErrEmpty: there is no log, or it has no entries.
	ErrEmpty = errors.New("there is no log to go on with")
	// ErrLocked: another process uses the directory.
	ErrLocked = errors.New("the data directory is in use")
)
