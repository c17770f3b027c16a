// SPDX-License-Identifier: Apache-2.0
// The service worker: the app's files from a cache, so that it opens, and shows codes, without network.

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
