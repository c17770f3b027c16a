// SPDX-License-Identifier: Apache-2.0
// Opens the app: which screen is shown, and what a change of the server's list does to it.
import { ending } from './parts.js';
import { Phone } from './phone.js';
import { awaitInstallPrompt } from './platform.js';
import { welcome } from './screens/welcome.js';
import { readPairing, readRequest, Unreadable } from './shown.js';
import { explain } from './trouble.js';
import { Vault, wasEmptied } from './vault.js';
import { Watch } from './watch.js';
import { chooseLanguage, moreWords, t } from './words.js';

const root = document.getElementById('app');
const announcer = document.getElementById('announcer');

const app = {
  phone: undefined,
  watch: undefined,
  connection: '', // 'connected', 'unreachable', or a Refused
  list: { requests: [], pairings: [], unknown: 0 },
  answered: new Set(), // ids that this page has answered or let pass
  emptied: false,
  unnotified: false, // although the person wanted to be
  link: '', // a pairing link that was opened, scanned or typed, until the screen of its name takes it
  go,
  show,
  refresh: () => void route(),
  restart() {
    window.history.replaceState(null, '', '/');
    location.reload();
  },
};

let screen = { leave() {} };
let wanted = ''; // the request whose notification was tapped, until the server's list has come
const opened = new Set(); // ids whose screens opened by themselves, once

function show(next) {
  screen.leave?.();
  screen = next;
  document.title = next.title === t('app') ? next.title : `${next.title} · ${t('app')}`;
  root.replaceChildren(next.node);
  scrollTo(0, 0);
  root.querySelector('h1')?.focus({ preventScroll: true });
}

function go(path) {
  if (location.hash.slice(1) === path || (path === '/' && location.hash === '')) void route();
  else location.hash = path;
}

/** Screens that the first one does not need come when they do. After an upgrade the files of this page may be gone. */
async function load(name) {
  try {
    const [screen] = await Promise.all([import(`./screens/${name}.js`), moreWords()]);
    return screen[name];
  } catch {
    location.reload();
    return new Promise(() => {});
  }
}

/** What has to do with the service worker. */
const worker = () => import('./later/update.js');

const listed = {
  request: (id) => app.list.requests.find((one) => one.entry.id === id),
  asked: (id) => app.list.pairings.find((one) => one.entry.id === id),
  pairing: (id) => app.phone.pairing(id),
  codeapp: (id) => app.phone.pairing(id),
  rules: (id) => app.phone.pairing(id),
};
const SCREENS = ['anew', 'asked', 'codeapp', 'gone', 'history', 'link', 'notify', 'pair', 'pairing', 'request', 'rules', 'scan'];

const first = async () => (app.phone.device && app.phone.pairings.length > 0 ? (await load('home'))(app) : welcome(app));

/** Shows what the address names; the first screen where there is no such thing (any more). */
async function route() {
  const address = location.hash;
  const [, name, id] = address.slice(1).split('/');
  const isThere = SCREENS.includes(name) && (!listed[name] || listed[name](id));
  const next = isThere ? await load(name).then((make) => make(app, listed[name]?.(id))) : await first();
  if (location.hash === address) show(next);
}

/** What can be read and belongs to a pairing of this phone; the rest is counted. */
function understand(list) {
  const understood = { requests: [], pairings: [], unknown: 0 };
  const take = (entries, read, into, known) => {
    for (const entry of entries) {
      try {
        const one = read(entry);
        if (app.answered.has(entry.id)) continue;
        if (known(entry)) into(entry, one);
        else understood.unknown += 1;
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        understood.unknown += 1;
      }
    }
  };
  take(list.requests, readRequest, (entry, one) => understood.requests.push({ entry, request: one }),
    (entry) => app.phone.pairing(entry.pairing_id) !== undefined);
  take(list.pairings, readPairing, (entry, one) => understood.pairings.push({ entry, pairing: one }), () => true);
  return understood;
}

async function take(list, at) {
  await app.phone.refresh();
  app.list = understand(list);
  const count = app.list.requests.length;
  void navigator.setAppBadge?.(count).catch(() => {});
  announcer.textContent = count > 0 ? t('announce', { n: count }) : '';
  const waiting = [...list.requests, ...list.pairings].map(({ id }) => id);
  worker().then(({ closeNotifications }) => closeNotifications(waiting, at)).catch(() => {});
  if (!openWanted() && !openNews()) update();
}

function update() {
  if (screen.update) screen.update();
  else if (screen.name === 'welcome') void route();
}

/** The request whose notification was tapped; when it waits no more, that is told. */
function openWanted() {
  if (wanted === '') return false;
  const login = listed.request(wanted);
  wanted = '';
  if (login) return open('request', login);
  go('/gone');
  return true;
}

/** Something that just came, once each, and never over a screen where the person is doing something. */
function openNews() {
  const news = (list) => list.filter(({ entry }) => !opened.has(entry.id));
  const atRest = screen.name === 'home' || screen.name === 'welcome';
  const [question] = news(app.list.pairings);
  if (question && (atRest || screen.name === 'pair' || screen.name === 'link')) return open('asked', question);
  const [login] = news(app.list.requests);
  if (login && app.list.requests.length === 1 && atRest) return open('request', login);
  return false;
}

function open(name, { entry }) {
  opened.add(entry.id);
  go(`/${name}/${entry.id}`);
  return true;
}

function connected(state) {
  const changed = app.connection !== state;
  app.connection = state;
  if (changed && screen.name === 'home') screen.update();
}

/** A link's secret leaves the address, and with it the history, before anything else is done. */
function takeLink() {
  if (location.pathname !== '/enrol') return;
  app.link = location.href;
  window.history.replaceState(null, '', '/#/link');
}

/** The address of a notification: what waits is known only from the server, so it is kept until its list has come. */
function takePlace() {
  const [, name, id] = location.hash.split('/');
  if (!['request', 'asked'].includes(name) || listed[name](id) || app.answered.has(id)) return false;
  if (name === 'request') wanted = id;
  window.history.replaceState(null, '', '/');
  return true;
}

function moved() {
  if (takePlace()) app.watch.poke(true);
  else void route();
}

function openTapped({ data }) {
  wanted = data?.open ?? '';
  app.watch.poke(true);
}

/** Without these the app works as well, but for the time without network and while it is closed. */
async function inBackground() {
  await (await worker()).keepUpToDate();
  if (!app.phone.device) return;
  const { NoPush, renew } = await import('./later/push.js');
  await renew(app.phone).catch((error) => {
    app.unnotified = error instanceof NoPush;
    update();
  });
}

async function start() {
  takeLink();
  takePlace();
  await chooseLanguage();
  const vault = await Vault.open();
  app.phone = await Phone.load(vault, location.origin);
  app.emptied = wasEmptied(app.phone.pairings, app.phone.device);
  app.watch = new Watch(app.phone, { onList: take, onPairings: update, onState: connected });
  window.addEventListener('hashchange', moved);
  navigator.serviceWorker?.addEventListener('message', openTapped);
  awaitInstallPrompt(() => screen.name === 'welcome' && route());
  await route();
  if (app.phone.device) app.watch.start();
  await inBackground().catch(() => {});
}

start().catch((error) => {
  const { title, text } = explain(error);
  show(ending(app, { kind: 'bad', title, text, action: t('again'), onaction: () => location.reload() }));
});
