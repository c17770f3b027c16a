// SPDX-License-Identifier: Apache-2.0
import { readVectors } from '../support/vectors.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { fromBase64url, sha256Hex, utf8 } from '../../../src/web/app/bytes.js';
import { authorization, callText, decisionText, newClaim } from '../../../src/web/app/signing.js';

const ECDSA = { name: 'ECDSA', hash: 'SHA-256' };
const ORIGIN = 'https://login.example.org';
const newKeys = () => crypto.subtle.generateKey({ ...ECDSA, namedCurve: 'P-256' }, false, ['sign', 'verify']);

test('the lines of a call, as docs/authenticator-api.md has them', async () => {
  const call = { method: 'POST', target: '/authenticator/v1/pending?wait=30', body: '' };
  const claim = { device: 'an-id', timestamp: '1700000000', nonce: 'abcdefghijklmnop' };
  assert.equal(await callText(call, ORIGIN, claim),
    'toopher-call-v1\nPOST\nhttps://login.example.org\n/authenticator/v1/pending?wait=30\nan-id\n1700000000\n' +
    'abcdefghijklmnop\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n');
});

test('the lines of a decision hold the digest of what was shown, byte for byte', async () => {
  assert.equal(await decisionText(ORIGIN, 'a-pairing', '{"user": "jürgen"}', 'allow', '42'),
    'toopher-decision-v1\nhttps://login.example.org\na-pairing\n' +
    '8860b9d36aef0b7d9525616d8aa77c6b219a6145bd4a4a0be4cd49a99fb3aa78\nallow\n42\n');
});

test('decisions of tests/data/decision.vec', async () => {
  for (const { origin, 'pairing-id': pairing, shown, choice, number, days, digest } of readVectors('decision.vec'))
    assert.equal(await sha256Hex(await decisionText(origin, pairing, shown, choice, number, Number(days))), digest);
});

test('the header of a call carries a signature over these lines', async () => {
  const keys = await newKeys();
  const call = { method: 'POST', target: '/authenticator/v1/phrases', body: '{}' };
  const header = await authorization(keys.privateKey, call, ORIGIN, newClaim('', 1700000000.9));
  const fields = /^Toopher-Device device="",timestamp="1700000000",nonce="([\w-]{22})",signature="([\w-]{86})"$/.exec(header);
  assert.ok(fields, header);
  const signed = await callText(call, ORIGIN, { device: '', timestamp: '1700000000', nonce: fields[1] });
  assert.ok(await crypto.subtle.verify(ECDSA, keys.publicKey, fromBase64url(fields[2]), utf8(signed)));
  const again = await authorization(keys.privateKey, call, ORIGIN, newClaim('', 1700000000));
  assert.notEqual(again, header, 'a nonce is used once');
});
