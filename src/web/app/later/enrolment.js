// SPDX-License-Identifier: Apache-2.0
// Joining a pairing by a link that a host shows: docs/authenticator-api.md, "Joining by a link".
import { base64url, concat, fromBase64url, hex, utf8 } from '../bytes.js';

const LINK = /^(https?:\/\/[^\s/?#@\\]+)\/enrol#([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([a-z2-7]{16})$/;
const FINGERPRINT_BYTES = 10;
const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const PROVED = 'toopher-proved.'; // session storage: the server's key of a pairing that this window has joined; '' until it is proved

const joining = new Map(); // pairing id: the call that joins it; the pairing may be listed before that has its answer

/** The server does not know the link's secret. */
export class NotProved extends Error {}

/** { origin, pairing, secret } of a link as people copy it; undefined for anything else. */
export function readLink(text) {
  const [, origin, pairing, secret] = LINK.exec(text.trim()) ?? [];
  return origin && { origin, pairing, secret };
}

const lines = (...fields) => utf8(fields.map((field) => `${field}\n`).join(''));

const fieldsOf = ({ origin, pairing }, { signingPoint, agreementPoint }) =>
  [origin, pairing, base64url(signingPoint), base64url(agreementPoint)];

const keyOf = (secret, use) => crypto.subtle.importKey('raw', utf8(secret), HMAC, false, [use]);

/** What this device sends, base64url. `device`: its points. */
export async function deviceProof(link, device) {
  const text = lines('toopher-enrolment-device-v1', ...fieldsOf(link, device));
  return base64url(await crypto.subtle.sign('HMAC', await keyOf(link.secret, 'sign'), text));
}

/** Whether the server's proof (raw) fits its key (base64url). */
export async function isServerProof(link, device, serverKey, proof) {
  const text = lines('toopher-enrolment-server-v1', ...fieldsOf(link, device), serverKey);
  return crypto.subtle.verify('HMAC', await keyOf(link.secret, 'verify'), proof, text);
}

/** What people compare with the computer: five groups of four hexadecimal digits. */
export async function fingerprint({ signingPoint, agreementPoint }) {
  const digest = hex(await crypto.subtle.digest('SHA-256', concat(signingPoint, agreementPoint)));
  return digest.slice(0, 2 * FINGERPRINT_BYTES).match(/.{4}/g).join(' ');
}

async function joinAndCheck(phone, link) {
  sessionStorage.setItem(PROVED + link.pairing, '');
  const { pairing_id: id, server_key: serverKey, proof } = await phone.api.enrol(link.pairing, await deviceProof(link, phone.device));
  const fits = id === link.pairing && await isServerProof(link, phone.device, serverKey, fromBase64url(proof)).catch(() => false);
  if (!fits) throw new NotProved();
  sessionStorage.setItem(PROVED + id, serverKey);
}

/** Joins; the pairing then waits for this phone's answer. Throws Refused (403: wrong, 404: over), Unreachable, NotProved. */
export function join(phone, link) {
  const done = joinAndCheck(phone, link);
  joining.set(link.pairing, done);
  return done;
}

/** How a pairing that is shown has come: 'phrase'; 'link', joined in this window; or 'forged', with a key that was not proved. */
export async function cameBy({ id, serverPoint }) {
  await joining.get(id)?.catch(() => {});
  const proved = sessionStorage.getItem(PROVED + id);
  if (proved === null) return 'phrase';
  return proved === base64url(serverPoint) ? 'link' : 'forged';
}
