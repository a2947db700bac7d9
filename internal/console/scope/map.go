// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"strings"
	"unicode"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
)

// The drawing, in pixels: inside to the left in a frame, undecided uses on its right
// edge, what is outside to the right of it, interfaces below.
const (
	boundWidth   = 1060.0
	boundTop     = 24.0
	boundInside  = 764.0 // right edge of the frame
	boundContent = 664.0 // to where things inside reach; from there on the line begins
	boundLine    = 692.0 // left edge of what stands on the line
	boundOutside = 866.0
	boundColumns = 3
	boundBar     = 110.0 // the longest
	boundMost    = 24    // systems drawn
	boundSide    = 8     // things drawn on the line, and of each sort outside
)

// boundaryMap draws things as they lie. What it leaves out for want of room stands in the
// table.
type boundaryMap struct {
	v      *view
	shapes []part.Shape
	most   uint64 // interactions of the longest bar
	left   int    // things that are not drawn

	reasonLines int // of what is outside: few things leave room for more words
}

// boundary is the map with its table.
func (v *view) boundary(things []thing) part.Chart {
	m := &boundaryMap{v: v}
	for i := range things {
		if t := &things[i]; t.Lies != liesAcross {
			m.most = max(m.most, t.Seen.Interactions)
		}
	}
	inside := m.inside(things)
	line := m.onLine(things)
	outside := m.outside(things)
	bottom := max(inside, line, outside) + 8
	frame := []part.Shape{part.Filled("ink-stub", 0, boundTop, boundInside, bottom-boundTop)}
	edge := part.Framed("ink-ink", 1.25, boundTop, boundInside-1.25, bottom-boundTop)
	edge.Heavy = true
	// What stands on the line covers it, so it comes last.
	var body, onIt []part.Shape
	for _, s := range m.shapes {
		if s.OnLine {
			onIt = append(onIt, s)
		} else {
			body = append(body, s)
		}
	}
	m.shapes = append(append(append(frame, body...), edge), onIt...)
	end := m.below(things, bottom)
	c := part.Chart{ID: "boundary", Title: "What lies inside, outside and on the line", Width: int(boundWidth), Height: int(end), Shapes: m.shapes}
	c.Caption, c.Desc = m.caption(things)
	return c
}

func (m *boundaryMap) text(class string, x, y, width float64, size int, weight, text, href string) {
	s := part.TextShape(class, x, y, size, "start", drawnText(text, width, size))
	s.Weight, s.Href = weight, href
	m.shapes = append(m.shapes, s)
}

// bar draws observed use and its number, and says so where none can be seen.
func (m *boundaryMap) bar(class string, x, y float64, t *thing) {
	if !t.Observed {
		m.text("ink-3", x, y+6, 200, 11, "400", "use is not observed", "")
		return
	}
	length := 0.0
	if m.most > 0 {
		length = boundBar * float64(t.Seen.Interactions) / float64(m.most)
	}
	if t.Seen.Interactions > 0 {
		length = max(length, 2)
		m.shapes = append(m.shapes, part.Filled(class, x, y, length, 6))
	}
	wording := words.Number(t.Seen.Interactions)
	if t.Seen.Interactions == 0 {
		wording = "not seen"
	}
	m.text("ink-3", x+length+6*min(length, 1), y+7, 80, 11, "400", wording, "")
}

// inside draws systems by their state, then units, sites and the rest.
func (m *boundaryMap) inside(things []thing) float64 {
	y := boundTop + 28
	drawn, all := 0, 0
	for _, group := range []string{"In operation", "On trial", groupAssessed, "Stopped", "Being retired", "Retired", "Rejected", "Forbidden", "Out of scope"} {
		var list []*thing
		for i := range things {
			t := &things[i]
			if g := t.Group; t.Lies == liesIn && t.Field == "systems" && (g == group || g == "" && group == groupAssessed) {
				list = append(list, t)
			}
		}
		if all += len(list); len(list) == 0 || drawn >= boundMost {
			continue
		}
		m.text("ink-ink", 14, y, 400, 13, "600", group+": "+words.Number(len(list)), "")
		m.shapes = append(m.shapes, part.LineShape("ink-rule2", 14, y+8, boundContent, y+8))
		list = list[:min(len(list), boundMost-drawn)]
		drawn += len(list)
		y += 28
		for i, t := range list {
			m.system(t, 14+float64(i%boundColumns)*221, y+float64(i/boundColumns)*46)
		}
		y += float64((len(list)+boundColumns-1)/boundColumns)*46 + 8
	}
	m.left += all - drawn
	if all == 0 {
		m.text("ink-2", 14, y, 500, 12, "400", "No AI system is inside yet.", "")
		y += 26
	}
	for _, of := range namedKinds {
		y = m.names(things, of.field, of.sort, y)
	}
	m.text("ink-ink", 0, 14, 600, 13, "600", "Inside: "+words.Counted(uint64(all), "AI system", "AI systems"), "")
	return y
}

