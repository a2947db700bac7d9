// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// phoneWords before a number make it a phone number.
var phoneWords = strings.Fields(`phone phones telephone tel call calls called calling mobile mob cell cellphone fax contact dial reach reached
whatsapp sms texted hotline helpline landline answering pager voicemail viber callback phoned
telefon tél téléphone appeler appelez telefonnummer telefono teléfono teléfonos telefone celular móvil movil llamar
llame llámame telemóvel ligue rufnummer handy handynummer mobil mobilnummer anrufen rufen erreichen erreichbar
durchwahl festnetz cellulare chiamare chiama chiamami telefoon telefoonnummer gsm mobiel puhelin telefonnumret
ringa telefonu тел телефон`)

// afterWords directly behind a number do the same.
var afterLookup = wordSet([]string{"office", "fax", "mobile", "cell", "phone", "tel", "home", "work", "mobil", "handy"})

// notPhoneWords directly before a number make it something else.
var notPhoneLookup = wordSet([]string{
	"order", "invoice", "ticket", "case", "id", "zip", "code", "pin", "ref", "reference", "version", "isbn", "issn", "sku", "serial",
	"account", "acct", "tracking", "bestellung", "rechnung", "bestellnummer", "kundennummer", "commande", "pedido", "page", "pages",
	"line", "lines", "port", "error", "bug", "issue", "rfc", "doi", "usd", "eur", "room", "since", "in", "until", "between",
})

var numberLookup = wordSet([]string{"number", "no", "nr", "num", "nummer", "numero", "número", "is"})

var phoneLookup = wordSet(phoneWords)

// acts are those among phoneWords that speak of other things too; digits in
// one piece need to look more like a phone number beside them.
var acts = wordSet(strings.Fields(`call calls called calling contact reach reached dial texted answering
appeler appelez llamar llame anrufen rufen erreichen chiamare chiama ligue ringa`))

// named reports that words speak for a phone number: one shortly before it, or
// one directly behind.
func (p *pass) named(run *numberRun, g, last int) bool {
	n, start := len(run.value(g, last)), run.group[g].start
	switch {
	case n < minSpoken || n > maxSpoken || g == last && n == minSpoken:
		return false
	case p.wordBehind(run.group[last].end):
		return true
	case p.refers(start):
		return false
	case p.ownNumber(start):
		return true
	}
	word, ok := p.context(start, phoneLookup)
	if ok && g == last && acts.has(word) {
		return n >= 9 || run.value(g, last)[0] == '0'
	}
	return ok
}

// refers reports that the word before start, or the one before "number", names
// something other than a telephone.
func (p *pass) refers(start int) bool {
	before, word := p.previousWord(start)
	if numberLookup.has(word) {
		_, word = lastWord(before)
	}
	return notPhoneLookup.has(word)
}

// owners are whose number it can be when no other word says what kind of number.
var owners = wordSet([]string{
	"my", "your", "his", "her", "our", "their", "meine", "deine", "ihre", "seine", "unsere", "mon", "votre", "mi", "su", "mio", "mijn",
})

// ownNumber reports "my number is" before start.
func (p *pass) ownNumber(start int) bool {
	before, word := p.previousWord(start)
	switch word {
	case "is", "ist", "est", "es", "è", "on", "at":
		before, word = lastWord(before)
	}
	if word == "is" || !numberLookup.has(word) {
		return false
	}
	_, word = lastWord(before)
	return owners.has(word)
}

// wordBehind reports a word such as "fax" after a number and one space or dash,
// also in brackets.
func (p *pass) wordBehind(end int) bool {
	end += p.extension(end)
	if end >= len(p.text) || p.text[end] != ' ' && p.text[end] != '-' {
		return false
	}
	word := strings.TrimPrefix(p.text[end+1:min(len(p.text), end+14)], "(")
	n := 0
	for n < len(word) && letterByte(word[n]) {
		n++
	}
	return n < 12 && afterLookup.has(word[:n])
}
