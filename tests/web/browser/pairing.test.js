// SPDX-License-Identifier: Apache-2.0
// Pairing by a link that a host shows: opened, typed, or read by the camera; and what may be wrong with it.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { film } from '../support/camera.js';
import { look } from '../support/look.js';
import { PhoneBrowser, Server } from '../support/world.js';

const FAKE_CAMERA = ['--use-fake-device-for-media-stream'];

let server;
let phone;

before(async () => {
  server = await Server.start();
  phone = await PhoneBrowser.open(server);
});
after(async () => {
  await phone?.end();
  await server?.end();
});

const newLink = (user) => server.post('pairings/create/qr', { user_name: user });
const wrong = (link) => link.slice(0, -1) + (link.endsWith('a') ? 'b' : 'a');

async function withPhone(options, work) {
  const other = await PhoneBrowser.open(server, options);
  try {
    await work(other);
    assert.deepEqual(other.problems, []);
  } finally {
    await other.end();
  }
}

/** From wherever the phone is. */
async function type(text, on = phone) {
  await on.page.goto(`${server.url}/#/link`);
  await on.page.reload();
  await on.page.getByLabel('Link that the computer shows').fill(text);
  await on.button('Continue').click();
}

async function pairAsAsked(on, user) {
  await on.heading('Pair with this account?');
  await on.page.getByText(user, { exact: true }).waitFor();
  await on.page.getByText('has the link that a computer shows', { exact: false }).waitFor();
  const shown = await on.page.locator('dd.command').innerText();
  await on.button('Pair').click();
  await on.heading('Paired');
  assert.equal(await on.page.locator('.compare .command').innerText(), shown);
  return shown;
}

test('a link that is opened pairs the phone, and leaves no trace in the history', async () => {
  const { id, enrolment_link: link } = await newLink('jdoe');
  await phone.page.goto('about:blank');
  await phone.page.goto(link);
  await phone.page.getByLabel('Name of this phone').fill('Jane\'s phone');
  await phone.button('Continue').click();
  await phone.heading('Pair with this account?');
  await look(phone, 'link-question');
  const print = await pairAsAsked(phone, 'jdoe');
  await look(phone, 'link-paired');
  assert.match(print, /^[0-9a-f]{4}( [0-9a-f]{4}){4}$/);
  const pairing = await server.get(`pairings/${id}`);
  assert.deepEqual([pairing.enabled, pairing.authenticator.key_fingerprint], [true, print]);
  const cdp = await phone.context.newCDPSession(phone.page);
  const { entries } = await cdp.send('Page.getNavigationHistory');
  assert.ok(entries.length > 1);
  for (const { url } of entries) assert.ok(!url.includes('enrol'), url);
  await phone.button('Show my codes').click();
  await phone.page.locator('.digits').waitFor();
});

test('a link that was used is over', async () => {
  const { enrolment_link: link } = await newLink('used');
  await phone.openLink(link);
  await pairAsAsked(phone, 'used');
  await phone.openLink(link);
  await phone.heading('The link is over');
  await look(phone, 'link-over');
});

test('a pairing by a link is denied', async () => {
  const { id, enrolment_link: link } = await newLink('mallory');
  await phone.openLink(link);
  await phone.heading('Pair with this account?');
  await phone.button('Do not pair').click();
  await phone.heading('Not paired');
  assert.equal((await server.get(`pairings/${id}`)).enabled, false);
});

test('five wrong proofs end a link', async () => {
  const { enrolment_link: link } = await newLink('guessed');
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await type(wrong(link));
    await phone.heading('The link does not fit');
    if (attempt === 1) await look(phone, 'link-wrong');
  }
  await type(link);
  await phone.heading('The link is over');
});

test('what is no link, or one of another server, is refused before anything is sent', async () => {
  const calls = [];
  phone.page.on('request', (request) => { if (request.url().includes('/enrolments/')) calls.push(request.url()); });
  await type('correct horse battery staple');
  await phone.page.getByText('That is no pairing link', { exact: false }).waitFor();
  await look(phone, 'link-type');
  const { enrolment_link: link } = await newLink('elsewhere');
  await type(link.replace(server.url, 'https://login.example.net'));
  await phone.heading('A link of another server');
  await phone.page.getByText('https://login.example.net', { exact: false }).waitFor();
  await look(phone, 'link-elsewhere');
  await phone.openLink(link.slice(0, -3));
  await phone.heading('No whole link');
  assert.deepEqual(calls, []);
});

