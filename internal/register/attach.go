// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TypeContent is the record type of an entry whose payload is the bytes of an
// attachment. It is no kind: the attachment names the entry.
const TypeContent = "content"

// Content is the bytes of an attachment, to be appended.
type Content struct {
	Actor   counterfoil.ID
	Subject counterfoil.ID // whose erasure erases it
	ID      counterfoil.ID // of the entry
	Record  counterfoil.Record
	Bytes   []byte
}

// Files keeps the bytes of attachments, each as the payload of an entry of its own.
type Files interface {
	// Store returns when the entry is durable.
	Store(ctx context.Context, c Content) (counterfoil.Index, error)
	// Fetch opens what Store kept; ErrErased once the subject was erased.
	Fetch(ctx context.Context, at counterfoil.Index) ([]byte, error)
}

// Attach adds a file to a record. The fault of one that is refused names the field
// "file". The bytes are durable before the attachment names them: after a crash
// between the two there is content that nothing shows, never an attachment without.
func (r *Register) Attach(ctx context.Context, actor Actor, about counterfoil.ID, f File) (*Record, error) {
	record, err := r.outer(ctx, actor, about, Attach)
	if err != nil {
		return nil, err
	}
	media, err := f.check()
	if err != nil {
		return nil, fmt.Errorf("attach to %s: %w", record.Number(), err)
	}
	id := counterfoil.NewID()
	subject := concerned(record)
	if subject.IsZero() {
		subject = id
	}
	at, err := r.Files.Store(ctx, Content{
		Actor: actor.Person, Subject: subject, ID: counterfoil.NewID(), Bytes: f.Bytes,
		Record: counterfoil.Record{Type: TypeContent, Version: 1, Transition: Created},
	})
	if err != nil {
		return nil, fmt.Errorf("keep the content of an attachment to %s: %w", record.Number(), err)
	}
	sum := sha256.Sum256(f.Bytes)
	r.saving.Lock()
	defer r.saving.Unlock()
	return r.addInner(ctx, actor, id, record, KindAttachment, Input{Fixed: kind.Values{
		"name": f.name(), "media_type": media, "bytes": int64(len(f.Bytes)), "sha256": hex.EncodeToString(sum[:]), "content": int64(at),
	}})
}

// Attachment returns one attachment of a record by its number.
func (v *View) Attachment(ctx context.Context, about *Record, serial uint64) (*Record, error) {
	list, err := v.Inner(ctx, about, KindAttachment)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.Serial == serial {
			return a, nil
		}
	}
	return nil, fault.NotFound("This record has no such attachment.", nil)
}

// Bytes opens an attachment that the view returned and checks its digest.
func (v *View) Bytes(ctx context.Context, attachment *Record) ([]byte, error) {
	at, _ := attachment.Values["content"].(int64)
	raw, err := v.register.Files.Fetch(ctx, counterfoil.Index(at))
	if errors.Is(err, ErrErased) {
		return nil, fault.NotFound("This attachment was erased. Its digest and who attached it stay in the history.", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", attachment.Number(), err)
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != attachment.Values.Text("sha256") {
		return nil, fmt.Errorf("open %s: the content of entry %d has another digest than the attachment says", attachment.Number(), at)
	}
	return raw, nil
}
