// SPDX-License-Identifier: Apache-2.0
// Pairing, host first: a link that was opened, scanned or typed. Main opens the question when the pairing is there.
import { Refused } from '../api.js';
import { h } from '../dom.js';
import { join, NotProved, readLink } from '../later/enrolment.js';
import { whenRegistered } from '../later/naming.js';
import { button, ending, heading, topBar } from '../parts.js';
import { isInstalled, platform } from '../platform.js';
import { explain } from '../trouble.js';
import { seen } from '../visible.js';
import { t } from '../words.js';
import { installHint } from './welcome.js';

const REFUSALS = { 403: 'wrong', 404: 'over' };

/** What is wrong with the link, in words. */
function explainLink(error) {
  const what = error instanceof NotProved ? 'notProved' : error instanceof Refused ? REFUSALS[error.status] : undefined;
  return what ? { title: t(`link.${what}.title`), text: t(`link.${what}.text`) } : explain(error);
}

/** A link that cannot be used, in words; undefined for one that can. */
function whatIsWrong(phone, text) {
  const found = readLink(text);
  if (!found) return { title: t('link.bad.title'), text: t('link.bad.text') };
  if (found.origin === phone.origin) return undefined;
  return { title: t('link.elsewhere.title'), text: t('link.elsewhere.text', { link: seen(found.origin), own: phone.origin }) };
}

const failed = (app, { title, text }) =>
  ending(app, { kind: 'bad', title, text, action: t('link.other'), onaction: () => app.go('/pair') });

/** Safari and the installed app do not share keys, and the app opens without the link: it is scanned again, or pasted. */
function installView(app, link, go) {
  const copied = h('p', { class: 'quiet', role: 'status' });
  const copy = () => void navigator.clipboard.writeText(link).then(() => { copied.textContent = t('code.copied'); });
  return h('div', { class: 'grow' },
    h('div', { class: 'middle top' }, heading(t('pair.title')), installHint(app), h('p', { class: 'lead' }, t('link.install')), copied),
    h('div', { class: 'actions' }, button(t('link.copy'), copy, 'primary'), button(t('welcome.pairAnyway'), go)));
}

function typeView(app, take) {
  const trouble = h('p', { id: 'link-trouble', class: 'trouble', role: 'alert' });
  const field = h('input', {
    id: 'link', type: 'text', inputmode: 'url', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', required: true,
    'aria-describedby': 'link-trouble',
  });
  const submit = (event) => {
    event.preventDefault();
    if (readLink(field.value)) take(field.value);
    else trouble.textContent = t('link.noLink');
  };
  return h('form', { class: 'grow', onsubmit: submit },
    h('div', { class: 'middle top' }, heading(t('link.title')), h('p', { class: 'lead' }, t('link.text')),
      h('label', { for: 'link', class: 'label' }, t('link.label')), field, trouble),
    h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'button primary' }, t('continue')),
      button(t('scan.button'), () => app.go('/scan'))));
}

const joiningView = () => h('div', { class: 'grow' },
  h('div', { class: 'middle top' }, heading(t('pair.title')),
    h('p', { class: 'quiet waiting' }, h('span', { class: 'dots', 'aria-hidden': 'true' }), t('link.joining'))));

export function link(app) {
  const { phone } = app;
  const node = h('div', { class: 'screen' }, topBar(app));
  const opened = app.link;
  let closed = false;
  app.link = '';

  const put = (view) => {
    node.querySelector('.grow')?.remove();
    node.append(view);
    view.querySelector('h1')?.focus();
  };
  const screen = { title: t('link.title'), name: 'link', node, leave() { closed = true; } };

  async function use(found) {
    put(joiningView());
    await join(phone, found);
    app.watch.poke(true);
  }
  const take = (found) => whenRegistered(app, put, () => use(found)).catch((error) => closed || app.show(failed(app, explainLink(error))));

  if (opened === '') {
    put(typeView(app, (text) => {
      const wrong = whatIsWrong(phone, text);
      if (wrong) app.show(failed(app, wrong));
      else void take(readLink(text));
    }));
    return screen;
  }
  const wrong = whatIsWrong(phone, opened);
  if (wrong) return failed(app, wrong);
  const mustInstall = platform() === 'ios' && !isInstalled() && !phone.device;
  if (mustInstall) put(installView(app, opened, () => void take(readLink(opened))));
  else void take(readLink(opened));
  return screen;
}
