// SPDX-License-Identifier: Apache-2.0
// User verification (WebAuthn): the phone's own authenticator checks who holds it, by fingerprint, face or PIN. The server
// checks what it says of that; docs/authenticator-api.md, "User verification".
import { base64url, fromBase64url, sha256, utf8 } from '../bytes.js';
import { decisionText, lines, sign } from '../signing.js';

const ES256 = -7;
const PATIENCE = 60_000; // milliseconds
const POINT = 65; // bytes at the end of a public key in DER
const FLAGS = 32; // where they are in authenticator data
const VERIFIED = 4;

/** 'refused': cancelled, not recognised or too late; 'failed': the browser could not. */
export class NotVerified extends Error {
  constructor(why, message = why) {
    super(message);
    this.why = why;
  }
}

/** Whether this phone has a screen lock that the browser can ask for. */
export async function canVerify() {
  try {
    return 'getAuthenticatorData' in AuthenticatorAttestationResponse.prototype &&
      await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
  } catch {
    return false;
  }
}

async function asked(way, publicKey) {
  try {
    return (await navigator.credentials[way]({ publicKey: { ...publicKey, timeout: PATIENCE } })).response;
  } catch (error) {
    throw new NotVerified(['NotAllowedError', 'AbortError'].includes(error.name) ? 'refused' : 'failed', error.message);
  }
}

/** A new credential for a pairing that is about to be allowed: its id, and what is offered to the server. */
export async function makeCredential({ origin, device }, { id, shown }, user) {
  const response = await asked('create', {
    rp: { id: location.hostname, name: 'Toopher' },
    user: { id: utf8(id), name: user, displayName: user },
    challenge: await sha256(await decisionText(origin, id, shown, 'allow', '')),
    pubKeyCredParams: [{ type: 'public-key', alg: ES256 }],
    authenticatorSelection: { authenticatorAttachment: 'platform', residentKey: 'discouraged', userVerification: 'required' },
    attestation: 'none',
  });
  const data = new Uint8Array(response.getAuthenticatorData());
  const credential = base64url(idIn(data));
  const point = base64url(new Uint8Array(response.getPublicKey()).slice(-POINT));
  return {
    id: credential,
    offer: {
      authenticator_data: base64url(data),
      client_data: base64url(response.clientDataJSON),
      signature: await sign(device.signingKey, lines('toopher-credential-v1', origin, id, credential, point)),
    },
  };
}

/** The credential's id in the data of a registration (W3C WebAuthn Level 2, section 6.5.1). */
function idIn(data) {
  const [start, size] = [55, new DataView(data.buffer).getUint16(53)];
  return data.slice(start, start + size);
}

const assertion = (credential, challenge) => asked('get', {
  rpId: location.hostname,
  challenge,
  allowCredentials: [{ type: 'public-key', id: fromBase64url(credential), transports: ['internal'] }],
  userVerification: 'required',
});

/** Verifies the person for one decision. `text`: what the device signs. */
export async function verify(credential, text) {
  const { authenticatorData, clientDataJSON, signature } = await assertion(credential, await sha256(text));
  return { authenticator_data: base64url(authenticatorData), client_data: base64url(clientDataJSON), signature: base64url(signature) };
}

/** Verifies the person for something that stays on the phone. */
export async function unlock(credential) {
  const { authenticatorData } = await assertion(credential, crypto.getRandomValues(new Uint8Array(32)));
  if ((new Uint8Array(authenticatorData)[FLAGS] & VERIFIED) === 0) throw new NotVerified('refused');
}
