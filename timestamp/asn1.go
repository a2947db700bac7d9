// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package timestamp

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"
)

// elements walks the elements of a SEQUENCE or SET one by one. encoding/asn1
// would read a struct in one go but passes over what stands behind the last
// field; a token must not have room for that. After the first fault nothing
// more is read, and end and all return it.
type elements struct {
	rest  []byte
	fault error
}

var errTrailing = errors.New("bytes behind the end")

// sequenceOf opens a SEQUENCE that is all of der.
func sequenceOf(der []byte) elements { return open(der, asn1.TagSequence) }

// setOf opens a SET that is all of der.
func setOf(der []byte) elements { return open(der, asn1.TagSet) }

func open(der []byte, tag int) elements {
	var v asn1.RawValue
	switch err := whole(der, &v); {
	case err != nil:
		return elements{fault: err}
	case v.Class != asn1.ClassUniversal || v.Tag != tag || !v.IsCompound:
		return elements{fault: fmt.Errorf("class %d tag %d where tag %d belongs", v.Class, v.Tag, tag)}
	}
	return elements{rest: v.Bytes}
}

// next reads an element into v with the parameters of encoding/asn1. One that
// is optional and not there leaves v as it is.
func (e *elements) next(v any, params string) {
	if e.fault != nil {
		return
	}
	rest, err := asn1.UnmarshalWithParams(e.rest, v, params)
	if err != nil {
		e.fault = err
		return
	}
	// encoding/asn1 does not look at this bit of a tagged RawValue.
	if raw, ok := v.(*asn1.RawValue); ok && strings.Contains(params, "tag:") && len(raw.FullBytes) > 0 && !raw.IsCompound {
		e.fault = fmt.Errorf("tag %d is marked as holding no elements", raw.Tag)
		return
	}
	e.rest = rest
}

// sequenceNext tells whether the next element is a SEQUENCE: for optional ones
// that have no tag of their own.
func (e *elements) sequenceNext() bool {
	return len(e.rest) != 0 && e.rest[0] == asn1.TagSequence|0x20
}

// end returns the first fault; elements left over are one.
func (e *elements) end() error {
	if e.fault == nil && len(e.rest) != 0 {
		return errTrailing
	}
	return e.fault
}

// all reads the elements up to the end, at most limit of them.
func (e *elements) all(limit int) ([]asn1.RawValue, error) {
	var list []asn1.RawValue
	for len(e.rest) != 0 && e.fault == nil {
		if len(list) == limit {
			return nil, fmt.Errorf("more than %d elements", limit)
		}
		var v asn1.RawValue
		e.next(&v, "")
		list = append(list, v)
	}
	return list, e.fault
}

// whole reads a value that is all of der.
func whole(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err == nil && len(rest) != 0 {
		return errTrailing
	}
	return err
}

// plain tells whether the parameters of an algorithm are absent or NULL: there
// are none to obey.
func plain(parameters asn1.RawValue) bool {
	return len(parameters.FullBytes) == 0 || bytes.Equal(parameters.FullBytes, asn1.NullBytes)
}
