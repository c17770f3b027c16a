// SPDX-License-Identifier: Apache-2.0
// The server does not know this phone any more: forget everything and begin again, after a question.
import { h } from '../dom.js';
import { button, heading, topBar } from '../parts.js';
import { t } from '../words.js';

export function anew(app) {
  const forget = () => void app.phone.vault.forgetAll().then(() => app.restart());
  return {
    title: t('anew.title'),
    name: 'anew',
    node: h('div', { class: 'screen' }, topBar(app),
      h('div', { class: 'middle top' }, heading(t('anew.title')), h('p', { class: 'lead' }, t('anew.text'))),
      h('div', { class: 'actions' }, button(t('anew.yes'), forget, 'alarm'), button(t('back'), () => app.go('/')))),
  };
}
