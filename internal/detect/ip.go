// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"net/netip"
	"strings"
)

// versionWords before four numbers make them something else than an address.
var versionLookup = wordSet([]string{
	"v", "ver", "version", "versions", "release", "build", "firmware", "sec", "section", "chapter", "clause",
	"paragraph", "figure", "table", "abschnitt", "kapitel", "annex", "oid", "rev", "revision", "driver", "patch", "update", "upgrade",
})

// ip4 looks for dotted addresses: exactly four groups, none too large.
func (p *pass) ip4(run *numberRun) {
	for g := 0; g+3 < run.n; g++ {
		last, first := run.chain(g)
		if first && last == g+3 && run.group[last].sep == '.' {
			p.address4(run, g)
		}
		g = max(g, last-1)
	}
}

func (p *pass) address4(run *numberRun, g int) {
	start, end := run.group[g].first, run.group[g+3].end
	addr, err := netip.ParseAddr(p.text[start:end])
	if err != nil || !run.opensAddress(g) || p.versionLike(start, end) {
		return
	}
	p.add(ipRow(addr), start, end)
}

// opensAddress is opens, with a dash allowed behind another address.
func (r *numberRun) opensAddress(g int) bool {
	return r.opens(g) || g >= 4 && r.group[g].sep == '-' && r.group[g-1].sep == '.'
}

// versionLike reports a word, '-' or '+' that makes an address a version.
func (p *pass) versionLike(start, end int) bool {
	if wordAt(p.text, end) || end+1 < len(p.text) && (p.text[end] == '-' || p.text[end] == '+') && isAlpha(p.text[end+1]) {
		return true
	}
	if start > 0 && strings.IndexByte("^~.", p.text[start-1]) >= 0 ||
		start > 1 && p.text[start-1] == '-' && !isDigit(p.text[start-2]) {
		return true
	}
	_, word := p.previousWord(start)
	return versionLookup.has(word) && nearWord(p.text[:start])
}

// nearWord reports that only blanks, quotes or signs of assignment lie between
// the last word and the end.
func nearWord(text string) bool {
	i := len(text)
	for i > 0 && len(text)-i < 5 && strings.IndexByte(" \t:=\"'(#", text[i-1]) >= 0 {
		i--
	}
	return i > 0 && letterByte(text[i-1])
}

// ipRow gives addresses that name no host on the internet a lower score.
func ipRow(addr netip.Addr) int {
	addr = addr.Unmap()
	if addr.IsPrivate() || addr.IsLoopback() || addr.IsLinkLocalUnicast() || addr.IsMulticast() || addr.IsUnspecified() ||
		addr.Is4() && (addr.As4()[0] == 0 || addr.As4()[0] >= 240) {
		return ipPrivate
	}
	return ipPublic
}

// maxAddress6 is the longest text of an IPv6 address with an IPv4 tail.
const maxAddress6 = 45

// ip6 looks for an address whose first colon is at i.
func (p *pass) ip6(i int) {
	text, start := p.text, i
	for start > 0 && isHex(text[start-1]) && i-start < 5 {
		start--
	}
	if i-start > 4 || start > 0 && (isWord(text[start-1]) || text[start-1] == ':' || text[start-1] == '.') {
		return
	}
	end := i
	for end < len(text) && end-start <= maxAddress6 && (isHex(text[end]) || text[end] == ':' || text[end] == '.') {
		end++
	}
	if text[start:end] == "::1" && (start == 0 || text[start-1] != '[') {
		p.add(ipPrivate, start, end)
		return
	}
	if end-start < 6 || end-start > maxAddress6 || wordAt(text, end) {
		return
	}
	candidate := strings.TrimRight(text[start:end], ".")
	if strings.HasSuffix(candidate, ":") && !strings.HasSuffix(candidate, "::") {
		candidate = candidate[:len(candidate)-1]
	}
	if strings.Count(candidate, ":") < 2 {
		return
	}
	addr, err := netip.ParseAddr(candidate)
	if err != nil || !likely6(candidate, addr) {
		return
	}
	p.add(ipRow(addr), start, start+len(candidate))
}

// likely6 tells addresses from scope operators, slices and hardware addresses.
func likely6(candidate string, addr netip.Addr) bool {
	if !addr.Is6() || !strings.ContainsAny(candidate, "0123456789") {
		return false
	}
	if !strings.Contains(candidate, "::") {
		return len(candidate) != 23 || strings.Trim(candidate, "0123456789abcdefABCDEF:") != "" || !pairs(candidate)
	}
	if strings.Contains(candidate, ".") || strings.Count(candidate, ":") >= 4 {
		return true
	}
	first, _, _ := strings.Cut(candidate, ":")
	return len(first) == 4 && isDigit(first[0]) || len(first) == 4 && first[0]|0x20 == 'f'
}

// pairs reports eight pairs, the form of hardware addresses of 64 bits.
func pairs(candidate string) bool {
	for i := range len(candidate) {
		if (candidate[i] == ':') != (i%3 == 2) {
			return false
		}
	}
	return true
}