// system draws one, with its bar and the findings that name it.
func (m *boundaryMap) system(t *thing, x, y float64) {
	m.text("ink-ink", x, y, 208, 12, "400", t.Name, t.Href)
	m.bar("ink-accent", x, y+7, t)
	if t.Rules != "" {
		m.text("ink-warn", x+boundBar+56, y+14, 60, 11, "600", t.Rules, "")
	}
}

// names draws the things inside that one field decides on, in a row that wraps.
func (m *boundaryMap) names(things []thing, field, sort string, y float64) float64 {
	const from, height = 118.0, 19.0
	x, rows, any := from, 0, false
	for i := range things {
		t := &things[i]
		if t.Field != field || t.Lies != liesIn {
			continue
		}
		if !any {
			m.text("ink-3", 14, y, 100, 11, "400", sort, "")
			any = true
		}
		name := drawnText(t.Name, 240, 12)
		width := drawnWidth(name, 12)
		if x+width > boundContent && x > from {
			x, rows = from, rows+1
			if rows < 3 {
				y += height
			}
		}
		if rows >= 3 {
			m.left++
			continue
		}
		m.text("ink-ink", x, y, 260, 12, "400", name, t.Href)
		x += width + 18
	}
	if any {
		y += height + 5
	}
	return y
}

// onLine draws what nobody has decided on, on the right edge of the frame.
func (m *boundaryMap) onLine(things []thing) float64 {
	y, n := boundTop+28, 0
	for i := range things {
		t := &things[i]
		if t.Lies != liesOnLine {
			continue
		}
		if n++; n > boundSide {
			m.left++
			continue
		}
		from := len(m.shapes)
		m.undecided(t, y)
		for k := from; k < len(m.shapes); k++ {
			m.shapes[k].OnLine = true
		}
		y += 106
	}
	return y
}

func (m *boundaryMap) undecided(t *thing, y float64) {
	box := part.Framed("ink-warn", boundLine, y, 144, 92)
	box.Dashed = true
	m.shapes = append(m.shapes, part.Filled("ink-paper", boundLine, y, 144, 92), part.Filled("ink-warnwash", boundLine, y, 144, 92), box)
	m.text("ink-warn", boundLine+10, y+18, 126, 11, "600", "Undecided", "")
	lines := wrapped(t.Name, 124, 12, 2)
	for i, line := range lines {
		m.text("ink-ink", boundLine+10, y+36+float64(i)*15, 126, 12, "600", line, t.Href)
	}
	var sub []string
	if t.About > 0 {
		sub = append(sub, words.Counted(uint64(t.About), "person", "people"))
	} else if t.Seen.People > 0 {
		sub = append(sub, words.Counted(uint64(t.Seen.People), "person", "people"))
	}
	if t.Days > 0 {
		sub = append(sub, words.Counted(uint64(t.Days), "day", "days"))
	}
	m.text("ink-2", boundLine+10, y+68, 126, 11, "400", strings.Join(sub, ", "), "")
	if t.Observed {
		m.bar("ink-warn", boundLine+10, y+76, t)
	}
}

// outside draws what is left out, and what is forbidden, with the reason.
func (m *boundaryMap) outside(things []thing) float64 {
	y := 14.0
	for _, piece := range []struct{ lies, title string }{{liesOut, "Outside, with a reason"}, {liesForbidden, "Forbidden"}} {
		all := 0
		for i := range things {
			if things[i].Lies == piece.lies {
				all++
			}
		}
		m.reasonLines = 2
		if all > boundSide {
			m.reasonLines = 1
		}
		if all == 0 {
			continue
		}
		m.text("ink-ink", boundOutside, y, 190, 13, "600", piece.title+": "+words.Number(all), "")
		y += 24
		drawn := 0
		for i := range things {
			t := &things[i]
			if t.Lies != piece.lies {
				continue
			}
			if drawn++; drawn > 2*boundSide {
				m.left++
				continue
			}
			y = m.outer(t, y)
		}
		y += 10
	}
	return y
}

func (m *boundaryMap) outer(t *thing, y float64) float64 {
	m.text("ink-ink", boundOutside, y, 192, 12, "400", t.Name, t.Href)
	y += 15
	for i, line := range wrapped(strings.TrimSpace(t.Sort+". "+t.Why), 192, 11, m.reasonLines) {
		if i > 0 {
			y += 13
		}
		m.text("ink-3", boundOutside, y, 192, 11, "400", line, "")
	}
	if t.Observed {
		m.bar("ink-2", boundOutside, y+6, t)
		if t.Rules != "" {
			m.text("ink-warn", boundOutside+150, y+13, 44, 11, "600", t.Rules, "")
		}
		y += 16
	}
	return y + 20
}

