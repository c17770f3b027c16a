// SPDX-License-Identifier: Apache-2.0
// This phone: its keys and pairings, and what it says to its server.
import { Api, Clock, Refused } from './api.js';
import { agreeOnCodeKey, codeAt } from './codes.js';

const CLOCK_CHANGE = 5; // seconds that are worth writing down

// reason_code, src/api/reason.h
const OUTCOME_OF_REASON = { 1000: 'denied', 1001: 'not_me', 1002: 'wrong_number', 1003: 'expired', 1004: 'withdrawn' };
const OUTCOME_OF_STATE = { granted: 'elsewhere_granted', denied: 'elsewhere_denied', expired: 'expired', cancelled: 'withdrawn' };

/** What a refusal means for the request that was decided; undefined: something else is wrong. */
function outcomeOfRefusal(error) {
  if (error.status === 404) return 'withdrawn';
  if (error.status !== 409) return undefined;
  const state = /\b(granted|denied|expired|cancelled)\b/.exec(error.message);
  return state ? OUTCOME_OF_STATE[state[1]] : 'elsewhere_denied';
}

export class Phone {
  constructor(vault, origin, device, pairings) {
    Object.assign(this, { vault, origin, pairings });
    this.clock = new Clock(device?.clockError);
    this.#use(device);
  }

  static async load(vault, origin) {
    return new Phone(vault, origin, await vault.device(), await vault.pairings());
  }

  #use(device) {
    this.device = device;
    this.api = device && new Api(device, this.origin, this.clock);
  }

  /** Pairings as the vault has them: another window may have changed them. */
  async refresh() {
    this.pairings = await this.vault.pairings();
  }

  pairing = (id) => this.pairings.find((pairing) => pairing.id === id);

  /** Makes keys and registers, unless that was done before. */
  async register(name, platform) {
    if (this.device) return;
    const device = await this.vault.makeDevice(name);
    const id = await new Api(device, this.origin, this.clock).register({ name, platform });
    await this.vault.keepDevice({ ...device, id });
    this.#use({ ...device, id });
  }

  /**
   * The code key is kept before the server learns the answer, so that no crash leaves a pairing without codes.
   * `credential`: of later/verification.js, or undefined.
   */
  async allowPairing(entry, shown, credential) {
    const { agreementKey, agreementPoint } = this.device;
    const pairing = {
      id: shown.id,
      user: shown.user,
      requester: shown.requester,
      label: '',
      created: this.clock.now(),
      confirmed: false,
      active: true,
      credential: credential?.id ?? '',
      codeKey: await agreeOnCodeKey(agreementKey, shown.id, agreementPoint, shown.serverPoint),
    };
    await this.#keep(pairing);
    try {
      await this.api.decidePairing(entry, 'allow', credential?.offer);
    } catch (error) {
      if (error instanceof Refused) await this.settle();
      throw error;
    }
    await this.#keep({ ...pairing, confirmed: true });
    await this.#forgetReplaced(pairing).catch(() => {});
    return this.pairing(shown.id);
  }

  /** A phone that is paired anew with an account: the server has ended what was before. */
  async #forgetReplaced({ id, user }) {
    const earlier = this.pairings.filter((one) => one.active && one.user === user && one.id !== id);
    if (earlier.length === 0) return;
    await this.settle();
    for (const one of earlier) if (!this.pairing(one.id)?.active) await this.vault.forgetPairing(one.id);
    await this.refresh();
  }

  denyPairing = (entry) => this.api.decidePairing(entry, 'deny');

  /** Takes over what the server knows: answers that got lost, and pairings that were ended there. Whether it changed. */
  async settle() {
    const atServer = new Map((await this.api.pairings()).map((pairing) => [pairing.id, pairing]));
    await this.refresh();
    let changed = false;
    for (const pairing of this.pairings) {
      const known = atServer.get(pairing.id);
      const active = known !== undefined && known.enabled && !known.deactivated;
      if (pairing.confirmed && pairing.active === active) continue;
      changed = true;
      if (!pairing.confirmed && !active) await this.vault.forgetPairing(pairing.id);
      else await this.vault.keepPairing({ ...pairing, confirmed: true, active });
    }
    await this.refresh();
    return changed;
  }

  /** What became of a request: granted, denied, not_me, wrong_number, expired, withdrawn, elsewhere_*. `verify`: of Api. */
  async decide(entry, request, choice, number, days, verify) {
    let outcome;
    try {
      const answer = await this.api.decide(entry, choice, number, days, verify);
      outcome = answer.granted ? 'granted' : OUTCOME_OF_REASON[answer.reason_code] ?? 'denied';
    } catch (error) {
      outcome = error instanceof Refused ? outcomeOfRefusal(error) : undefined;
      if (!outcome) throw error;
    }
    await this.remember(request, outcome);
    return outcome;
  }

  remember(request, outcome) {
    const { id, user, requester, metadata, action, terminal } = request;
    return this.vault.remember({ id, user, requester, metadata, action, terminal, outcome, at: this.clock.now() });
  }

  /** Of now, or undefined where the pairing has ended. */
  code = async (pairing) => (pairing.active ? codeAt(pairing.codeKey, this.clock.now()) : undefined);

  rename = (pairing, label) => this.#keep({ ...pairing, label });

  async remove(pairing) {
    await this.vault.forgetPairing(pairing.id);
    await this.refresh();
  }

  /** Keeps how wrong the clock is, for the time without network. */
  async noteClock() {
    const { measured, error } = this.clock;
    if (!measured || Math.abs(error - this.device.clockError) < CLOCK_CHANGE) return;
    this.device.clockError = error;
    await this.vault.keepDevice(this.device);
  }

  async #keep(pairing) {
    await this.vault.keepPairing(pairing);
    await this.refresh();
  }
}
