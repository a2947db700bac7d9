// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
)

// modelFunctions keep what systems were approved with.
func modelFunctions() Functions {
	return Functions{Derive: map[string]DeriveFunc{"model_name_stands": modelNameStands}}
}

// modelNameStands refuses another name in requests for a model that a system in force
// was approved with: the gateway would let through what nobody approved.
func modelNameStands(ctx context.Context, r *Reader, record *Record) error {
	stands, err := r.Record(ctx, record.ID)
	if errors.Is(err, index.ErrNotFound) {
		return nil // a new one
	}
	if err != nil {
		return err
	}
	if stands.Values.Text("name_in_requests") == record.Values.Text("name_in_requests") {
		return nil
	}
	systems, err := r.All(ctx, "system")
	if err != nil {
		return err
	}
	for _, s := range systems {
		if s.InForce != nil && slices.Contains(s.InForce.Values.List("models"), record.ID.String()) {
			return fault.Fields{"name_in_requests": fmt.Sprintf("%s was approved with this name. Register another model, and have the system approved with that.", s.Number())}.Err()
		}
	}
	return nil
}
