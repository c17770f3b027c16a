// SPDX-License-Identifier: Apache-2.0
// The service worker: offline start, a new version at the next opening, and the notifications that it has shown.

// The only script address that this page ever makes from a text.
const policy = globalThis.trustedTypes?.createPolicy('toopher', { createScriptURL: () => '/sw.js' }) ??
  { createScriptURL: () => '/sw.js' };

/** Registers the worker. A version that was fetched meanwhile takes over now, before the person does anything. */
export async function keepUpToDate() {
  if (!('serviceWorker' in navigator)) return;
  const hadOne = navigator.serviceWorker.controller !== null;
  const registration = await navigator.serviceWorker.register(policy.createScriptURL(''), { updateViaCache: 'none' });
  if (!hadOne || !registration.waiting) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  registration.waiting.postMessage('take over');
}

/** Closes what was shown for something that does not wait any more. `waiting`: ids of a list that was asked for `at` (ms). */
export async function closeNotifications(waiting, at) {
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const one of (await registration?.getNotifications?.()) ?? [])
    if (one.data?.at < at && !waiting.includes(one.data.id)) one.close();
}
