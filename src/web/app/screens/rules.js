// SPDX-License-Identifier: Apache-2.0
// What is allowed without asking for the account of a pairing, whichever phone said so; each can be ended.
import { h } from '../dom.js';
import { button, facts, heading, notice, topBar } from '../parts.js';
import { explain } from '../trouble.js';
import { t, when } from '../words.js';

export async function rules(app, pairing) {
  const { phone } = app;
  const list = h('div', { class: 'middle top' });
  const mine = (one) => one.user === pairing.user && one.requester === pairing.requester;

  function tell(error) {
    const { title, text } = explain(error);
    list.append(notice('danger', `${title}. ${text}`));
  }
  const card = (rule) => h('section', { class: 'card' },
    facts([[t('fact.action'), rule.action], [t('fact.terminal'), rule.terminal], [t('fact.requester'), rule.requester],
      [t('rules.until'), when(rule.expires)]]),
    button(t('rules.end'), () => void phone.api.removeRule(rule.id).then(fill).catch(tell), 'small'));

  async function fill() {
    const found = (await phone.api.rules()).filter(mine);
    list.replaceChildren(heading(t('rules.title')), h('p', { class: 'quiet' }, t('rules.text')),
      ...(found.length > 0 ? found.map(card) : [h('p', { class: 'lead' }, t('rules.none'))]));
  }
  list.append(heading(t('rules.title')));
  await fill().catch(tell);
  return { title: t('rules.title'), name: 'rules', node: h('div', { class: 'screen' }, topBar(app), list) };
}
