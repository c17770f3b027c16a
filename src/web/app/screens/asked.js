// SPDX-License-Identifier: Apache-2.0
// A computer asks to be paired with this phone: who asks, and for whom.
import { h, icon } from '../dom.js';
import { cameBy, fingerprint } from '../later/enrolment.js';
import { isSupported, isWanted } from '../later/push.js';
import { canVerify, makeCredential, NotVerified } from '../later/verification.js';
import { button, ending, facts, heading, notice, topBar } from '../parts.js';
import { explain } from '../trouble.js';
import { keepForGood } from '../vault.js';
import { makeVisible, seen } from '../visible.js';
import { t } from '../words.js';

export async function asked(app, { entry, pairing }) {
  const { phone } = app;
  const way = await cameBy(pairing);
  if (way === 'forged') return ending(app, { kind: 'bad', title: t('link.notProved.title'), text: t('link.notProved.text') });
  const joined = way === 'link';
  const print = await fingerprint(phone.device);
  const fail = (error) => app.show(ending(app, { kind: 'bad', ...explain(error) }));

  const verifiable = pairing.verification && await canVerify();
  const said = h('div', { role: 'status', class: 'said' },
    pairing.verification && (verifiable ? notice('info', t('verify.pairing.text')) : notice('warning', t('verify.pairing.cannot'))));

  async function allow(credential) {
    await phone.allowPairing(entry, pairing, credential);
    const kept = await keepForGood();
    app.show(ending(app, {
      kind: 'good', title: t('paired.title'), text: t('paired.text', { user: makeVisible(pairing.user) }),
      action: t('paired.done'),
      more: [h('section', { class: 'card compare' }, h('p', {}, t('paired.compare')), h('p', { class: 'command' }, print)),
        isSupported() && !isWanted() && button([icon('bell'), t('notify.get')], () => app.go('/notify')),
        !kept && notice('warning', t('storage.notKept'))],
    }));
  }

  const allowVerified = async () => allow(await makeCredential(phone, entry, pairing.user));
  const allowForCodes = () => allow();

  async function deny() {
    await phone.denyPairing(entry);
    app.show(ending(app, { kind: 'neutral', title: t('notPaired.title'), text: t(joined ? 'notPaired.linkText' : 'notPaired.text') }));
  }

  const act = (work) => (event) => {
    const buttons = event.target.closest('.actions').querySelectorAll('button');
    const disable = (disabled) => { for (const one of buttons) one.disabled = disabled; };
    app.answered.add(entry.id);
    disable(true);
    work().catch((error) => {
      if (!(error instanceof NotVerified)) return fail(error);
      app.answered.delete(entry.id);
      disable(false);
      said.replaceChildren(notice('warning', t(`verify.pairing.${error.why}`, { why: seen(error.message) })));
      said.scrollIntoView({ block: 'nearest' });
      forCodes.hidden = false;
    }).finally(() => app.watch.poke(true));
  };
  const forCodes = button(t('verify.codesOnly'), act(allowForCodes), 'plain', { hidden: verifiable || !pairing.verification });
  const answers = [
    (verifiable || !pairing.verification) && button(t('asked.allow'), act(verifiable ? allowVerified : allowForCodes), 'primary'),
    forCodes, button(t('asked.deny'), act(deny))];
  return {
    title: t('asked.title'),
    name: 'asked',
    node: h('div', { class: 'screen' }, topBar(app),
      h('div', { class: 'middle top' },
        h('div', { class: 'badge brand small' }, icon('phone')),
        heading(t('asked.title')), h('p', { class: 'lead' }, t(joined ? 'asked.linkText' : 'asked.text')), said,
        h('section', { class: 'card' }, facts([[t('fact.user'), pairing.user], [t('fact.requester'), pairing.requester],
          [t('fact.server'), phone.origin], [t('fact.phone'), phone.device.name], [t('fact.fingerprint'), print, 'command']]))),
      h('div', { class: 'actions' }, answers)),
    update() {
      if (app.answered.has(entry.id) || app.list.pairings.some((one) => one.entry.id === entry.id)) return;
      app.show(ending(app, { kind: 'neutral', title: t('asked.overTitle'), text: t(joined ? 'link.over.text' : 'asked.overText'),
        action: t(joined ? 'link.other' : 'pair.newPhrase'), onaction: () => app.go('/pair') }));
    },
  };
}
