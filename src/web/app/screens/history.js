// SPDX-License-Identifier: Apache-2.0
// What was answered on this phone. It is kept here only.
import { h, icon } from '../dom.js';
import { button, heading, topBar, whatOf, whereOf } from '../parts.js';
import { makeVisible, seen } from '../visible.js';
import { t, when } from '../words.js';

const MARKS = { granted: ['good', 'check'], expired: ['neutral', 'clock'], withdrawn: ['neutral', 'clock'] };

function row(entry) {
  const [kind, mark] = MARKS[entry.outcome] ?? ['bad', 'cross'];
  return h('li', {}, h('span', { class: `badge tiny ${kind}` }, icon(mark)),
    h('div', {},
      h('p', {}, h('b', {}, whatOf(entry)), ` ${t('at')} `, h('bdi', {}, whereOf(entry))),
      entry.metadata.command && h('p', { class: 'command' }, h('bdi', {}, seen(entry.metadata.command))),
      h('p', { class: 'quiet' }, `${t(`outcome.${entry.outcome}.short`)} · `, h('bdi', {}, makeVisible(entry.user)), ` · ${when(entry.at)}`)));
}

export async function history(app) {
  const entries = await app.phone.vault.history();
  const clear = () => app.phone.vault.clearHistory().then(() => app.go('/'));
  return {
    title: t('history.title'),
    name: 'history',
    node: h('div', { class: 'screen' }, topBar(app),
      h('div', { class: 'middle top' }, heading(t('history.title')), h('p', { class: 'quiet' }, t('history.text')),
        entries.length > 0 ? h('ul', { class: 'card history' }, entries.map(row)) : h('p', { class: 'lead' }, t('history.none'))),
      entries.length > 0 && h('div', { class: 'actions' }, button(t('history.clear'), clear))),
  };
}
