// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

// systemThen is a system as its record had it at the moment shown: its name, owner,
// state and the names of its models in requests, as approved where it was.
func (d *desk) systemThen(now *identity.System, record *register.Record) (*identity.System, error) {
	then := *now
	values := record.Values
	if record.InForce != nil {
		values = record.InForce.Values
	}
	then.Name, then.Owner, then.State, then.Version = record.Title(), identity.PersonID(record.Owner()), record.State, record.Version
	then.Models = nil
	for _, text := range values.List("models") {
		id, err := counterfoil.ParseID(text)
		if err != nil {
			continue
		}
		model, err := d.Record(d.Ctx, id)
		if shell.Unseen(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		then.Models = append(then.Models, model.Values.Text("name_in_requests"))
	}
	return &then, nil
}

// asked are the systems a list chooses from. Of the past only a text is looked for in
// the models of all of them.
func (d *desk) asked(q query) (*identity.Snapshot, error) {
	if q.text != "" {
		return d.Systems()
	}
	return d.SystemNames()
}

// complete reads the models of the systems that are shown, at a past moment.
func (d *desk) complete(shown []listed) error {
	if d.At.IsZero() {
		return nil
	}
	ids := make([]identity.SystemID, len(shown))
	for i := range shown {
		ids[i] = shown[i].ID
	}
	whole, err := d.SystemsOf(ids)
	for i := range whole {
		shown[i].System = whole[i]
	}
	return err
}

// keysThen are the keys of a system at the moment shown: those that were made by then,
// and revoked only where they were.
func (d *desk) keysThen(keys []identity.Key) []identity.Key {
	if d.At.IsZero() {
		return keys
	}
	var then []identity.Key
	for _, k := range keys {
		if k.Created.After(d.At) {
			continue
		}
		if k.Revoked.After(d.At) {
			k.Revoked = time.Time{}
		}
		then = append(then, k)
	}
	return then
}
