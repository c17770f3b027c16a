// SPDX-License-Identifier: Apache-2.0
// What became of the last push to this phone, and a test that sends one.
import { Refused } from '../api.js';
import { h } from '../dom.js';
import { button, facts, notice } from '../parts.js';
import { explain } from '../trouble.js';
import { seen } from '../visible.js';
import { t, when } from '../words.js';
import { isSupported, isWanted, NoPush } from './push.js';

const DELIVERY = 3000; // milliseconds until the server knows what became of a test

/** What went wrong, in words. */
export function reason(error) {
  if (error instanceof NoPush) return t(`notify.${error.why}`, { why: seen(error.message) });
  const { title, text } = explain(error);
  return `${title}. ${text}`;
}

/** `state`: the server's, of a phone that is subscribed. */
export const pushFacts = (state) => facts([
  [t('fact.lastPush'), state.last_delivered > 0 ? when(state.last_delivered) : t('notify.never')],
  [t('fact.problem'), state.problem]]);

/** Sends one; calls `look` when the server knows what became of it. Throws NoPush, Refused, Unreachable. */
export async function sendTest(phone, look) {
  try {
    await phone.api.testPush();
  } catch (error) {
    throw error instanceof Refused && error.status === 429 ? new NoPush('often') : error;
  }
  return setTimeout(look, DELIVERY);
}

/** A card with both: { node, leave }. Empty where this phone is not notified, or the server cannot be reached. */
export function lastPush(phone) {
  const shown = h('div');
  const said = h('div', { role: 'status', class: 'said' });
  const node = h('section', { class: 'card', hidden: true }, shown, button(t('notify.test'), test), said);
  let timer;

  async function look() {
    const state = isSupported() && isWanted() ? await phone.api.push().catch(() => undefined) : undefined;
    node.hidden = state?.subscribed !== true;
    if (!node.hidden) shown.replaceChildren(pushFacts(state));
  }
  async function test({ target }) {
    target.disabled = true;
    clearTimeout(timer);
    try {
      timer = await sendTest(phone, () => void look());
      said.replaceChildren(notice('info', t('notify.sent')));
    } catch (error) {
      said.replaceChildren(notice('warning', reason(error)));
    }
    target.disabled = false;
  }
  void look();
  return { node, leave: () => clearTimeout(timer) };
}
