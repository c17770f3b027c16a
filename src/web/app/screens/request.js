// SPDX-License-Identifier: Apache-2.0
// The approval: what is about to happen, the number from the login, and three ways to answer.
import { Refused } from '../api.js';
import { everySecond, h, icon, ring } from '../dom.js';
import { askDialog } from '../later/ask.js';
import { NotVerified, verify } from '../later/verification.js';
import { button, ending, facts, heading, notice, topBar, whatOf } from '../parts.js';
import { addsFactor, isNumber } from '../shown.js';
import { explain } from '../trouble.js';
import { seen } from '../visible.js';
import { span, t, when } from '../words.js';

const HEED_AFTER = 600; // milliseconds: a tap that was meant for the screen before does not count
const JUST_NOW = 5; // seconds
const CLOCK_GRAIN = 2; // seconds: the server tells its time in whole ones

/** How each outcome is told. Reasons of the server are not needed: the code says more in the person's language. */
const KINDS = { granted: 'good', elsewhere_granted: 'neutral', expired: 'neutral', withdrawn: 'neutral' };

export const outcomeScreen = (app, outcome) =>
  ending(app, { kind: KINDS[outcome] ?? 'bad', title: t(`outcome.${outcome}.title`), text: t(`outcome.${outcome}.text`) });

function details(request) {
  const { metadata } = request;
  return facts([
    [t('fact.user'), request.user, 'strong'], [t('fact.host'), metadata.host, 'strong'],
    [t('fact.target'), metadata.target !== request.user ? metadata.target : '', 'strong'],
    [t('fact.command'), metadata.command, 'command'], [t('fact.directory'), metadata.directory, 'command'],
    [t('fact.rhost'), metadata.rhost], [t('fact.service'), metadata.service],
    [t('fact.terminal'), request.terminal !== (metadata.rhost ?? metadata.host) ? request.terminal : ''],
    [t('fact.tty'), metadata.tty], [t('fact.ruser'), metadata.ruser],
    [t('fact.action'), request.action !== metadata.service ? request.action : ''],
    [t('fact.requester'), request.requester],
  ]);
}

/** Without a credential the server would refuse to let it be allowed. */
const isAllowable = ({ verification, credential }) => !verification || credential !== '';

/** What went wrong with an answer, in words. */
function reason(error, asked) {
  if (error instanceof NotVerified) return t(`verify.${error.why}`, { why: seen(error.message) });
  if (asked.verification && error instanceof Refused && error.status === 403) return t('verify.notAccepted');
  const { title, text } = explain(error);
  return `${title}. ${text}`;
}

/** They come first: whoever asks fills the lines below, and could push what follows them out of sight. */
const warnings = (request) => [
  !isAllowable(request) && notice('warning', t('verify.none')),
  !request.verified && notice('warning', t('warn.unverified')),
  request.others > 0 && notice('danger', t('warn.others', { n: request.others })),
  addsFactor(request.action) && notice('danger', t('warn.addsFactor', { action: seen(request.action) })),
];

/** For how long the like need not be asked for again; undefined where the server allows no such thing. */
function memory(longest) {
  const days = [1, 7, 30, longest].filter((n, i, all) => n <= longest && all.indexOf(n) === i);
  return longest > 0 ? h('select', { id: 'memory' }, h('option', { value: 0 }, t('memory.always')),
    days.map((n) => h('option', { value: n }, t('memory.days', { n })))) : undefined;
}

/** Asks once more: the report has consequences for the next logins. */
function reportDialog(report) {
  const words = { title: t('report.title'), text: t('report.text'), yes: t('report.yes'), no: t('report.no') };
  const dialog = askDialog('report', words, () => {
    dialog.close();
    report();
  });
  return dialog;
}

