// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { addsFactor, isNumber, readPairing, readRequest, Unreadable } from '../../../src/web/app/shown.js';

const SHOWN = {
  id: 'r1', pairing_id: 'p1', requester: 'web1', user: 'jdoe', terminal: '203.0.113.9', action: 'sudo',
  metadata: { host: 'web1', command: 'reboot', other: 'not shown' }, metadata_verified: true, number_digits: 2,
  created: 100, expires: 160,
};
const entry = (changes = {}, more = {}) =>
  ({ id: 'r1', pairing_id: 'p1', shown: JSON.stringify({ ...SHOWN, ...changes }), others_pending: 1, ...more });

test('a request is read from what is signed', () => {
  const request = readRequest(entry());
  assert.deepEqual(request.metadata, { host: 'web1', command: 'reboot' });
  assert.equal(request.user, 'jdoe');
  assert.equal(request.digits, 2);
  assert.equal(request.others, 1);
  assert.equal(request.verified, true);
});

test('what is not said to be verified is not', () => {
  assert.equal(readRequest(entry({ metadata_verified: undefined })).verified, false);
  assert.equal(readRequest(entry({ metadata_verified: 'yes' })).verified, false);
  assert.equal(readRequest(entry({ metadata_verified: false, metadata: {} })).verified, true);
});

test('a request that is not what was announced is refused', () => {
  const bad = [
    entry({ id: 'r2' }), entry({ pairing_id: 'p2' }), entry({ user: 7 }), entry({ user: '' }), entry({ number_digits: 7 }),
    entry({ number_digits: -1 }), entry({ expires: 'soon' }), entry({ metadata: { host: ['x'] } }),
    entry({}, { shown: '{' }), entry({}, { shown: 'null' }), entry({}, { shown: undefined }),
  ];
  for (const one of bad) assert.throws(() => readRequest(one), Unreadable, JSON.stringify(one));
});

test('a pairing needs the server\'s point', () => {
  const shown = { id: 'p1', requester: 'web1', user: 'jdoe', server_key: 'BAAA' };
  assert.deepEqual(readPairing({ id: 'p1', shown: JSON.stringify(shown) }).serverPoint, new Uint8Array([4, 0, 0]));
  for (const key of ['', 'not base64!', undefined])
    assert.throws(() => readPairing({ id: 'p1', shown: JSON.stringify({ ...shown, server_key: key }) }), Unreadable);
});

test('actions that add a factor are told apart', () => {
  for (const action of ['pair another phone', 'make new recovery codes', 'make offline codes for web1'])
    assert.ok(addsFactor(action));
  for (const action of ['sshd', 'pair another phone!', '']) assert.ok(!addsFactor(action));
});

test('a number is as many digits as are asked for', () => {
  assert.ok(isNumber('42', 2));
  for (const typed of ['', '4', '421', '4x', '４２', ' 4']) assert.ok(!isNumber(typed, 2), typed);
});
