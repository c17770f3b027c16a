// SPDX-License-Identifier: Apache-2.0
// Pairing, phone first: a phrase is shown here and typed at the computer. Main opens the question when it comes. From here
// also to the other way: a code or link that the computer shows.
import { everySecond, h, icon } from '../dom.js';
import { whenRegistered } from '../later/naming.js';
import { button, ending, heading, topBar } from '../parts.js';
import { explain } from '../trouble.js';
import { keepForGood } from '../vault.js';
import { seen } from '../visible.js';
import { t } from '../words.js';

const clockFace = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

function phraseView(app, phrase, left, again) {
  return h('div', { class: 'grow' },
    h('div', { class: 'middle top' },
      heading(t('pair.phraseTitle')),
      h('p', { class: 'phrase', translate: 'no' }, seen(phrase).split(' ').map((word) => h('span', {}, `${word} `))),
      h('ol', { class: 'steps' },
        h('li', {}, t('pair.step1'), h('code', { translate: 'no' }, 'toopher-pair')),
        h('li', {}, t('pair.step2')), h('li', {}, t('pair.step3'))),
      h('p', { class: 'quiet waiting' }, h('span', { class: 'dots', 'aria-hidden': 'true' }), left)),
    h('div', { class: 'actions' }, button([icon('scan'), t('scan.button')], () => app.go('/scan')),
      button(t('pair.newPhrase'), again, 'text calm-text')));
}

export function pair(app) {
  const { phone } = app;
  const node = h('div', { class: 'screen' }, topBar(app));
  let stopClock = () => {};
  let closed = false;

  const put = (view) => {
    stopClock();
    node.querySelector('.grow')?.remove();
    node.append(view);
    view.querySelector('h1')?.focus();
  };
  const fail = (error) => {
    if (!closed) app.show(ending(app, { kind: 'bad', ...explain(error), action: t('again'), onaction: () => app.go('/pair') }));
  };
  const expired = () =>
    app.show(ending(app, { kind: 'neutral', title: t('pair.expiredTitle'), text: t('pair.expiredText'),
      action: t('pair.newPhrase'), onaction: () => app.go('/pair') }));

  async function showPhrase() {
    const { phrase, expires_in: life } = await phone.api.phrase();
    if (closed) return;
    const end = Date.now() / 1000 + life;
    const left = h('span');
    put(phraseView(app, phrase, left, () => showPhrase().catch(fail)));
    stopClock = everySecond(() => {
      const seconds = Math.max(0, Math.round(end - Date.now() / 1000));
      left.textContent = t('pair.waiting', { left: clockFace(seconds) });
      if (seconds === 0) expired();
    });
  }

  void keepForGood();
  if (phone.device) put(h('div', { class: 'grow' }, heading(t('pair.title'))));
  whenRegistered(app, put, showPhrase).catch(fail);
  return {
    title: t('pair.title'),
    name: 'pair',
    node,
    leave() {
      closed = true;
      stopClock();
    },
  };
}
