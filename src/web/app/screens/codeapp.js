// SPDX-License-Identifier: Apache-2.0
// Another code app for the account of a pairing: its link, shown once and kept nowhere, and those that were set up so far.
import { Refused } from '../api.js';
import { h, icon } from '../dom.js';
import { askDialog } from '../later/ask.js';
import { qrPicture } from '../later/picture.js';
import { NotVerified, verify } from '../later/verification.js';
import { button, facts, heading, notice, topBar } from '../parts.js';
import { explain } from '../trouble.js';
import { seen } from '../visible.js';
import { t, when } from '../words.js';

const MOST = 5; // src/server/service/rules.h
const LINK = /^otpauth:\/\/totp\//;

/** What went wrong, in words. */
function reason(error, pairing) {
  if (error instanceof NotVerified) return t(`verify.codeApp.${error.why}`, { why: seen(error.message) });
  if (error instanceof Refused && error.status === 403) return t(pairing.credential ? 'codeApp.notAccepted' : 'codeApp.unverified');
  if (error instanceof Refused && error.status === 429) return t('codeApp.often');
  const { title, text } = explain(error);
  return `${title}. ${text}`;
}

function removeDialog(one, remove) {
  const words = { title: t('codeApp.removeTitle'), text: t('codeApp.removeText'), yes: t('remove.yes'), no: t('remove.no') };
  const dialog = askDialog(`remove-${one.id}`, words, () => {
    dialog.close();
    remove();
  });
  return dialog;
}

function linkView(link, done) {
  const copied = h('p', { class: 'quiet', role: 'status' });
  const copy = () => void navigator.clipboard.writeText(link).then(() => { copied.textContent = t('code.copied'); },
    () => { copied.textContent = t('code.notCopied'); });
  return [
    h('div', { class: 'middle top' }, heading(t('codeApp.scan')), h('p', { class: 'lead' }, t('codeApp.once')),
      qrPicture(link, t('codeApp.picture')),
      h('div', { class: 'ways' }, h('a', { class: 'button plain', href: link }, t('codeApp.open')), button(t('link.copy'), copy), copied)),
    h('div', { class: 'actions' }, button(t('done'), done, 'primary'))];
}

export async function codeapp(app, pairing) {
  const { phone } = app;
  const node = h('div', { class: 'screen' });
  let closed = false;

  function put(...views) {
    if (closed) return;
    node.replaceChildren(topBar(app), ...views);
    node.querySelector('h1').focus({ preventScroll: true });
  }

  async function showLink({ currentTarget: target }, said) {
    target.disabled = true;
    said.replaceChildren();
    try {
      const link = await phone.api.setUpCodeApp(pairing.id, pairing.credential ? (text) => verify(pairing.credential, text) : undefined);
      if (!LINK.test(link)) throw new Error('no otpauth link');
      put(...linkView(link, () => void list()));
    } catch (error) {
      target.disabled = false;
      said.replaceChildren(notice('warning', reason(error, pairing)));
      said.scrollIntoView({ block: 'nearest' });
    }
  }

  function listView(found, trouble) {
    const said = h('div', { role: 'status', class: 'said' }, trouble);
    const remove = (one) => phone.api.removeCodeApp(one.id).then(() => list(),
      (error) => said.replaceChildren(notice('warning', reason(error, pairing))));
    const card = (one) => {
      const dialog = removeDialog(one, () => void remove(one));
      return h('section', { class: 'card' },
        facts([[t('fact.setUp'), when(one.created)], [t('fact.setUpBy'), one.phone],
          [t('fact.lastUsed'), one.last_used > 0 ? when(one.last_used) : t('codeApp.never')]]),
        button(t('codeApp.remove'), () => dialog.showModal(), 'small'), dialog);
    };
    return [
      h('div', { class: 'middle top' }, heading(t('codeApp.title')), h('p', { class: 'lead' }, t('codeApp.text')),
        notice('warning', t('codeApp.warning')), said,
        found.length >= MOST && notice('info', t('codeApp.most')),
        found.length > 0 && h('h2', {}, t('codeApp.soFar')), found.map(card)),
      h('div', { class: 'actions' },
        button([icon('code'), t('codeApp.show')], (event) => void showLink(event, said), 'primary', { disabled: found.length >= MOST }))];
  }

  async function list() {
    try {
      put(...listView(await phone.api.codeApps(pairing.id)));
    } catch (error) {
      put(...listView([], notice('warning', reason(error, pairing))));
    }
  }

  // As codes that were unlocked: who takes the phone up later does not see it.
  function hide() {
    if (document.visibilityState !== 'hidden' || !node.querySelector('.qr')) return;
    node.replaceChildren();
    void list();
  }

  document.addEventListener('visibilitychange', hide);
  await list();
  return {
    title: t('codeApp.title'),
    name: 'codeapp',
    node,
    leave() {
      closed = true;
      document.removeEventListener('visibilitychange', hide);
      node.replaceChildren();
    },
  };
}
