// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package timestamp

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"
)

var oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}

// info is TSTInfo of RFC 3161, section 2.4.2.
type info struct {
	policy   asn1.ObjectIdentifier
	imprint  imprint
	serial   *big.Int
	time     time.Time
	accuracy time.Duration
	nonce    *big.Int // nil: none
}

func parseInfo(der []byte) (*info, error) {
	var out info
	var version int
	var digest, accuracy, authority, extensions asn1.RawValue
	var ordering bool
	tst := sequenceOf(der)
	tst.next(&version, "")
	tst.next(&out.policy, "")
	tst.next(&digest, "")
	tst.next(&out.serial, "")
	tst.next(&out.time, "generalized")
	if tst.sequenceNext() {
		tst.next(&accuracy, "")
	}
	tst.next(&ordering, "optional")
	tst.next(&out.nonce, "optional")
	tst.next(&authority, "optional,tag:0")
	tst.next(&extensions, "optional,tag:1")
	if err := tst.end(); err != nil {
		return nil, err
	}
	if version != 1 {
		return nil, fmt.Errorf("version %d", version)
	}
	var err error
	if out.imprint, err = parseImprint(digest.FullBytes); err != nil {
		return nil, fmt.Errorf("imprint: %w", err)
	}
	if out.accuracy, err = parseAccuracy(accuracy.FullBytes); err != nil {
		return nil, fmt.Errorf("accuracy: %w", err)
	}
	return &out, checkExtensions(extensions.Bytes)
}

func parseImprint(der []byte) (imprint, error) {
	var out imprint
	seq := sequenceOf(der)
	seq.next(&out.Algorithm, "")
	seq.next(&out.Digest, "")
	return out, seq.end()
}

// parseAccuracy adds up seconds, milliseconds and microseconds; none given is 0.
func parseAccuracy(der []byte) (time.Duration, error) {
	if len(der) == 0 {
		return 0, nil
	}
	var seconds, millis, micros int64
	seq := sequenceOf(der)
	seq.next(&seconds, "optional")
	seq.next(&millis, "optional,tag:0")
	seq.next(&micros, "optional,tag:1")
	if err := seq.end(); err != nil {
		return 0, err
	}
	const day = 24 * 60 * 60 // seconds; a vaguer stamp is of no use, and a sum of larger ones could overflow
	if seconds < 0 || seconds > day || millis < 0 || millis > 999 || micros < 0 || micros > 999 {
		return 0, fmt.Errorf("%d s %d ms %d us", seconds, millis, micros)
	}
	return time.Duration(seconds)*time.Second + time.Duration(millis)*time.Millisecond + time.Duration(micros)*time.Microsecond, nil
}

// checkExtensions refuses critical ones: none is understood here.
func checkExtensions(der []byte) error {
	seq := elements{rest: der}
	list, err := seq.all(maxAttributes)
	if err != nil {
		return fmt.Errorf("extensions: %w", err)
	}
	for _, raw := range list {
		var e pkix.Extension
		if err := whole(raw.FullBytes, &e); err != nil {
			return fmt.Errorf("extensions: %w", err)
		}
		if e.Critical {
			return fmt.Errorf("extensions: %v is critical and not known here", e.Id)
		}
	}
	return nil
}