// below draws what crosses the line, and who receives.
func (m *boundaryMap) below(things []thing, line float64) float64 {
	const width, gap, height = 250.0, 20.0, 66.0
	y, n := line+40, 0
	for i := range things {
		t := &things[i]
		if t.Lies != liesAcross {
			continue
		}
		if n == 0 {
			m.text("ink-ink", 0, line+22, 600, 13, "600", "Interfaces: what crosses the line", "")
		}
		if n++; n > 2*boundSide {
			m.left++
			continue
		}
		at := n - 1
		m.across(t, float64(at%4)*(width+gap), y+float64(at/4)*(height+12), width, height)
	}
	if n > 0 {
		y += float64((min(n, 2*boundSide)+3)/4) * (height + 12)
	}
	return m.parties(things, y)
}

func (m *boundaryMap) across(t *thing, x, y, width, height float64) {
	box := part.Framed("ink-rule2", x+.7, y, width-1.4, height)
	if t.Rules != "" {
		box.Class, box.Dashed = "ink-warn", true
	}
	m.shapes = append(m.shapes, box)
	m.text("ink-ink", x+10, y+19, width-20, 12, "600", t.Name, t.Href)
	class := "ink-2"
	if t.Rules != "" {
		class = "ink-warn"
	}
	m.text(class, x+10, y+36, width-20, 11, "400", t.Why, "")
	if t.State == nil {
		return
	}
	class = "ink-3"
	if t.State.Class == "warn" || t.State.Class == "bad" {
		class = "ink-" + t.State.Class
	}
	wording := t.State.Word
	if t.Observed && t.Seen.Interactions > 0 {
		wording += ", " + words.Counted(t.Seen.Interactions, "interaction", "interactions")
	} else if t.Observed {
		wording += ", not seen"
	}
	m.text(class, x+10, y+54, width-20, 11, "400", wording, "")
}

func (m *boundaryMap) parties(things []thing, y float64) float64 {
	x, any := 0.0, false
	for i := range things {
		t := &things[i]
		if t.Lies != liesReceives {
			continue
		}
		if !any {
			y += 18
			m.text("ink-ink", 0, y, 600, 13, "600", "Who receives what comes out, or is affected by it", "")
			y += 22
			any = true
		}
		name := drawnText(t.Name, 240, 12)
		width := drawnWidth(name, 12)
		if x+width > boundWidth && x > 0 {
			x, y = 0, y+19
		}
		m.text("ink-ink", x, y, 260, 12, "400", name, t.Href)
		x += width + 22
	}
	return y + 14
}

// caption says of how many, over which time, and what is left out.
func (m *boundaryMap) caption(things []thing) (caption, desc string) {
	n := map[string]int{}
	for i := range things {
		n[things[i].Lies]++
	}
	t := m.v.check.Traffic
	caption = "Use is not observed here, so there are no bars. "
	if t.Known {
		caption = words.Counted(t.All(), "interaction", "interactions") + " through the gateway, " + t.From.Format("2 Jan") + " to " + t.To.Format("2 Jan 2006") + "; the bars show them. What goes past the gateway is here only when somebody wrote it down. "
	}
	if m.left += len(m.v.check.Rest); m.left > 0 {
		caption += words.Number(m.left) + " more have no room in it. "
	}
	desc = words.Number(n[liesIn]) + " things inside, " + words.Number(n[liesOut]) + " outside with a reason, " + words.Number(n[liesForbidden]) + " forbidden, " + words.Number(n[liesOnLine]) + " undecided on the line, " +
		words.Counted(uint64(n[liesAcross]), "interface", "interfaces") + ", " + words.Counted(uint64(n[liesReceives]), "party", "parties") + ". The table below has them all."
	return strings.TrimSpace(caption), desc
}

// drawnText is foreign text in a drawing: what could mislead made visible, on one line, and
// cut to about the width it has.
func drawnText(text string, width float64, size int) string {
	text = words.Visible(strings.Join(strings.Fields(text), " "))
	if drawnWidth(text, size) <= width {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if drawnWidth(b.String()+string(r)+"…", size) > width {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + "…"
}

// drawnWidth is about how wide a text is drawn.
func drawnWidth(text string, size int) float64 {
	units := 0.0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r >= 0x1100 && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) && r > 0x2fff:
			units += 1.05 // as wide as high
		case strings.ContainsRune("WM@%⟨⟩…", r) || r >= 0x1f000: // and emoji
			units += 1.02
		case r == ' ' || strings.ContainsRune("iljtfrI.,;:'|()!-", r):
			units += 0.33
		case r == 'm' || r == 'w' || unicode.IsUpper(r):
			units += 0.78
		default:
			units += 0.555
		}
	}
	return units * float64(size)
}

// wrapped breaks a text at spaces into lines of about a width, the last one cut.
func wrapped(text string, width float64, size, most int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(words.Visible(text)) {
		switch {
		case line == "":
			line = word
		case drawnWidth(line+" "+word, size) <= width || len(lines) == most-1:
			line += " " + word
		default:
			lines, line = append(lines, drawnText(line, width, size)), word
		}
	}
	if line != "" {
		lines = append(lines, drawnText(line, width, size))
	}
	return lines
}
