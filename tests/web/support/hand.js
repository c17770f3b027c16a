// SPDX-License-Identifier: Apache-2.0
// A phone in Chromium for tests in other languages: a line of JSON in, one out.
//
//     node hand.js ORIGIN
//     {"call": "phrase"}                   -> the phrase
//     {"call": "allowPairing"}             -> null, once the codes are on the screen
//     {"call": "allow", "value": "42"}     -> when it was tapped, in milliseconds since 1970
// It ends with its standard input.
import { createInterface } from 'node:readline';
import { PhoneBrowser } from './world.js';

const phone = await PhoneBrowser.open({ url: process.argv[2] });
console.log('null');
for await (const line of createInterface({ input: process.stdin })) {
  const { call, value } = JSON.parse(line);
  console.log(JSON.stringify((await phone[call](value ?? undefined)) ?? null));
}
await phone.end();
