// SPDX-License-Identifier: Apache-2.0
// What toopherd sends to a push service, opened by npm http_ece: an implementation of others.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createECDH, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';

const ece = createRequire(join(process.env.TOOPHER_BUILDDIR, 'web', 'package.json'))('http_ece');

test('http_ece opens a message', () => {
  const keys = createECDH('prime256v1');
  const auth = randomBytes(16);
  const script = join(process.env.TOOPHER_SRCDIR, 'tests', 'support', 'one_push.py');
  const body = execFileSync(process.env.PYTHON3 ?? '/usr/bin/python3',
    [script, keys.generateKeys('base64url'), auth.toString('base64url')], { encoding: 'utf8' });
  const text = ece.decrypt(Buffer.from(body.trim(), 'base64url'),
    { version: 'aes128gcm', privateKey: keys, authSecret: auth }).toString();
  const message = JSON.parse(text);
  assert.equal(message.web_push, 8030);
  assert.equal(message.toopher.kind, 'test');
  assert.throws(() => ece.decrypt(Buffer.from(body.trim(), 'base64url'),
    { version: 'aes128gcm', privateKey: keys, authSecret: randomBytes(16) }));
});
