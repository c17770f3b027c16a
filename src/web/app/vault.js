// SPDX-License-Identifier: Apache-2.0
// What the phone keeps, in IndexedDB: its keys, which no script can read out, its pairings, and a history.

const NAME = 'toopher';
const VERSION = 1;
const MARK = 'toopher-paired'; // outlives IndexedDB where that alone is lost, so that the loss can be told
const HISTORY = 200; // entries
const PATIENCE = 1; // seconds

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });

async function newKeys() {
  const curve = 'P-256';
  const signing = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, false, ['sign', 'verify']);
  const agreement = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: curve }, false, ['deriveKey']);
  const point = async (pair) => new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return {
    signingKey: signing.privateKey,
    signingPoint: await point(signing),
    agreementKey: agreement.privateKey,
    agreementPoint: await point(agreement),
  };
}

export class Vault {
  #db;

  constructor(db) {
    this.#db = db;
  }

  static async open() {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('device');
      request.result.createObjectStore('pairings', { keyPath: 'id' });
      request.result.createObjectStore('history', { autoIncrement: true });
    };
    const db = await settled(request);
    db.onversionchange = () => db.close();
    return new Vault(db);
  }

  async #read(store, work) {
    return settled(work(this.#db.transaction(store).objectStore(store)));
  }

  async #write(store, work) {
    const transaction = this.#db.transaction(store, 'readwrite', { durability: 'strict' });
    work(transaction.objectStore(store));
    await completed(transaction);
  }

  /** This device, or undefined: id, name, keys, and the clock's error when it was last known. */
  device = () => this.#read('device', (store) => store.get('this'));

  /** Keys without an id yet. They are kept only once the server knows them. */
  makeDevice = async (name) => ({ id: '', name, clockError: 0, ...(await newKeys()) });

  keepDevice = (device) => this.#write('device', (store) => store.put(device, 'this'));

  async pairings() {
    const all = await this.#read('pairings', (store) => store.getAll());
    return all.sort((a, b) => a.created - b.created);
  }

  async keepPairing(pairing) {
    await this.#write('pairings', (store) => store.put(pairing));
    localStorage.setItem(MARK, 'yes');
  }

  forgetPairing = (id) => this.#write('pairings', (store) => store.delete(id));

  /** Newest first. */
  async history() {
    const all = await this.#read('history', (store) => store.getAll());
    return all.reverse();
  }

  async remember(entry) {
    const keys = await this.#read('history', (store) => store.getAllKeys());
    await this.#write('history', (store) => {
      store.add(entry);
      for (const key of keys.slice(0, Math.max(0, keys.length + 1 - HISTORY))) store.delete(key);
    });
  }

  clearHistory = () => this.#write('history', (store) => store.clear());

  /** Everything of this device: for a person who starts anew. */
  async forgetAll() {
    for (const name of ['device', 'pairings', 'history']) await this.#write(name, (store) => store.clear());
    localStorage.removeItem(MARK);
  }
}

/** Whether this phone had pairings that are not there any more. */
export const wasEmptied = (pairings, device) => device === undefined && pairings.length === 0 &&
  localStorage.getItem(MARK) !== null;

/** Asks the browser to keep what is stored even when space is short; whether it will. Some ask the person, who may not answer. */
export async function keepForGood() {
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE * 1000, false); });
  try {
    return (await navigator.storage.persisted()) || (await Promise.race([navigator.storage.persist(), late]));
  } catch {
    return false;
  }
}