export function request(app, { entry, request: asked }) {
  const { phone } = app;
  const left = ring(Math.max(1, asked.expires - asked.created), (n) => t('request.left', { n }));
  const since = h('p', { class: 'quiet since' });
  const number = h('input', {
    id: 'number', class: asked.digits > 3 ? 'number wide' : 'number', inputmode: 'numeric', pattern: '[0-9]*', autocomplete: 'off', enterkeyhint: 'done',
    maxlength: asked.digits, placeholder: '–'.repeat(asked.digits), 'aria-describedby': 'number-hint',
  });
  const forget = memory(isAllowable(asked) ? asked.longestRule : 0);
  const meaning = h('p', { class: 'quiet', hidden: true }, t('memory.text'));
  forget?.addEventListener('change', () => { meaning.hidden = forget.value === '0'; });
  const allow = button([icon('check'), t('allow')], () => answer('allow', number.value, Number(forget?.value ?? 0)), 'primary');
  const deny = button([icon('cross'), t('deny')], () => answer('deny', ''), 'plain');
  const notMe = button(t('notMe'), () => dialog.showModal(), 'text');
  const dialog = reportDialog(() => answer('not_me', ''));
  const end = h('span', { class: 'end' });
  const hint = h('p', { class: 'quiet scroll-hint', hidden: true }, t('request.scroll'));
  let heeded = false;
  let busy = false;
  let read = false; // to the end of what is asked

  const refresh = () => {
    allow.disabled = busy || !isAllowable(asked) || !heeded || !read || (asked.digits > 0 && !isNumber(number.value, asked.digits));
    deny.disabled = notMe.disabled = busy || !heeded;
  };
  const over = (outcome) => {
    app.answered.add(entry.id);
    void phone.remember(asked, outcome);
    app.show(outcomeScreen(app, outcome));
  };

  async function answer(choice, typed, days = 0) {
    busy = true;
    app.answered.add(entry.id);
    refresh();
    try {
      const verifying = choice === 'allow' && asked.verification ? (text) => verify(asked.credential, text) : undefined;
      const outcome = await phone.decide(entry, asked, choice, asked.digits > 0 ? typed : '', days, verifying);
      app.show(outcomeScreen(app, outcome));
    } catch (error) {
      busy = false;
      app.answered.delete(entry.id);
      refresh();
      trouble.replaceChildren(notice(error instanceof NotVerified ? 'warning' : 'danger', reason(error, asked)));
      trouble.scrollIntoView({ block: 'nearest' });
    }
    app.watch.poke(true);
  }

  const trouble = h('div', { role: 'alert' });
  number.addEventListener('input', refresh);
  const numberEntry = asked.digits > 0 && isAllowable(asked) && h('div', { class: 'number-entry' },
    h('div', {}, h('label', { for: 'number' }, t('number.label')),
      h('p', { id: 'number-hint', class: 'quiet' }, t('number.hint', { n: asked.digits }))),
    number);
  const bar = h('div', { class: 'actions' },
    hint, numberEntry, h('div', { class: 'pair-of-buttons' }, deny, allow), notMe);
  const submit = (event) => {
    event.preventDefault();
    if (!allow.disabled) allow.click();
  };
  const node = h('form', { class: 'screen request', onsubmit: submit, autocomplete: 'off' },
    topBar(app, left.node),
    h('div', { class: 'middle top' },
      heading(t('request.title')), trouble, warnings(asked),
      h('section', { class: 'card subject' }, h('p', { class: 'what' }, whatOf(asked)), since, details(asked), end),
      forget && h('section', { class: 'memory' },
        h('div', {}, h('label', { for: 'memory' }, t('memory.label')), forget), meaning)),
    bar, dialog);

  const stop = everySecond(() => {
    const now = phone.clock.now();
    const seconds = Math.max(0, Math.round(asked.expires - now));
    left.set(seconds);
    const age = now - asked.created;
    since.textContent = t(age < JUST_NOW ? 'request.now' : 'request.since', { at: when(asked.created, now), ago: span(age) });
    // The server's list says it first, unless the server is out of reach.
    if (now > asked.expires + CLOCK_GRAIN && !busy) over('expired');
  });
  let watching;
  const heed = setTimeout(() => {
    heeded = true;
    watching = new IntersectionObserver(([{ isIntersecting }]) => {
      read ||= isIntersecting;
      hint.hidden = read;
      refresh();
    }, { rootMargin: `0px 0px -${bar.offsetHeight}px 0px` });
    watching.observe(end);
  }, HEED_AFTER);
  refresh();
  return {
    title: t('request.title'),
    name: 'request',
    node,
    update() {
      if (busy || app.answered.has(entry.id) || app.list.requests.some((one) => one.entry.id === entry.id)) return;
      over(phone.clock.now() >= asked.expires - CLOCK_GRAIN ? 'expired' : 'withdrawn');
    },
    leave() {
      stop();
      clearTimeout(heed);
      watching?.disconnect();
    },
  };
}
