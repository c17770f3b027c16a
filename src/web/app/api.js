// SPDX-License-Identifier: Apache-2.0
// The calls of docs/authenticator-api.md, each signed by the device's key. No cookies.
import { base64url } from './bytes.js';
import { authorization, codeAppText, decisionText, newClaim, sign } from './signing.js';

const BASE = '/authenticator/v1/';
const TIMEOUT = 20; // seconds
const GRACE = 10; // seconds that a held answer may take longer than the server promised
const REFUSED_CLOCK_ERROR = 290; // seconds; the server refuses timestamps further away than 300

/** No answer of a Toopher server came. */
export class Unreachable extends Error {}

/** The server said no. `serverTime`: of a 401, seconds since 1970. */
export class Refused extends Error {
  constructor(status, answer) {
    super(String(answer.error_message ?? status));
    this.status = status;
    this.code = answer.error_code;
    this.serverTime = answer.server_time;
  }
}

/** The phone's clock, and how far it is from the server's as far as is known. */
export class Clock {
  constructor(error = 0) {
    this.error = error; // seconds that the phone is ahead of the server
    this.measured = false; // since this page was opened
  }

  static phone = () => Date.now() / 1000;

  learn(serverTime) {
    if (!Number.isSafeInteger(serverTime)) return;
    this.error = Clock.phone() - serverTime;
    this.measured = true;
  }

  /** The server's time; the phone's where nothing else is known for sure. */
  now() {
    return this.measured ? Clock.phone() - this.error : Clock.phone();
  }
}

export class Api {
  /** `device`: of vault.js. `fetch` is passed in by tests. */
  constructor(device, origin, clock, fetcher = (...call) => fetch(...call)) {
    Object.assign(this, { device, origin, clock, fetcher });
  }

  async register({ name, platform }) {
    const answer = await this.#call('POST', 'devices', {
      name,
      platform,
      signing_key: base64url(this.device.signingPoint),
      agreement_key: base64url(this.device.agreementPoint),
    });
    return answer.device_id;
  }

  phrase = () => this.#call('POST', 'phrases', {});

  /** Joins a pairing that began at a host. `proof`: base64url. */
  enrol = (id, proof) => this.#call('POST', `enrolments/${id}`, { proof });

  pairings = async () => (await this.#call('GET', 'pairings')).pairings;

  /** Held by the server up to `hold` seconds while the list still is `since`. */
  async pending(since, hold, signal) {
    const path = since === '' ? 'pending' : `pending?wait=${hold}&since=${encodeURIComponent(since)}`;
    return this.#call('GET', path, undefined, { signal, timeout: since === '' ? TIMEOUT : hold + GRACE });
  }

  /** `credential`: that of later/verification.js, or undefined. */
  async decidePairing(entry, choice, credential) {
    const text = await decisionText(this.origin, entry.id, entry.shown, choice, '');
    return this.#call('POST', `pairings/${entry.id}`, { choice, signature: await this.#signed(text), credential });
  }

  /** `days`: for how long the like is allowed without asking, or 0. `verify(text)` verifies the person, where that is needed. */
  async decide(entry, choice, number, days = 0, verify = undefined) {
    const text = await decisionText(this.origin, entry.pairing_id, entry.shown, choice, number, days);
    const verification = await verify?.(text);
    const remember = days === 0 ? {} : { remember_days: days };
    return this.#call('POST', `requests/${entry.id}/decision`,
      { choice, number, signature: await this.#signed(text), ...remember, verification });
  }

  /** Whether the server sends pushes, its key, and what became of the last one. */
  push = () => this.#call('GET', 'push');

  /** `keys`: endpoint, p256dh and auth of the browser's subscription. */
  subscribe = (keys) => this.#call('POST', 'push', keys);

  unsubscribe = () => this.#call('POST', 'push/remove', {});

  testPush = () => this.#call('POST', 'push/test', {});

  /** What is allowed without asking, for every user of this phone. */
  rules = async () => (await this.#call('GET', 'rules')).rules;

  removeRule = (id) => this.#call('POST', `rules/${id}/remove`, {});

  /** What phones of the pairing's user have set up. */
  codeApps = async (pairing) => (await this.#call('GET', `pairings/${pairing}/code_apps`)).code_apps;

  /** The link of a new one. `verify(text)` verifies the person for this call, where the pairing can. */
  async setUpCodeApp(pairing, verify) {
    const body = async (claim) => ({ verification: await verify?.(codeAppText(this.origin, pairing, claim)) });
    return (await this.#call('POST', `pairings/${pairing}/code_app`, body)).link;
  }

  removeCodeApp = (id) => this.#call('POST', `code_apps/${id}/remove`, {});

  #signed = (text) => sign(this.device.signingKey, text);

  /**
   * A call that was refused for the phone's clock is made once more with the server's. `body`: what is sent, or what makes it of
   * the call's claim.
   */
  async #call(method, path, body, options = {}) {
    const signedAt = this.clock.now();
    try {
      return await this.#once(method, path, body, options, signedAt);
    } catch (error) {
      const byClock = error instanceof Refused && error.status === 401 &&
        Math.abs(error.serverTime - signedAt) > REFUSED_CLOCK_ERROR;
      if (!byClock) throw error;
      return this.#once(method, path, body, options, this.clock.now());
    }
  }

  async #once(method, path, content, { signal, timeout = TIMEOUT }, now) {
    const target = BASE + path;
    const claim = newClaim(this.device.id, now);
    const given = typeof content === 'function' ? await content(claim) : content;
    const body = given === undefined ? '' : JSON.stringify(given);
    const header = await authorization(this.device.signingKey, { method, target, body }, this.origin, claim);
    const request = { method, headers: { Authorization: header, 'Content-Type': 'application/json' } };
    if (body !== '') request.body = body;
    const [status, answer] = await this.#send(target, request, signal, timeout);
    this.clock.learn(answer.server_time);
    if (status >= 400) throw new Refused(status, answer);
    return answer;
  }

  async #send(target, request, signal, timeout) {
    const ending = new AbortController();
    const end = () => ending.abort();
    const timer = setTimeout(end, timeout * 1000);
    signal?.addEventListener('abort', end);
    try {
      const answer = await this.fetcher(target, {
        ...request, signal: ending.signal, cache: 'no-store', credentials: 'omit', redirect: 'error',
      });
      const text = await answer.json();
      if (text === null || typeof text !== 'object') throw new TypeError('not an object');
      return [answer.status, text];
    } catch (error) {
      throw new Unreachable(error.message);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    }
  }
}
