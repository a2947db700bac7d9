// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"fmt"

	"github.com/nyaruka/phonenumbers"
)

// maxLookups bounds how often one Scan asks the library, which takes some 7
// microseconds a number. Beyond it the form alone decides, in favour of finding.
const maxLookups = 200

// region is a country with its calling code.
type region struct {
	code    string
	calling int32
}

var northAmerica = region{"US", 1}

// addRegions looks the regions up and makes the library compile what they need,
// so that the first text does not wait for it.
func (s *Scanner) addRegions(codes []string) error {
	if len(codes) == 0 {
		codes = DefaultRegions
	}
	warm := pass{scanner: s}
	for _, code := range codes {
		calling := phonenumbers.GetCountryCodeForRegion(code)
		if calling == 0 {
			return fmt.Errorf("%q is not a country with telephones", code)
		}
		r := region{code, int32(calling)}
		s.regions = append(s.regions, r)
		warm.validIn(r, []byte("0301234567"))
	}
	warm.validIn(northAmerica, []byte("2025550123"))
	return nil
}

// validAbroad reports a valid number that starts with a calling code.
func (p *pass) validAbroad(number []byte) bool {
	codes := phonenumbers.GetSupportedCallingCodes()
	calling := 0
	for i, d := range number {
		calling = calling*10 + int(d-'0')
		if i == 3 {
			return false
		}
		if codes[calling] {
			return p.ask(int32(calling), "", number[i+1:])
		}
	}
	return false
}

// validIn reports a number valid in a region as it is dialled there.
func (p *pass) validIn(r region, number []byte) bool {
	if r.calling == northAmerica.calling && number[0] == '0' {
		return false
	}
	return p.ask(r.calling, r.code, number)
}

// ask puts a national number to the library, without the zero in front that
// most countries dial only at home, else with it; or says yes when it was asked too often.
func (p *pass) ask(calling int32, code string, national []byte) bool {
	if p.lookups == maxLookups {
		return true
	}
	p.lookups++
	if len(national) < 2 {
		return false
	}
	if national[0] != '0' {
		return validNumber(calling, code, national, false)
	}
	return validNumber(calling, code, national[1:], false) || validNumber(calling, code, national[1:], true)
}

func validNumber(calling int32, code string, national []byte, zero bool) bool {
	var value uint64
	for _, d := range national {
		value = value*10 + uint64(d-'0')
	}
	number := phonenumbers.PhoneNumber{CountryCode: &calling, NationalNumber: &value}
	if zero {
		number.ItalianLeadingZero = &zero
	}
	switch {
	case !phonenumbers.IsPossibleNumber(&number): // ten times faster than the rest
		return false
	case code == "":
		return phonenumbers.IsValidNumber(&number)
	}
	return phonenumbers.IsValidNumberForRegion(&number, code)
}
