// SPDX-License-Identifier: Apache-2.0
import '../support/vectors.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { Api, Clock, Refused, Unreachable } from '../../../src/web/app/api.js';

const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
const device = { id: '0b16d487-8675-4ba9-a3c3-91b833333b2c', signingKey: keys.privateKey };

/** An Api whose server answers with these, one after the other; `calls` is what it was asked. */
function scripted(...answers) {
  const calls = [];
  const fetcher = async (target, options) => {
    calls.push({ target, ...options });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return { status: answer.status, json: async () => answer.body };
  };
  const clock = new Clock();
  return { calls, clock, api: new Api(device, 'https://login.example.org', clock, fetcher) };
}

const timestampOf = (call) => Number(/timestamp="(\d+)"/.exec(call.headers.Authorization)[1]);

test('a call that was refused for the clock is made once more with the server\'s time', async () => {
  const serverTime = Math.floor(Date.now() / 1000) + 3600;
  const { api, calls, clock } = scripted(
    { status: 401, body: { error_message: 'clock', server_time: serverTime } },
    { status: 200, body: { phrase: 'one two three four', expires_in: 600 } });
  assert.equal((await api.phrase()).phrase, 'one two three four');
  assert.equal(calls.length, 2);
  assert.ok(Math.abs(timestampOf(calls[1]) - serverTime) <= 2);
  assert.ok(Math.abs(clock.error + 3600) <= 2);
});

test('another 401 is told at once', async () => {
  const { api, calls } = scripted({ status: 401, body: { error_message: 'unknown', server_time: Math.floor(Date.now() / 1000) } });
  await assert.rejects(api.phrase(), (error) => error instanceof Refused && error.status === 401 && error.message === 'unknown');
  assert.equal(calls.length, 1);
});

test('another code app is verified for the very call that asks for it, also when it is made again', async () => {
  const serverTime = Math.floor(Date.now() / 1000) + 3600;
  const { api, calls } = scripted(
    { status: 401, body: { error_message: 'clock', server_time: serverTime } },
    { status: 200, body: { link: 'otpauth://totp/x' } });
  const texts = [];
  const link = await api.setUpCodeApp('a-pairing', async (text) => { texts.push(text); return { signature: String(texts.length) }; });
  assert.equal(link, 'otpauth://totp/x');
  assert.equal(texts.length, 2);
  calls.forEach((call, i) => {
    assert.equal(call.target, '/authenticator/v1/pairings/a-pairing/code_app');
    const [, timestamp, nonce] = /timestamp="(\d+)",nonce="([^"]+)"/.exec(call.headers.Authorization);
    assert.equal(texts[i], `toopher-code-app-v1\nhttps://login.example.org\na-pairing\n${timestamp}\n${nonce}\n`);
    assert.deepEqual(JSON.parse(call.body), { verification: { signature: String(i + 1) } });
  });
});

test('a server that is away, or something else that answers, is not reached', async () => {
  await assert.rejects(scripted(new TypeError('network')).api.phrase(), Unreachable);
  await assert.rejects(scripted({ status: 200, body: null }).api.phrase(), Unreachable);
});

test('no call carries cookies or follows a redirection', async () => {
  const { api, calls } = scripted({ status: 200, body: { version: 'v', pairings: [], requests: [] } });
  await api.pending('a b&c', 50);
  assert.equal(calls[0].target, '/authenticator/v1/pending?wait=50&since=a%20b%26c');
  assert.deepEqual([calls[0].credentials, calls[0].redirect, calls[0].cache], ['omit', 'error', 'no-store']);
});
