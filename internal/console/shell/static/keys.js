// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0
//
// Keys for people who would rather not reach for the mouse. Everything here is also
// a link or a form: without this file nothing is missing.
'use strict';

(() => {
  const writing = (target) => target.closest('input, textarea, select, [contenteditable]') !== null;
  let leading = 0; // when "g" was pressed, in milliseconds

  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      location.assign('/palette');
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    if (event.key === '/') {
      const field = document.getElementById('palette') ?? document.getElementById('goto');
      if (field) {
        event.preventDefault();
        field.focus();
        field.select();
      }
      return;
    }
    if (event.key === 'g') {
      leading = event.timeStamp;
      return;
    }
    if (leading && event.timeStamp - leading < 1500) {
      const entry = document.querySelector(`.nav a[data-key="${CSS.escape(event.key)}"]`);
      if (entry) {
        event.preventDefault();
        entry.click();
      }
    }
    leading = 0;
  });

  // The palette page narrows its links while somebody writes, and arrows walk them.
  const field = document.getElementById('palette');
  if (!field) return;
  const links = [...document.querySelectorAll('.palette a')];
  const shown = () => links.filter((link) => !link.closest('li').hidden);
  field.focus();
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const link of links) {
      const text = link.textContent.toLowerCase();
      link.closest('li').hidden = !words.every((word) => text.includes(word));
    }
    for (const part of document.querySelectorAll('section.palette')) {
      part.hidden = part.querySelector('li:not([hidden])') === null;
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const list = shown();
    const at = list.indexOf(document.activeElement);
    const next = event.key === 'ArrowDown' ? list[at + 1] : (at > 0 ? list[at - 1] : field);
    if (next && (at >= 0 || document.activeElement === field)) {
      event.preventDefault();
      next.focus();
    }
  });
})();
