// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
)

// browser is one tab of a real browser.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string // what the browser complained about: blocked styles, missing files
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	return openBrowserFor(t, 2*time.Minute)
}

// openBrowserFor opens a browser that is given so much time.
func openBrowserFor(t *testing.T, most time.Duration) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("no Chromium: run make deps")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // the browser refuses root with its sandbox
	}
	ctx, stop := context.WithTimeout(t.Context(), most)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, flags...)
	t.Cleanup(stop)
	b := &browser{t: t}
	b.ctx, stop = chromedp.NewContext(ctx, chromedp.WithListener(b.listen))
	t.Cleanup(stop)
	return b
}

func (b *browser) listen(event any) {
	entry, is := event.(*log.EventEntryAdded)
	if !is || entry.Entry.Level != log.EntryLevelError {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, entry.Entry.Text+" "+entry.Entry.URL)
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("in the browser: %v", err)
	}
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url), chromedp.WaitReady("h1"))
}

// fill types into the fields of a form by id, name and value in turn.
func (b *browser) fill(fields ...string) {
	b.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		b.do(chromedp.SendKeys("#"+fields[i], fields[i+1]))
	}
}

// submit sends the page's form and waits for the next page.
func (b *browser) submit() {
	b.t.Helper()
	b.leave("form.form button[type=submit]")
}

// leave clicks what leads to another page and waits for that.
func (b *browser) leave(selector string) {
	b.t.Helper()
	evaluate[bool](b, "window.stillHere = true")
	b.do(chromedp.Click(selector))
	for range 500 {
		there, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("window.stillHere !== true && document.readyState === 'complete'"))
		if err == nil && there { // an error comes of asking while the pages change
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.t.Fatalf("%s leads nowhere; the page says:\n%s", selector, b.text())
}

func (b *browser) text() string { return evaluate[string](b, "document.body.innerText") }

func (b *browser) html() string { return evaluate[string](b, "document.documentElement.outerHTML") }

func (b *browser) path() string { return evaluate[string](b, "location.pathname") }

func evaluate[T any](b *browser, script string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("in the browser: %s: %v", script, err)
	}
	return value
}

// look takes pictures at the width of a desk and of a telephone, kept with the
// test's artifacts, and demands that nothing stands out at the side.
func (b *browser) look(name string) {
	b.t.Helper()
	for _, width := range []int64{1280, 390} {
		b.do(chromedp.EmulateViewport(width, 900))
		if wide := evaluate[int64](b, "document.documentElement.scrollWidth"); wide > width {
			b.t.Errorf("%s: %d pixels wide in a window of %d", name, wide, width)
		}
		picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			b.t.Fatalf("take a picture: %v", err)
		}
		file := filepath.Join(b.t.ArtifactDir(), name+map[int64]string{1280: "-1280.png", 390: "-390.png"}[width])
		if err := os.WriteFile(file, picture, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
	b.do(chromedp.EmulateViewport(1280, 900))
}

// checkQuiet demands that the browser had nothing to complain about.
func (b *browser) checkQuiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.problems) > 0 {
		b.t.Errorf("the browser complains:\n%s", strings.Join(b.problems, "\n"))
	}
}
