// SPDX-License-Identifier: Apache-2.0
// User verification in Chromium, whose DevTools hold the fingerprint: a server that asks for it, and phones that have it,
// refuse it, or have none.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look } from '../support/look.js';
import { PhoneBrowser, Server } from '../support/world.js';

let server;

before(async () => {
  server = await Server.start('user-verification = required');
});
after(() => server?.end());

/** A phone for one test. */
async function withPhone(work) {
  const phone = await PhoneBrowser.open(server);
  try {
    await work(phone);
    assert.deepEqual(phone.problems, []);
  } finally {
    await phone.end();
  }
}

/** Gives the phone a screen lock that knows its person, until is(false). */
async function screenLock(phone) {
  const cdp = await phone.context.newCDPSession(phone.page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    is: (isUserVerified) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  };
}

const outcome = (login) => server.get(`authentication_requests/${login.id}`);

async function askToPair(phone, user, more = {}) {
  const pairing = await server.post('pairings/create', { pairing_phrase: await phone.phrase(), user_name: user, ...more });
  await phone.heading('Pair with this account?');
  return pairing;
}

async function tryToAllow(phone, login) {
  await phone.heading('Is this you?');
  await phone.page.getByLabel('Number shown at the login').fill(login.number);
  await phone.button('Allow').click();
}

/** The code on the screen, once it will hold for a while. */
async function code(phone) {
  await phone.page.locator('.digits').waitFor();
  await phone.page.waitForFunction(() => Number(document.querySelector('.pairing .ring-number')?.textContent) > 4);
  return (await phone.page.locator('.digits').innerText()).replace(' ', '');
}

test('whom the phone recognises pairs, allows and sees codes; others do not, but anybody denies', () => withPhone(async (phone) => {
  const lock = await screenLock(phone);
  await lock.is(false);
  const pairing = await askToPair(phone, 'alice');
  await phone.page.getByText('each time you allow a login', { exact: false }).waitFor();
  await look(phone, 'verify-pair');
  await phone.button('Pair').click();
  await phone.page.getByText('nothing was paired yet', { exact: false }).waitFor();
  assert.equal((await server.get(`pairings/${pairing.id}`)).enabled, false);
  await lock.is(true);
  await phone.button('Pair').click();
  await phone.heading('Paired');
  await phone.button('Show my codes').click();

  await lock.is(false);
  await phone.button('Show the code').click();
  await phone.page.getByText('did not recognise you', { exact: false }).waitFor();
  await look(phone, 'verify-code');
  assert.equal(await phone.page.locator('.digits').count(), 0);
  const login = await server.login('alice');
  await tryToAllow(phone, login);
  await phone.page.getByText('nothing was allowed', { exact: false }).waitFor();
  await look(phone, 'verify-refused');
  assert.equal((await outcome(login)).pending, true);
  await lock.is(true);
  await phone.button('Allow').click();
  await phone.heading('Allowed');
  assert.equal((await outcome(login)).granted, true);
  const granted = (await server.audit()).filter(({ event }) => event === 'request granted');
  assert.deepEqual(granted.map((line) => line.user_verification), ['yes']);
  await phone.button('Done').click();

  await lock.is(false);
  const another = await server.login('alice');
  await phone.heading('Is this you?');
  await phone.button('Deny').click();
  await phone.heading('Denied');
  assert.equal((await outcome(another)).pending, false);
  await phone.button('Done').click();

  await lock.is(true);
  await phone.button('Show the code').click();
  assert.equal((await server.login('alice', { otp: await code(phone) })).granted, true);
  await phone.page.getByRole('button', { name: 'Details of alice' }).click();
  await phone.page.getByText('fingerprint, face or PIN of this phone').waitFor();
  await phone.button('Another code app').click();
  await lock.is(false);
  await phone.button('Show the QR code').click();
  await phone.page.getByText('nothing was set up', { exact: false }).waitFor();
  await lock.is(true);
  await phone.button('Show the QR code').click();
  await phone.heading('Scan it now');
  const link = await phone.page.getByRole('link').getAttribute('href');
  assert.equal((await server.login('alice', { otp: await server.call({ call: 'code_of', link }) })).granted, true);
  assert.equal((await server.audit()).find(({ event }) => event === 'code app enrolled').user_verification, 'yes');
  await phone.button('Done').click();
  await phone.page.reload();
  await phone.button('Back').click();
  await phone.button('Show the code').waitFor();
}));

test('a phone without a screen lock has codes and says why it cannot allow; with one it is paired anew', () => withPhone(async (phone) => {
  await askToPair(phone, 'carol');
  await phone.page.getByText('which this browser cannot ask for', { exact: false }).waitFor();
  await look(phone, 'verify-cannot');
  assert.equal(await phone.button('Pair').count(), 0);
  await phone.button('Pair for codes only').click();
  await phone.heading('Paired');
  await phone.button('Show my codes').click();
  const denied = await server.login('carol');
  await phone.heading('Is this you?');
  await phone.page.getByText('this pairing was made without', { exact: false }).waitFor();
  await phone.page.waitForFunction(() => !document.querySelector('.button.text').disabled);
  await look(phone, 'verify-none');
  assert.ok(await phone.button('Allow').isDisabled());
  await phone.button('Deny').click();
  await phone.heading('Denied');
  assert.equal((await outcome(denied)).pending, false);
  await phone.button('Done').click();

  const approval = await server.login('carol', { otp: await code(phone), action_name: 'pair another phone' });
  await screenLock(phone);
  await askToPair(phone, 'carol', { authorization: approval.id });
  await phone.button('Pair').click();
  await phone.heading('Paired');
  await phone.button('Show my codes').click();
  await phone.button('Show the code').waitFor();
  assert.equal(await phone.page.locator('.pairing').count(), 1);
  const login = await server.login('carol');
  await tryToAllow(phone, login);
  await phone.heading('Allowed');
  assert.equal((await outcome(login)).granted, true);
}));
