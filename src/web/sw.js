// SPDX-License-Identifier: Apache-2.0
// The service worker: the app's files from a cache, so that it opens, and shows codes, without network; and what a push says.

// Filled in when toopherd is built (embed.sh): all files of one version.
const CACHE = 'toopher-@VERSION@';
const FILES = [@FILES@];

/** What has its version in its address may come from the browser's cache: the page has just fetched most of it. */
async function fetched(path) {
  const cache = path === '/' ? 'no-cache' : 'default';
  const answer = await fetch(path, { cache, credentials: 'omit' });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

async function store() {
  const cache = await caches.open(CACHE);
  await Promise.all(FILES.map(async (path) => cache.put(path, await fetched(path))));
}

async function clear() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

async function answer(request) {
  const path = request.mode === 'navigate' ? '/' : new URL(request.url).pathname;
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener('install', (event) => event.waitUntil(store()));
self.addEventListener('activate', (event) => event.waitUntil(clear()));
self.addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(self.skipWaiting());
});
self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const isApp = origin === self.location.origin && ['/enrol', ...FILES].includes(pathname);
  if (event.request.method === 'GET' && isApp) event.respondWith(answer(event.request));
});

// Push is a hint that something waits. It carries no number and no answer; those are given in the app.

const WORDS = {
  en: {
    request: 'Is this you?', requestText: '{service} for {user} on {host}',
    pairing: 'Pair this phone?', pairingText: 'A computer asks for the account {user}.',
    late: 'A login was asked for', lateText: 'It may be over. Open the app to see.',
    test: 'Notifications work', testText: 'This is the test that you asked for.',
    ended: 'This login is over', other: 'Something waits', otherText: 'Open the app to see.',
  },
  de: {
    request: 'Sind Sie das?', requestText: '{service} für {user} auf {host}',
    pairing: 'Dieses Telefon koppeln?', pairingText: 'Ein Rechner fragt für das Konto {user}.',
    late: 'Eine Anmeldung wurde angefragt', lateText: 'Vielleicht ist sie vorbei. Die App weiß es.',
    test: 'Benachrichtigungen kommen an', testText: 'Das ist die Probe, um die Sie gebeten haben.',
    ended: 'Diese Anmeldung ist vorbei', other: 'Etwas wartet', otherText: 'Die App weiß mehr.',
  },
};
const words = WORDS[navigator.language.slice(0, 2)] ?? WORDS.en;
const MOST = 80; // characters of a text of others

/** Text of others on one line, without what cannot be seen. */
const plain = (text) => String(text ?? '').replace(/[\p{C}\p{Z}]+/gu, ' ').trim().slice(0, MOST);

/** [title, body, options] of a notification. The phone's clock may be wrong, so nothing is said to be over because of it. */
function wordsOf({ kind, expires, ...values }) {
  const isLate = expires * 1000 < Date.now();
  const name = isLate && kind !== 'ended' ? 'late' : kind in words ? kind : 'other';
  const body = (words[`${name}Text`] ?? '').replace(/\{(\w+)\}/g, (_, value) => plain(values[value]));
  const isDue = name === 'request' || name === 'pairing';
  return [words[name], body, isDue ? { requireInteraction: true, renotify: true } : { silent: name !== 'test' }];
}

/** What a message says. One that cannot be read is shown, too: a browser ends subscriptions that show nothing. */
function newsOf(message) {
  try {
    return message.json().toopher ?? {};
  } catch {
    return {};
  }
}

/** One notification for each request, by its id. What has ended takes its place and goes. */
async function tell(news) {
  const { kind, id } = news;
  const tag = plain(id) || plain(kind) || 'other';
  const data = id ? { kind, id, at: Date.now() } : {};
  const [title, body, options] = wordsOf(news);
  await self.registration.showNotification(title, { tag, body, icon: '@BASE@/icons/icon-192.png', data, ...options });
  if (kind !== 'ended') return;
  for (const one of await self.registration.getNotifications({ tag })) one.close();
}

/** An open window shows it; else a new one does. */
async function open({ kind, id }) {
  const [window] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const place = kind === 'request' && id ? `/#/request/${encodeURIComponent(id)}` : '/';
  if (!window) return self.clients.openWindow(place);
  window.postMessage({ open: kind === 'request' ? id : '' });
  return window.focus();
}

self.addEventListener('push', (event) => event.waitUntil(tell(newsOf(event.data))));
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data ?? {}));
});

// A browser may replace its subscription while the app is closed. The server is told at once, or its messages would go
// nowhere; where that fails, the app does it when it is opened next.

/** RFC 4648 section 5, without padding. */
function base64url(bytes) {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const utf8 = (text) => new TextEncoder().encode(text);
const hash = async (text) => Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))),
  (byte) => byte.toString(16).padStart(2, '0')).join('');

/** What vault.js keeps: this device with its key, or undefined before the first pairing. */
function readDevice() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('toopher');
    opening.onerror = () => reject(opening.error);
    opening.onupgradeneeded = () => opening.transaction.abort(); // the app has made none
    opening.onsuccess = () => {
      const db = opening.result;
      const reading = db.transaction('device').objectStore('device').get('this');
      reading.onsuccess = () => resolve(reading.result);
      reading.onerror = () => reject(reading.error);
      db.close();
    };
  });
}

/** A signed call of docs/authenticator-api.md; its answer. */
async function call(device, method, path, body = '') {
  const target = `/authenticator/v1/${path}`;
  const timestamp = String(Math.floor(Date.now() / 1000 - device.clockError));
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const text = ['toopher-call-v1', method, self.location.origin, target, device.id, timestamp, nonce, await hash(body), ''].join('\n');
  const signature = base64url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, device.signingKey, utf8(text)));
  const answer = await fetch(target, {
    method, cache: 'no-store', credentials: 'omit', redirect: 'error', ...(body && { body }),
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Toopher-Device device="${device.id}",timestamp="${timestamp}",nonce="${nonce}",signature="${signature}"`,
    },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** The browser's new subscription, made here where the browser has not. */
async function renewed(device, one) {
  const { available, application_server_key: key } = await call(device, 'GET', 'push');
  if (!available) return undefined;
  const { pushManager } = self.registration;
  return one ?? await pushManager.getSubscription() ?? pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function resubscribe({ newSubscription }) {
  const device = await readDevice();
  const one = device && await renewed(device, newSubscription);
  if (!one) return;
  const keys = { endpoint: one.endpoint, p256dh: base64url(one.getKey('p256dh')), auth: base64url(one.getKey('auth')) };
  await call(device, 'POST', 'push', JSON.stringify(keys));
}

self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(resubscribe(event)));
