// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"crypto/sha256"
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/counterfoil/counterfoil"
)

// The canonical form of a rule set: defaults filled in, keys sorted, no space
// (RFC 8785). Its SHA-256 names the set in the ledger, so a change here changes
// every digest; new fields must be left out while empty.
type (
	canonicalSet struct {
		Version int             `json:"version"`
		Rules   []canonicalRule `json:"rules"`
	}
	canonicalRule struct {
		ID       string             `json:"id"`
		Title    string             `json:"title"`
		Owner    string             `json:"owner"`
		Controls []string           `json:"controls,omitempty"`
		Phase    Phase              `json:"phase"`
		When     string             `json:"when"`
		Effect   string             `json:"effect"`
		Mask     []string           `json:"mask,omitempty"`
		Message  string             `json:"message"`
		Mode     Mode               `json:"mode"`
		Examples []canonicalExample `json:"examples"`
	}
	canonicalExample struct {
		Name  string `json:"name"`
		Hit   bool   `json:"hit"`
		Given any    `json:"given"`
	}
)

// computeDigest returns zero for a set with faults, which nobody gets to see.
func (s *Set) computeDigest() counterfoil.Hash {
	form := canonicalSet{Version: formatVersion, Rules: make([]canonicalRule, 0, len(s.rules))}
	for _, r := range s.rules {
		c := canonicalRule{
			ID: r.ID, Title: r.Title, Owner: r.Owner, Controls: r.Controls, Phase: r.Phase, When: r.When,
			Effect: effectName(r.Effect), Mask: r.Mask, Message: r.Message, Mode: r.Mode,
		}
		for _, e := range r.Examples {
			c.Examples = append(c.Examples, canonicalExample{Name: e.Name, Hit: e.Hit, Given: e.given})
		}
		form.Rules = append(form.Rules, c)
	}
	raw, err := json.Marshal(form)
	if err != nil {
		return counterfoil.Hash{}
	}
	value := jsontext.Value(raw)
	if err := value.Canonicalize(); err != nil {
		return counterfoil.Hash{}
	}
	return sha256.Sum256(value)
}
