// SPDX-License-Identifier: Apache-2.0
// What a push shows in Chromium, and how notifications are turned on. The messages come by DevTools: Chromium has no push
// service of its own. firefox.test.js has a real one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look } from '../support/look.js';
import { PhoneBrowser, Server } from '../support/world.js';

const NOBODY = '0b16d487-8675-4ba9-a3c3-91b833333b2c'; // the id of no request

let server;
let phone;
let worker; // DevTools of the page, with the worker's registration

before(async () => {
  server = await Server.start();
  phone = await PhoneBrowser.open(server, { permissions: ['notifications'] });
  await phone.pair('jdoe');
  await phone.ready();
  worker = await devtools();
});
after(async () => {
  await phone?.end();
  await server?.end();
});

async function devtools() {
  const cdp = await phone.context.newCDPSession(phone.page);
  const registered = new Promise((resolve) => {
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [one] }) => one && resolve(one.registrationId));
  });
  await cdp.send('ServiceWorker.enable');
  return { cdp, registrationId: await registered };
}

const inAMinute = () => Math.floor(Date.now() / 1000) + 60;

/** A push arrives. `news`: an object, or a text that is none. */
const push = (news) => worker.cdp.send('ServiceWorker.deliverPushMessage', {
  origin: server.url, registrationId: worker.registrationId,
  data: typeof news === 'string' ? news : JSON.stringify({ web_push: 8030, toopher: news }),
});

/** The notifications that are shown, once `until` (a function in the page, of them) says so. */
async function shown(until) {
  const read = () => phone.page.evaluate(async () => {
    const all = await (await navigator.serviceWorker.ready).getNotifications();
    return all.map(({ title, body, tag, requireInteraction, silent }) => ({ title, body, tag, requireInteraction, silent }));
  });
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    const all = await read();
    if (until(all)) return all;
    await phone.page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 20); }));
  }
  throw new Error(`these are shown: ${JSON.stringify(await read())}`);
}

const titled = (title) => (all) => all.some((one) => one.title === title);

/** Whoever is not on the first screen lets notifications be. */
const elsewhere = () => phone.page.goto(`${server.url}/#/history`);

test('a request shows one notification, which goes when the request has ended', async () => {
  await elsewhere();
  const news = { kind: 'request', id: NOBODY, user: 'jdoe', host: 'web1.example.org', service: 'sshd', expires: inAMinute() };
  await push(news);
  const [one] = await shown(titled('Is this you?'));
  assert.deepEqual(one, { title: 'Is this you?', body: 'sshd for jdoe on web1.example.org', tag: NOBODY, requireInteraction: true, silent: false });
  await push(news);
  await shown((all) => all.length === 1);
  await push({ kind: 'ended', id: NOBODY });
  await shown((all) => all.length === 0);
});

test('text of others stays on one line, and nothing of it is hidden', async () => {
  await push({ kind: 'request', id: NOBODY, user: 'jdoe\n\n\u202eevil', host: 'h'.repeat(500), service: 'sshd', expires: inAMinute() });
  const [{ body }] = await shown(titled('Is this you?'));
  assert.equal(body, `sshd for jdoe evil on ${'h'.repeat(80)}`);
});

test('what comes late, or cannot be read, or is a test, says just that', async () => {
  await push({ kind: 'request', id: NOBODY, user: 'jdoe', host: 'web1', service: 'sshd', expires: inAMinute() - 100 });
  const [late] = await shown(titled('A login was asked for'));
  assert.equal(late.silent, true);
  await push('no JSON at all');
  await shown(titled('Something waits'));
  await push({ kind: 'test' });
  await shown(titled('Notifications work'));
  await push({ kind: 'pairing', id: NOBODY, user: 'jdoe', expires: inAMinute() });
  await shown(titled('Pair this phone?'));
});

test('the open app closes what does not wait any more', async () => {
  await phone.page.goto(`${server.url}/`);
  const login = await server.login('jdoe');
  await phone.heading('Is this you?');
  await push({ kind: 'request', id: login.id, user: 'jdoe', host: 'web1', service: 'sshd', expires: inAMinute() });
  await shown((all) => all.some(({ tag }) => tag === login.id));
  await phone.button('Deny').click();
  await phone.heading('Denied');
  await shown((all) => all.every(({ tag }) => tag !== login.id));
});

test('the address of a notification opens its request, and says when that is over', async () => {
  const login = await server.login('jdoe');
  await server.login('jdoe', { metadata: { host: 'web2.example.org' } });
  await phone.page.goto('about:blank');
  await phone.page.goto(`${server.url}/#/request/${login.id}`);
  await phone.heading('Is this you?');
  await phone.page.getByText('web1.example.org', { exact: true }).waitFor();
  await phone.page.goto('about:blank');
  await phone.page.goto(`${server.url}/#/request/${NOBODY}`);
  await phone.page.getByText('does not wait for an answer any more', { exact: false }).waitFor();
  await look(phone, 'gone');
  await phone.button('Done').click();
});

/** The server's word on push, as the page hears it. */
const serverSays = (state) => phone.page.route('**/authenticator/v1/push', (route) => route.fulfill({ json: { server_time: Math.floor(Date.now() / 1000), ...state } }));

const openNotifications = async () => {
  await phone.page.goto('about:blank');
  await phone.page.goto(`${server.url}/#/notify`);
  await phone.heading('Notifications');
};

test('a server without push, and a push service that never answers, are told', async () => {
  await serverSays({ available: false });
  await openNotifications();
  await phone.page.getByText('This server sends no pushes', { exact: false }).waitFor();
  await look(phone, 'notify-unavailable');
  await phone.page.unrouteAll();
  await serverSays({ available: true, subscribed: false, last_delivered: 0, problem: '',
    application_server_key: 'BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU' });
  await openNotifications();
  await look(phone, 'notify');
  await phone.page.evaluate(() => {
    PushManager.prototype.subscribe = () => new Promise(() => {});
    const later = setTimeout;
    globalThis.setTimeout = (work, time) => later(work, Math.min(time, 200));
  });
  await phone.button('Turn on notifications').click();
  await phone.page.getByText('push service does not answer', { exact: false }).waitFor();
  await look(phone, 'notify-late');
});

test('leave that was refused says what to do', async () => {
  await phone.page.evaluate(() => { Notification.requestPermission = async () => 'denied'; });
  await phone.button('Turn on notifications').click();
  await phone.page.getByText('does not let the app notify you', { exact: false }).waitFor();
  await look(phone, 'notify-denied');
});

test('whoever was notified, and is not any more, is told at home', async () => {
  await phone.page.evaluate(() => localStorage.setItem('toopher-push', 'https://push.example.org/1'));
  await phone.context.addInitScript(() => Object.defineProperty(Notification, 'permission', { get: () => 'denied' }));
  await phone.page.goto('about:blank');
  await phone.page.goto(`${server.url}/`);
  await phone.page.getByText('Logins do not show up here any more', { exact: false }).waitFor();
  await look(phone, 'home-unnotified');
  await phone.button('Notifications').click();
  await phone.heading('Notifications');
});

test('no script has failed meanwhile', () => assert.deepEqual(phone.problems, []));
