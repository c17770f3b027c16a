// SPDX-License-Identifier: Apache-2.0
// What the screen shows before a person decides: read from `shown` only, because only that is signed.
import { fromBase64url } from './bytes.js';

const MAX_DIGITS = 6;
const MEMBERS = ['host', 'service', 'target', 'command', 'directory', 'rhost', 'tty', 'ruser'];
// src/api/approved_action.h
const APPROVED_ACTIONS = ['pair another phone', 'make new recovery codes'];
const OFFLINE_CODES = 'make offline codes for ';

/** Something of the server cannot be shown, so it must not be answered. */
export class Unreadable extends Error {}

function text(object, name, required = false) {
  const value = object[name] ?? '';
  if (typeof value !== 'string' || (required && value === '')) throw new Unreadable(`"${name}" is not a text`);
  return value;
}

function integer(object, name) {
  const value = object[name] ?? 0;
  if (!Number.isSafeInteger(value) || value < 0) throw new Unreadable(`"${name}" is not a number`);
  return value;
}

function parsed(entry) {
  let shown;
  try {
    shown = JSON.parse(entry.shown);
  } catch {
    throw new Unreadable('"shown" is not JSON');
  }
  if (shown === null || typeof shown !== 'object' || shown.id !== entry.id)
    throw new Unreadable('"id" is another one than announced');
  return shown;
}

/** A pairing of the pending list. */
export function readPairing(entry) {
  const shown = parsed(entry);
  let serverPoint;
  try {
    serverPoint = fromBase64url(text(shown, 'server_key', true));
  } catch {
    throw new Unreadable('"server_key" is not a point');
  }
  return {
    id: entry.id,
    requester: text(shown, 'requester'),
    user: text(shown, 'user', true),
    serverPoint,
    verification: entry.user_verification === true,
  };
}

/** A request of the pending list. */
export function readRequest(entry) {
  const shown = parsed(entry);
  if (shown.pairing_id !== entry.pairing_id) throw new Unreadable('"pairing_id" is another one than announced');
  const digits = integer(shown, 'number_digits');
  if (digits > MAX_DIGITS) throw new Unreadable('"number_digits" is out of range');
  const given = shown.metadata !== null && typeof shown.metadata === 'object' ? shown.metadata : {};
  const metadata = {};
  for (const name of MEMBERS) if (text(given, name) !== '') metadata[name] = given[name];
  return {
    id: entry.id,
    pairingId: entry.pairing_id,
    requester: text(shown, 'requester'),
    user: text(shown, 'user', true),
    terminal: text(shown, 'terminal'),
    action: text(shown, 'action'),
    metadata,
    verified: shown.metadata_verified === true || Object.keys(metadata).length === 0,
    digits,
    created: integer(shown, 'created'),
    expires: integer(shown, 'expires'),
    others: integer(entry, 'others_pending'),
    longestRule: integer(entry, 'remember_days_max'),
    verification: entry.user_verification === true,
    credential: text(entry, 'credential'),
  };
}

/** Whether what the action adds can log in as the user afterwards. */
export const addsFactor = (action) => APPROVED_ACTIONS.includes(action) || action.startsWith(OFFLINE_CODES);

/** Whether a person may type this where `digits` are asked for. */
export const isNumber = (typed, digits) => typed.length === digits && /^[0-9]*$/.test(typed);
