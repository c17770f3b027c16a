// SPDX-License-Identifier: Apache-2.0
// What the device signs: docs/authenticator-api.md, "Signing a call" and "Deciding".
import { base64url, sha256Hex, utf8 } from './bytes.js';

const ECDSA = { name: 'ECDSA', hash: 'SHA-256' };

/** What is signed: each field, ended by a line feed. */
export const lines = (...fields) => fields.map((field) => `${field}\n`).join('');

/** The text that is signed for a call. `target`: path and query as sent; `body`: its text, may be empty. */
export const callText = async ({ method, target, body }, origin, { device, timestamp, nonce }) =>
  lines('toopher-call-v1', method, origin, target, device, timestamp, nonce, await sha256Hex(body));

/**
 * The text that is signed for a decision. `shown`: byte for byte as it arrived; `number`: as typed, or ''; `days`: for how
 * long the like is allowed without asking, or 0.
 */
export async function decisionText(origin, pairing, shown, choice, number, days = 0) {
  const fields = [origin, pairing, await sha256Hex(shown), choice, number];
  return days === 0 ? lines('toopher-decision-v1', ...fields) : lines('toopher-decision-v2', ...fields, days);
}

/** base64url of the raw signature (r, s). */
export const sign = async (key, text) => base64url(await crypto.subtle.sign(ECDSA, key, utf8(text)));

/** What makes a call count once. `device` is '' in the call that registers it; `now`: seconds since 1970. */
export const newClaim = (device, now) => ({
  device,
  timestamp: String(Math.floor(now)),
  nonce: base64url(crypto.getRandomValues(new Uint8Array(16))),
});

/** What the person is verified for when another code app is asked for: this one call of newClaim(). */
export const codeAppText = (origin, pairing, { timestamp, nonce }) =>
  lines('toopher-code-app-v1', origin, pairing, timestamp, nonce);

/** The Authorization header of a call. `claim`: of newClaim(). */
export async function authorization(key, call, origin, claim) {
  const signature = await sign(key, await callText(call, origin, claim));
  return `Toopher-Device device="${claim.device}",timestamp="${claim.timestamp}",nonce="${claim.nonce}",` +
    `signature="${signature}"`;
}
