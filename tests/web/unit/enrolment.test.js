// SPDX-License-Identifier: Apache-2.0
import { readVectors, unhex } from '../support/vectors.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { base64url, fromBase64url, hex } from '../../../src/web/app/bytes.js';
import { deviceProof, fingerprint, isServerProof, readLink } from '../../../src/web/app/later/enrolment.js';

test('the proofs and the fingerprint of tests/data/enrolment.vec', async () => {
  for (const vector of readVectors('enrolment.vec')) {
    const link = readLink(vector.link);
    assert.deepEqual(link, { origin: vector.origin, pairing: vector['pairing-id'], secret: vector.secret });
    const device = { signingPoint: unhex(vector['signing-point']), agreementPoint: unhex(vector['agreement-point']) };
    assert.equal(hex(fromBase64url(await deviceProof(link, device))), vector['device-proof']);
    const key = base64url(unhex(vector['server-point']));
    const proof = unhex(vector['server-proof']);
    assert.equal(await isServerProof(link, device, key, proof), true);
    proof[0] ^= 1;
    assert.equal(await isServerProof(link, device, key, proof), false);
    assert.equal(await fingerprint(device), vector.fingerprint);
  }
});

test('only a whole link is one', () => {
  const [{ link }] = readVectors('enrolment.vec');
  assert.ok(readLink(`  ${link}\n`));
  for (const bad of ['', link.slice(0, -1), `${link}a`, link.replace(/\.(?=[^.]*$)/, ''), link.replace('https', 'ftp'), link.toUpperCase(),
    link.replace('/enrol', '/other/enrol'), link.replace('login', 'user@login'), `x ${link}`])
    assert.equal(readLink(bad), undefined, bad);
});
