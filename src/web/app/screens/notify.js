// SPDX-License-Identifier: Apache-2.0
// Notifications: turned on by a tap, tried out, and what is wrong with them.
import { Refused } from '../api.js';
import { h, icon } from '../dom.js';
import { isSupported, isWanted, renew, turnOff, turnOn } from '../later/push.js';
import { pushFacts, reason, sendTest } from '../later/pushed.js';
import { button, heading, notice, topBar } from '../parts.js';
import { isInstalled, platform } from '../platform.js';
import { seen } from '../visible.js';
import { t } from '../words.js';
import { installHint } from './welcome.js';

/** Why nothing can be turned on here; undefined where it can. */
function obstacle(app) {
  if (isSupported()) return undefined;
  if (platform() === 'ios' && !isInstalled()) return [h('p', { class: 'lead' }, t('notify.ios')), installHint(app)];
  return [notice('warning', t('notify.unsupported'))];
}

/** What the server knows, after a lost subscription was renewed; undefined where it does not say. Without push it answers 404. */
async function stateOf(phone) {
  try {
    await renew(phone).catch(() => {});
    return await phone.api.push();
  } catch (error) {
    return error instanceof Refused && error.status === 404 ? { available: false } : undefined;
  }
}

export async function notify(app) {
  const { phone } = app;
  const middle = h('div', { class: 'middle top' });
  const actions = h('div', { class: 'actions' });
  const said = h('div', { role: 'status', class: 'said' });

  let timer; // until the server knows what became of a test

  const act = (work, done) => async (event) => {
    for (const one of actions.querySelectorAll('button')) one.disabled = true;
    said.replaceChildren(h('p', { class: 'quiet waiting' }, h('span', { class: 'dots', 'aria-hidden': 'true' }), t('notify.busy')));
    let words;
    try {
      await work(event);
      app.unnotified = false;
      words = done && notice('info', t(done));
    } catch (error) {
      words = notice('warning', reason(error));
    }
    await build();
    said.replaceChildren(words ?? '');
  };
  const test = async () => {
    clearTimeout(timer);
    timer = await sendTest(phone, () => void build());
  };

  function buttons(isOn, isPossible) {
    const later = button(t(isOn ? 'done' : 'notify.later'), () => app.go('/'), isOn ? 'primary' : 'plain');
    if (!isPossible) return [later];
    return isOn ? [button(t('notify.test'), act(test, 'notify.sent')), later, button(t('notify.off'), act(() => turnOff(phone)), 'text')]
      : [button(t('notify.on'), act(() => turnOn(phone), 'notify.isOn'), 'primary'), later];
  }

  async function build() {
    const state = isSupported() ? await stateOf(phone) : undefined;
    const isOn = isWanted() && state?.subscribed === true;
    const trouble = obstacle(app) ?? (state?.available === false && [notice('warning', t('notify.unavailable'), state.problem && h('p', {}, seen(state.problem)))]);
    middle.replaceChildren(
      h('div', { class: 'badge brand small' }, icon('bell')), heading(t('notify.title')),
      h('p', { class: 'lead' }, t(isOn ? 'notify.onText' : 'notify.text')),
      ...(trouble || []),
      ...(isOn ? [h('section', { class: 'card' }, pushFacts(state))] : []),
      said);
    actions.replaceChildren(...buttons(isOn, !trouble));
  }
  await build();
  return { title: t('notify.title'), name: 'notify', node: h('div', { class: 'screen' }, topBar(app), middle, actions), leave: () => clearTimeout(timer) };
}
