// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// trafficValue is a Traffic as CEL sees it.
type trafficValue struct{ traffic Traffic }

// ConvertToNative implements ref.Val.
func (v *trafficValue) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("traffic cannot be converted to %s", t)
}

// ConvertToType implements ref.Val.
func (v *trafficValue) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("traffic cannot be converted to %s", t.TypeName())
}

// Equal implements ref.Val.
func (v *trafficValue) Equal(other ref.Val) ref.Val { return types.Bool(ref.Val(v) == other) }

// Type implements ref.Val.
func (v *trafficValue) Type() ref.Type { return trafficType }

// Value implements ref.Val.
func (v *trafficValue) Value() any { return v }

func refused(v ref.Val) ref.Val {
	t, ok := v.(*trafficValue)
	if !ok || t.traffic == nil {
		return types.NewErr("traffic is not known here")
	}
	n, err := t.traffic.Refused()
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Int(n)
}

func lastRefused(v ref.Val) ref.Val {
	t, ok := v.(*trafficValue)
	if !ok || t.traffic == nil {
		return types.NewErr("traffic is not known here")
	}
	last, err := t.traffic.LastRefused()
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Timestamp{Time: last}
}
