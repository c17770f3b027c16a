// SPDX-License-Identifier: Apache-2.0
// Test vectors as data: tests/vectors.h says how the files are written. And what node 18 lacks.
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';

globalThis.crypto ??= webcrypto;

/** The records of tests/data/`name`; throws when there are none. */
export function readVectors(name) {
  const text = readFileSync(new URL(`../../data/${name}`, import.meta.url), 'utf8');
  const records = text.split('\n\n').map((block) => block.split('\n')
    .filter((line) => line.includes('=') && !line.startsWith('#'))
    .map((line) => line.split(/ *= */, 2)));
  const found = records.filter((fields) => fields.length > 0).map((fields) => Object.fromEntries(fields));
  if (found.length === 0) throw new Error(`${name} has no records`);
  return found;
}

export const unhex = (text) => Uint8Array.from(Buffer.from(text, 'hex'));
