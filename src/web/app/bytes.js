// SPDX-License-Identifier: Apache-2.0
// Bytes and the texts they travel as.

/** @param {string} text @returns {Uint8Array} UTF-8 */
export const utf8 = (text) => new TextEncoder().encode(text);

/** RFC 4648 section 5, without padding. */
export function base64url(bytes) {
  let binary = '';
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The reverse; throws for anything else. */
export function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new RangeError('not base64url');
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export const hex = (bytes) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

/** SHA-256 of a text's UTF-8. */
export const sha256 = (text) => crypto.subtle.digest('SHA-256', utf8(text));

export const sha256Hex = async (text) => hex(await sha256(text));
