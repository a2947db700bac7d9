// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"bytes"
	"fmt"
	"net/http"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

// cosign answers a request: the signature line, or a *refusal or *otherSize. The order of the
// checks is that of C2SP tlog-witness.
func (s *Server) cosign(body []byte) ([]byte, error) {
	req, err := parseRequest(body)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "The request is not one of add-checkpoint: " + err.Error() + "."}
	}
	stated, err := counterfoil.ParseCheckpoint(req.checkpoint)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "The request holds no checkpoint."}
	}
	l := s.logs[stated.Origin]
	if l == nil {
		return nil, &refusal{http.StatusNotFound, "This witness does not watch the log. Its operator adds logs."}
	}
	head, own, err := l.verify(req.checkpoint)
	if err != nil {
		return nil, &refusal{http.StatusForbidden, "No signature on the checkpoint is by a key this witness knows for the log."}
	}
	req.checkpoint = own
	if req.old > head.Size {
		return nil, &refusal{http.StatusBadRequest, "The old size is larger than the checkpoint's."}
	}
	if head.Size == 0 && head.Root != counterfoil.EmptyRoot() {
		return nil, &refusal{http.StatusUnprocessableEntity, "The checkpoint states a root that an empty tree cannot have."}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := s.grow(l, head, req); err != nil {
		return nil, err
	}
	if s.stored != nil {
		s.stored()
	}
	return s.sign(req.checkpoint)
}

// grow moves the log to head, if that contains what was cosigned before, and
// makes it durable. The caller holds l.mu.
func (s *Server) grow(l *watched, head counterfoil.Checkpoint, req request) error {
	switch {
	case req.old != l.head.Size:
		return &otherSize{l.head.Size}
	case head.Size == l.head.Size && head.Root != l.head.Root:
		if l.tell(head) {
			s.log.Error("the log signed two trees of one size", "log", l.origin, "size", head.Size,
				"cosigned", string(l.signed), "refused", string(req.checkpoint))
		}
		return &refusal{http.StatusConflict, "The witness has cosigned another tree of this size."}
	}
	if err := counterfoil.CheckConsistency(l.head, head, req.proof); err != nil {
		// The proof comes from whoever asks, so this alone does not accuse the log.
		if l.tell(head) {
			s.log.Warn("the proof does not lead from the head cosigned last", "log", l.origin, "cosigned", l.head.Size,
				"refused", string(req.checkpoint), "error", err)
		}
		return &refusal{http.StatusUnprocessableEntity, "The proof does not show that the log grew from the head cosigned last."}
	}
	if head.Size == l.head.Size {
		return nil // once more, with the present time
	}
	if !l.growth.allow(s.clock.Now()) {
		return &refusal{http.StatusTooManyRequests, "The log asks too often. Ask again later."}
	}
	if err := l.keep(head, req.checkpoint); err != nil {
		return err
	}
	s.log.Info("the log grew", "log", l.origin, "size", head.Size)
	return nil
}

// sign makes the signature line over the checkpoint's whole text.
func (s *Server) sign(checkpoint []byte) ([]byte, error) {
	text, _, err := splitNote(checkpoint)
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: string(text)}, s.signer)
	if err != nil {
		return nil, fmt.Errorf("cosign: %w", err)
	}
	return bytes.TrimPrefix(signed, append(text, '\n')), nil
}
