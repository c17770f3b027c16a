// SPDX-License-Identifier: Apache-2.0
// Web Push as a whole, in Firefox: toopherd encrypts and sends, a push service of ours hands over, and the notification that
// the worker shows is tapped while the app is closed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Firefox } from '../support/firefox.js';
import { PushService } from '../support/push-service.js';
import { Server } from '../support/world.js';

const PUSHES = 11;
const MOST = 150; // milliseconds from initiate to the notification, at the median, where nothing else runs
const LOADED = 10; // times as many for a machine that does other things as well

let service;
let server;
let firefox;

before(async () => {
  service = await PushService.start();
  server = await Server.start('push-contact = mailto:admin@example.org', `push-hosts = ${service.origin}`);
  firefox = await Firefox.start(service.preferences);
});
after(async () => {
  await firefox?.end();
  await server?.end();
  await service?.end();
});

/** In the page: waits for a notification with this tag to be there, or not; then the time in ms since 1970, and its words. */
async function notified(tag, isThere) {
  const registration = await navigator.serviceWorker.ready;
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    const [one] = await registration.getNotifications({ tag });
    if (Boolean(one) === isThere) return { at: Date.now(), title: one?.title, body: one?.body };
    await new Promise((resolve) => { setTimeout(resolve, 2); });
  }
  return { at: 0 };
}

async function assertShown(tag, isThere = true) {
  const found = await firefox.evaluate(notified, tag, isThere);
  assert.ok(found.at > 0, `the notification ${tag} is ${isThere ? 'not' : 'still'} shown`);
  return found;
}

async function eventually(condition) {
  for (const end = Date.now() + 15_000; !(await condition());) {
    assert.ok(Date.now() < end, String(condition));
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

const details = async () => {
  await firefox.goto('about:blank');
  await firefox.goto(`${server.url}/#/notify`);
  await firefox.heading('Notifications');
};

test('after pairing, notifications are turned on', async () => {
  await server.post('pairings/create', { pairing_phrase: await firefox.phrase(server.url), user_name: 'jdoe' });
  await firefox.allowPairing();
});

test('a test push arrives, and is told with the details', async () => {
  await details();
  await firefox.until(() => document.body.innerText.includes('none yet'));
  await firefox.tap('Send a test push');
  await firefox.until(() => document.body.innerText.includes('Sent.'));
  assert.equal((await assertShown('test')).title, 'Notifications work');
  await details();
  await firefox.until(() => /Last push\s+\d/.test(document.body.innerText));
});

test('the details of a pairing tell of the last push, and send one', async () => {
  await firefox.goto('about:blank');
  await firefox.goto(`${server.url}/`);
  await firefox.until(() => document.querySelector('.pairing .round')?.click() ?? document.querySelector('form') !== null);
  await firefox.until(() => /Last push\s+\d/.test(document.body.innerText));
  const taken = service.messages.length;
  await firefox.tap('Send a test push');
  await firefox.until(() => document.body.innerText.includes('Sent.'));
  await eventually(() => service.messages.length > taken);
});

test('a login is notified at once, in words of the phone, and its notification goes with it', async (t) => {
  const times = [];
  await firefox.goto(`${server.url}/`);
  for (let push = 0; push < PUSHES; push += 1) {
    const began = Date.now();
    const login = await server.login('jdoe', { number_matching: 'false' });
    const { at, title, body } = await assertShown(login.id);
    times.push(at - began);
    assert.deepEqual([title, body], ['Is this you?', 'sshd for jdoe on web1.example.org']);
    await firefox.tap('Allow');
    await firefox.tap('Done');
    await assertShown(login.id, false);
  }
  const median = [...times].sort((a, b) => a - b)[Math.floor(PUSHES / 2)];
  t.diagnostic(`from initiate to the notification: ${median} ms at the median of ${PUSHES}, ${Math.min(...times)} to ${Math.max(...times)}`);
  assert.ok(median <= MOST * LOADED, String(times));
});

test('the server sends no name, number or secret in clear', () => {
  assert.ok(service.messages.length > PUSHES);
  for (const { headers, body } of service.messages) {
    assert.equal(headers['content-encoding'], 'aes128gcm');
    assert.ok(!body.includes('jdoe') && !body.includes('web1'));
  }
});

test('a tap on the notification opens the request in the window that is there', async () => {
  await firefox.goto('about:blank');
  await firefox.goto(`${server.url}/#/history`);
  await firefox.heading('History');
  await firefox.noNotification('Is this you?');
  const login = await server.login('jdoe');
  await firefox.tapNotification('Is this you?');
  await firefox.heading('Is this you?');
  await firefox.tap('Deny');
  await firefox.heading('Denied');
  assert.equal((await server.get(`authentication_requests/${login.id}`)).granted, false);
});

test('a tap on the notification opens the request while the app is closed', async () => {
  await firefox.goto('about:blank');
  await firefox.noNotification('Is this you?');
  const login = await server.login('jdoe');
  await firefox.allow(login.number);
  assert.equal((await server.get(`authentication_requests/${login.id}`)).granted, true);
});

test('a subscription that is gone at the push service is renewed when the app opens', async () => {
  await firefox.goto(`${server.url}/#/history`);
  service.gone = true;
  const login = await server.login('jdoe');
  await eventually(() => service.refused > 0);
  service.gone = false;
  await server.post(`authentication_requests/${login.id}/cancel`, {});
  await details();
  const taken = service.messages.length;
  await firefox.tap('Send a test push');
  await eventually(() => service.messages.length > taken);
});

test('a subscription that the browser replaces is told to the server while the app is closed', async () => {
  const subscribed = async () => (await server.audit()).filter(({ event }) => event === 'push subscribed').length;
  await firefox.goto('about:blank');
  const before = await subscribed();
  service.forget();
  await eventually(async () => await subscribed() > before);
  await firefox.noNotification('Is this you?');
  const login = await server.login('jdoe');
  await firefox.allow(login.number);
  assert.equal((await server.get(`authentication_requests/${login.id}`)).granted, true);
});
