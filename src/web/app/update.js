// SPDX-License-Identifier: Apache-2.0
// The service worker: offline start, and a new version at the next opening.

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
