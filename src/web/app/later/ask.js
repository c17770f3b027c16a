// SPDX-License-Identifier: Apache-2.0
// A question before what cannot be taken back.
import { h } from '../dom.js';
import { button } from '../parts.js';

/** `name`: part of an id; `words`: title, text, yes and no; `onyes` may close it. It is shown by showModal(). */
export function askDialog(name, words, onyes) {
  const dialog = h('dialog', { 'aria-labelledby': `${name}-title` },
    h('h2', { id: `${name}-title` }, words.title), h('p', {}, words.text),
    h('div', { class: 'actions' }, button(words.yes, onyes, 'alarm'), button(words.no, () => dialog.close())));
  return dialog;
}
