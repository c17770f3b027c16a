// SPDX-License-Identifier: Apache-2.0
// One pairing: what it is, how it is called here, and how it is removed.
import { h, icon } from '../dom.js';
import { askDialog } from '../later/ask.js';
import { fingerprint } from '../later/enrolment.js';
import { lastPush } from '../later/pushed.js';
import { button, facts, heading, nameOf, notice, topBar } from '../parts.js';
import { keepForGood } from '../vault.js';
import { t, when } from '../words.js';

export async function pairing(app, one) {
  const { phone } = app;
  const kept = await keepForGood();
  const print = await fingerprint(phone.device);
  const field = h('input', { id: 'label', value: one.label || one.user, maxlength: 60, autocomplete: 'off' });
  const rename = (event) => {
    event.preventDefault();
    const label = field.value.trim();
    void phone.rename(one, label === one.user ? '' : label).then(() => app.go('/'));
  };
  const pushed = lastPush(phone);
  const words = { title: t('remove.title'), text: t('remove.text'), yes: t('remove.yes'), no: t('remove.no') };
  const dialog = askDialog('remove', words, () => void phone.remove(one).then(() => app.go('/')));
  return {
    title: nameOf(one),
    name: 'pairing',
    node: h('div', { class: 'screen' }, topBar(app),
      h('div', { class: 'middle top' },
        heading(h('bdi', {}, nameOf(one))),
        !one.active && notice('danger', t('pairing.endedLong')),
        h('section', { class: 'card' }, facts([[t('fact.user'), one.user], [t('fact.requester'), one.requester],
          [t('fact.server'), phone.origin], [t('fact.phone'), phone.device.name], [t('fact.fingerprint'), print, 'command'],
          [t('fact.since'), when(one.created)], [t('fact.verification'), one.credential ? t('verify.has') : ''], [t('fact.storage'), t(kept ? 'storage.kept' : 'storage.mayGo')]])),
        !kept && notice('warning', t('storage.notKept')),
        h('form', { onsubmit: rename },
          h('label', { for: 'label', class: 'label' }, t('pairing.label')), field,
          h('div', { class: 'after-field' }, h('button', { type: 'submit', class: 'button plain' }, t('save')))),
        pushed.node,
        h('div', { class: 'ways' }, button([icon('bell'), t('notify.title')], () => app.go('/notify')),
          button([icon('clock'), t('rules.title')], () => app.go(`/rules/${one.id}`)),
          one.active && button([icon('code'), t('codeApp.title')], () => app.go(`/codeapp/${one.id}`)))),
      h('div', { class: 'actions' }, button(t('remove.button'), () => dialog.showModal(), 'text')), dialog),
    leave: pushed.leave,
  };
}