/** Routes of `address`, with what the server answers changed. A page that goes away takes its calls with it. */
const change = (address, changed) => phone.page.route(address, async (route) => {
  try {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: changed(await answer.json()) });
  } catch {
    await route.abort().catch(() => {});
  }
});

test('a server that does not know the secret pairs nothing', async () => {
  const { enrolment_link: link } = await newLink('forged');
  await change('**/enrolments/*', (answer) => ({ ...answer, proof: 'A'.repeat(43) }));
  await phone.openLink(link);
  await phone.heading('Not the right server');
  await phone.page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a server that shows another key than it proved pairs nothing', async () => {
  const { id, enrolment_link: link } = await newLink('swapped');
  const point = 'BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU';
  const swapped = (one) => ({ ...one, shown: JSON.stringify({ ...JSON.parse(one.shown), server_key: point }) });
  await change('**/pending*', (list) => ({ ...list, pairings: list.pairings.filter((one) => one.id === id).map(swapped) }));
  await phone.openLink(link);
  await phone.heading('Not the right server');
  await phone.page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('the camera reads the link from the computer\'s screen', async () => {
  const path = join(tmpdir(), `toopher-film-${process.pid}.y4m`);
  const { enrolment_link: link } = await newLink('camera');
  film(path, link, true);
  try {
    await withPhone({ flags: [...FAKE_CAMERA, `--use-file-for-fake-video-capture=${path}`], permissions: ['camera'] }, async (other) => {
      await other.button('Pair this phone').click();
      await other.button('Continue').click();
      await other.page.locator('.phrase').waitFor();
      await look(other, 'pair-phrase-scan');
      await other.button('Scan the computer’s code').click();
      await pairAsAsked(other, 'camera');
      assert.equal(await other.page.locator('video').count(), 0, 'the camera is let go');
    });
  } finally {
    rmSync(path);
  }
});

test('another code before the camera is told, and the camera goes on', async () => {
  const path = join(tmpdir(), `toopher-film-${process.pid}-other.y4m`);
  film(path, 'otpauth://totp/Example:jane?secret=JBSWY3DPEHPK3PXP');
  try {
    await withPhone({ flags: [...FAKE_CAMERA, `--use-file-for-fake-video-capture=${path}`], permissions: ['camera'] }, async (other) => {
      await other.page.goto(`${server.url}/#/scan`);
      await other.page.getByText('This code is no pairing link', { exact: false }).waitFor();
      await look(other, 'scan');
    });
  } finally {
    rmSync(path);
  }
});

test('without a camera, or without leave to use it, the link is typed', async () => {
  await withPhone({ flags: FAKE_CAMERA, permissions: [] }, async (other) => {
    await other.page.goto(`${server.url}/#/scan`);
    await other.page.getByText('The camera is not allowed here', { exact: false }).waitFor();
    await look(other, 'scan-refused');
  });
  await phone.page.goto(`${server.url}/#/scan`);
  await phone.page.getByText('No camera was found', { exact: false }).waitFor();
  await look(phone, 'scan-no-camera');
  await phone.button('Type or paste the link').click();
  await phone.heading('Pair by a link');
});

test('on an iPhone a link says to install the app first', async () => {
  const userAgent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1';
  const { enrolment_link: link } = await newLink('iphone');
  await withPhone({ userAgent }, async (iphone) => {
    await iphone.page.goto('about:blank');
    await iphone.page.goto(link);
    await iphone.page.getByText('Add to Home Screen', { exact: false }).waitFor();
    await look(iphone, 'link-ios');
    await iphone.button('Copy the link').click();
    await iphone.page.getByText('Copied').waitFor();
    assert.equal(await iphone.page.evaluate(() => navigator.clipboard.readText()), link);
    await iphone.button('Pair in the browser instead').click();
    await iphone.button('Continue').click();
    await pairAsAsked(iphone, 'iphone');
  });
});

test('no script has failed meanwhile', () => assert.deepEqual(phone.problems, []));
