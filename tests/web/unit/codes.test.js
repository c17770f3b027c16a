// SPDX-License-Identifier: Apache-2.0
import { readVectors, unhex } from '../support/vectors.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { agreeOnCodeKey, codeAt, grouped, secondsLeft } from '../../../src/web/app/codes.js';

test('codes of RFC 6238', async () => {
  const vectors = readVectors('totp.vec').filter(({ digest }) => digest === 'sha1');
  assert.ok(vectors.length >= 5);
  for (const { seed, time, code } of vectors) {
    const key = await crypto.subtle.importKey('raw', unhex(seed), { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']);
    assert.equal(await codeAt(key, Number(time), code.length), code);
  }
});

test('the key agreed with the server makes the codes of its seed, and cannot be read out', async () => {
  const [vector] = readVectors('seed.vec');
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const own = await crypto.subtle.importKey('pkcs8', unhex(vector['device-key']), curve, false, ['deriveKey']);
  const key = await agreeOnCodeKey(own, vector['pairing-id'], unhex(vector['device-point']), unhex(vector['server-point']));
  assert.equal(await codeAt(key, Number(vector.time)), vector.code);
  assert.equal(key.extractable, false);
  await assert.rejects(crypto.subtle.exportKey('raw', key));
});

test('a point that is not on the curve is refused', async () => {
  const [vector] = readVectors('seed.vec');
  const own = (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveKey'])).privateKey;
  const point = unhex(vector['server-point']);
  point[64] ^= 1;
  await assert.rejects(agreeOnCodeKey(own, vector['pairing-id'], unhex(vector['device-point']), point));
});

test('how long a code holds, and how it is written', () => {
  assert.deepEqual([0, 1, 29, 29.9, 30, 59].map(secondsLeft), [30, 29, 1, 1, 30, 1]);
  assert.equal(grouped('614902'), '614 902');
});
