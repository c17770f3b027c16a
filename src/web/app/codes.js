// SPDX-License-Identifier: Apache-2.0
// One-time codes: the key agreed with the server (docs/authenticator-api.md, "The code seed"), and RFC 6238.
import { concat, utf8 } from './bytes.js';

export const STEP = 30; // seconds
const DIGITS = 6;
const SEED_BITS = 160;

/**
 * The HMAC key of a pairing's codes. No script ever sees its bytes, nor those of the shared secret.
 * `own`: the device's private agreement key; points: 65 bytes each.
 */
export async function agreeOnCodeKey(own, pairingId, devicePoint, serverPoint) {
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const server = await crypto.subtle.importKey('raw', serverPoint, curve, false, []);
  const shared = await crypto.subtle.deriveKey({ name: 'ECDH', public: server }, own, 'HKDF', false, ['deriveKey']);
  const info = concat(utf8('toopher-code-seed-v1\0'), devicePoint, serverPoint);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: utf8(pairingId), info },
    shared,
    { name: 'HMAC', hash: 'SHA-1', length: SEED_BITS },
    false,
    ['sign'],
  );
}

/** The code at a time in seconds since 1970. */
export async function codeAt(key, seconds, digits = DIGITS) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(seconds / STEP)));
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer));
  const offset = mac.getUint8(mac.byteLength - 1) & 15;
  const value = mac.getUint32(offset) & 0x7fffffff;
  return String(value % 10 ** digits).padStart(digits, '0');
}

/** Whole seconds for which the code of now holds: 1 to STEP. */
export const secondsLeft = (seconds) => STEP - (Math.floor(seconds) % STEP);

/** Two groups, as people read and type them. */
export const grouped = (code) => `${code.slice(0, code.length / 2)} ${code.slice(code.length / 2)}`;
