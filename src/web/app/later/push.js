// SPDX-License-Identifier: Apache-2.0
// Web Push: the subscription of this browser, and what the server knows of it. Pairing never depends on it.
import { base64url, fromBase64url } from '../bytes.js';

const PATIENCE = 20; // seconds; without its maker's service, Chromium answers never
const WANTED = 'toopher-push'; // local storage: the endpoint that the server was told last

/** Why there is no push: 'unsupported', 'unavailable' (at the server), 'denied', 'late' or 'failed'. */
export class NoPush extends Error {
  constructor(why, message = why) {
    super(message);
    this.why = why;
  }
}

export const isSupported = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

/** Whether the person once wanted it here. */
export const isWanted = () => localStorage.getItem(WANTED) !== null;

async function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new NoPush('late')), PATIENCE * 1000); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const isFor = (subscription, key) => base64url(subscription.options.applicationServerKey ?? []) === key;

/** The browser's subscription with the server's key: the one there is, or a new one. */
async function subscription(key) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  if (known && isFor(known, key)) return known;
  await known?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64url(key) });
}

async function subscribe(phone, { application_server_key: key }) {
  let one;
  try {
    one = await inTime(subscription(key));
  } catch (error) {
    if (error instanceof NoPush) throw error;
    throw new NoPush(error.name === 'NotAllowedError' ? 'denied' : 'failed', error.message);
  }
  await phone.api.subscribe({ endpoint: one.endpoint, p256dh: base64url(one.getKey('p256dh')), auth: base64url(one.getKey('auth')) });
  localStorage.setItem(WANTED, one.endpoint);
}

/** Asks for leave and subscribes: to be called in a tap. Throws NoPush, Refused, Unreachable. */
export async function turnOn(phone) {
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') throw new NoPush('denied');
  const state = await phone.api.push();
  if (!state.available) throw new NoPush('unavailable');
  await subscribe(phone, state);
}

export async function turnOff(phone) {
  localStorage.removeItem(WANTED);
  await phone.api.unsubscribe();
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

let renewing; // the promise, while it does

async function renewNow(phone) {
  if (!isSupported() || !isWanted()) return;
  if (Notification.permission !== 'granted') throw new NoPush('denied');
  const state = await phone.api.push();
  if (!state.available) throw new NoPush('unavailable');
  const registration = await navigator.serviceWorker.ready;
  const known = await registration.pushManager.getSubscription();
  const isKept = known && known.endpoint === localStorage.getItem(WANTED) && isFor(known, state.application_server_key);
  if (isKept && state.subscribed) return;
  if (!state.subscribed) await known?.unsubscribe(); // its push service does not know it any more
  await subscribe(phone, state);
}

/** Where this phone was subscribed, but the browser or the server has let go of it: once more. Throws as turnOn does. */
export function renew(phone) {
  renewing ??= renewNow(phone).finally(() => { renewing = undefined; });
  return renewing;
}
