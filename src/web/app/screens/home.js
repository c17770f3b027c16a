// SPDX-License-Identifier: Apache-2.0
// Home: what waits for an answer, then the pairings with their codes.
import { grouped, secondsLeft, STEP } from '../codes.js';
import { everySecond, h, icon, ring } from '../dom.js';
import { NotVerified, unlock } from '../later/verification.js';
import { button, nameOf, notice, whatOf, whereOf } from '../parts.js';
import { clockTrouble, explain } from '../trouble.js';
import { makeVisible, seen } from '../visible.js';
import { t } from '../words.js';

function requestCard(app, { request }) {
  const seconds = h('span', { class: 'pill' });
  const node = h('button', { type: 'button', class: 'card waiting-card', onclick: () => app.go(`/request/${request.id}`) },
    h('span', { class: 'waiting-text' }, h('b', {}, whatOf(request)), h('bdi', {}, whereOf(request))), seconds, icon('right'));
  const tick = () => {
    const left = Math.max(0, Math.round(request.expires - app.phone.clock.now()));
    seconds.textContent = t('seconds', { n: left });
  };
  return { node, tick };
}

/** Codes of a pairing that verifies its person are shown to that person only, until the app leaves the screen. */
const unlocked = new Set();
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') unlocked.clear();
});
const isLocked = (pairing) => Boolean(pairing.credential) && !unlocked.has(pairing.id);

function lockedCode(pairing, rebuild) {
  const trouble = h('p', { class: 'trouble', role: 'alert' });
  const open = async () => {
    try {
      await unlock(pairing.credential);
      unlocked.add(pairing.id);
      rebuild();
    } catch (error) {
      if (!(error instanceof NotVerified)) throw error;
      trouble.textContent = t(`verify.code.${error.why}`, { why: seen(error.message) });
    }
  };
  return h('div', { class: 'locked' }, button([icon('shield'), t('verify.code')], open), trouble);
}

function pairingCard(app, pairing, rebuild) {
  const digits = h('span', { class: 'digits', translate: 'no' });
  const copied = h('span', { class: 'copied', role: 'status' });
  const left = ring(STEP, (n) => t('code.left', { n }));
  let code = '';
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    copied.textContent = t('code.copied');
    setTimeout(() => { copied.textContent = ''; }, 2000);
  };
  const show = pairing.active && isLocked(pairing) ? lockedCode(pairing, rebuild) : pairing.active
    ? h('button', { type: 'button', class: 'code', onclick: copy }, digits, left.node,
      h('span', { class: 'unseen' }, t('code.copy')))
    : h('p', { class: 'quiet' }, t('pairing.ended'));
  const node = h('section', { class: 'card pairing' },
    h('header', {},
      h('div', { class: 'who' }, h('h2', {}, h('bdi', {}, nameOf(pairing))),
        h('p', { class: 'quiet' }, h('bdi', {}, makeVisible(pairing.requester)))),
      h('button', { type: 'button', class: 'round', 'aria-label': t('pairing.details', { name: nameOf(pairing) }),
        onclick: () => app.go(`/pairing/${pairing.id}`) }, icon('more'))),
    show, copied);
  const tick = async () => {
    if (!pairing.active || isLocked(pairing)) return;
    left.set(secondsLeft(app.phone.clock.now()));
    code = await app.phone.code(pairing);
    digits.textContent = grouped(code);
  };
  return { node, tick };
}

function connection(app) {
  if (app.connection === 'connected' || app.connection === '') return undefined;
  if (app.connection === 'unreachable')
    return notice('away', t('offline'), button(t('again'), () => app.watch.poke(true), 'small'));
  const { title, text } = explain(app.connection);
  return notice('danger', `${title}. ${text}`, button(t('startAnew'), () => app.go('/anew'), 'small'));
}

export function home(app) {
  const { phone } = app;
  const node = h('div', { class: 'screen home' });
  let ticks = [];

  function build() {
    const waiting = app.list.requests.map((one) => requestCard(app, one));
    const pairings = phone.pairings.map((one) => pairingCard(app, one, build));
    const clock = clockTrouble(phone.clock);
    ticks = [...waiting, ...pairings].map((part) => part.tick);
    node.replaceChildren(
      h('header', { class: 'bar' }, h('h1', { class: 'wordmark', tabindex: -1 }, icon('shield'), t('app')),
        h('button', { type: 'button', class: 'round', 'aria-label': t('history.title'), onclick: () => app.go('/history') },
          icon('history'))),
      h('div', { class: 'middle top' },
        waiting.length > 0 && h('section', { class: 'waiting', 'aria-label': t('waiting') },
          h('p', { class: 'label' }, t('waiting')), waiting.map((part) => part.node)),
        connection(app),
        clock && notice('warning', clock),
        app.unnotified && notice('warning', t('notify.lost'), button(t('notify.title'), () => app.go('/notify'), 'small')),
        app.list.unknown > 0 && notice('warning', t('unknownPairing')),
        pairings.length > 0 ? pairings.map((part) => part.node) : notice('info', t('noPairings')),
        waiting.length === 0 && pairings.length > 0 && app.connection === 'connected' && h('p', { class: 'quiet calm' }, t('nothingWaits'))),
      h('div', { class: 'actions' }, button([icon('plus'), t('pair.another')], () => app.go('/pair'))));
    tick();
  }
  const tick = () => ticks.forEach((part) => part());
  build();
  const stop = everySecond(tick);
  return { title: t('app'), name: 'home', node, update: build, leave: stop };
}
