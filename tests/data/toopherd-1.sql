-- SPDX-License-Identifier: Apache-2.0
-- A database of toopherd's first schema: jdoe with one phone, a login that was allowed and a wrong code.
-- key file: 38612ba3d357f65c2f1f367d697ff9bcb0ab8cc7500b34263b233e814fc423fd
-- requester: Mf-y7Xwzw74q6JpIA9xI 6zqtdwwbM7x0WNKNBnRjJWAsPpEnyx8ZUiYt6hSr
-- seed: 87077849-0e3f-40fe-abce-dbe20be89d44 6d9e469db78eb993284376eaeca02321f6060071
BEGIN TRANSACTION;
CREATE TABLE actions (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL) STRICT;
INSERT INTO "actions" VALUES('b3e89044-a7e4-4607-85a8-434b2638f90c','sshd',1795433056277);
INSERT INTO "actions" VALUES('2efbd918-9fba-4b2f-acce-e70f86073e10','sudo',1795433056347);
CREATE TABLE audit (
  number_in_order INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, event TEXT NOT NULL, fields TEXT NOT NULL) STRICT;
INSERT INTO "audit" VALUES(1,1795433056146,'device registered','{"time":"2026-11-23 11:24:16Z","event":"device registered","device":"cd2d4359-c77c-4b86-aec3-12951e10a34a","name":"test phone","address":"127.0.0.1"}');
INSERT INTO "audit" VALUES(2,1795433056182,'pairing asked for','{"time":"2026-11-23 11:24:16Z","event":"pairing asked for","pairing":"87077849-0e3f-40fe-abce-dbe20be89d44","user":"jdoe","device":"cd2d4359-c77c-4b86-aec3-12951e10a34a","by":"first requester"}');
INSERT INTO "audit" VALUES(3,1795433056267,'pairing allowed','{"time":"2026-11-23 11:24:16Z","event":"pairing allowed","pairing":"87077849-0e3f-40fe-abce-dbe20be89d44","user":"jdoe","device":"cd2d4359-c77c-4b86-aec3-12951e10a34a","by":"test phone"}');
INSERT INTO "audit" VALUES(4,1795433056277,'push sent','{"time":"2026-11-23 11:24:16Z","event":"push sent","request":"970f4ff6-716a-43bd-aa16-beccffcee91a","user":"jdoe","terminal":"host","action":"sshd","factor":"push","metadata":"{\"host\":\"host\"}","by":"first requester"}');
INSERT INTO "audit" VALUES(5,1795433056343,'request granted','{"time":"2026-11-23 11:24:16Z","event":"request granted","request":"970f4ff6-716a-43bd-aa16-beccffcee91a","user":"jdoe","terminal":"host","action":"sshd","factor":"push","metadata":"{\"host\":\"host\"}","by":"test phone cd2d4359-c77c-4b86-aec3-12951e10a34a"}');
INSERT INTO "audit" VALUES(6,1795433056347,'request denied','{"time":"2026-11-23 11:24:16Z","event":"request denied","request":"bbf22bc6-428c-4416-989e-03136f489901","user":"jdoe","terminal":"host","action":"sudo","factor":"code","reason":"The one-time code is wrong.","by":"first requester"}');
CREATE TABLE decisions (
  number_in_order INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, pairing_id TEXT NOT NULL,
  device_id TEXT NOT NULL, shown TEXT NOT NULL, choice TEXT NOT NULL, number TEXT NOT NULL, signature BLOB NOT NULL,
  at INTEGER NOT NULL) STRICT;
INSERT INTO "decisions" VALUES(1,'87077849-0e3f-40fe-abce-dbe20be89d44','87077849-0e3f-40fe-abce-dbe20be89d44','cd2d4359-c77c-4b86-aec3-12951e10a34a','{"id":"87077849-0e3f-40fe-abce-dbe20be89d44","requester":"first requester","user":"jdoe","server_key":"BB_6FNlrx__WkTIKRmZoxnFuJUt5yxcX_N69WASiMXoeG80cDubYtHTr23VPvBZUC8qNZmQul2U8CAhi6EgEoiY","created":1795433056}','allow','',X'885A9E56332A0F717E04EEA2887646BDA06A427A74FBC8F9E7F3A70C28780CD6399551E121B2CC918E6526C386A0A85D34AECE560BC0D01C2C3A29C269C14A84',1795433056267);
INSERT INTO "decisions" VALUES(2,'970f4ff6-716a-43bd-aa16-beccffcee91a','87077849-0e3f-40fe-abce-dbe20be89d44','cd2d4359-c77c-4b86-aec3-12951e10a34a','{"id":"970f4ff6-716a-43bd-aa16-beccffcee91a","pairing_id":"87077849-0e3f-40fe-abce-dbe20be89d44","requester":"first requester","user":"jdoe","terminal":"host","action":"sshd","metadata":{"host":"host"},"metadata_verified":true,"number_digits":0,"created":1795433056,"expires":1795433116}','allow','',X'2D6E200661DC7E9E4F7EDC49B6FFDBB7BBE5570E931D6A9642182692D236A6B876E8CB1AA1BCE986BB300A71D35C457D5173CB13AC59AE28A8E168FA9DA81E85',1795433056343);
CREATE TABLE devices (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, platform TEXT NOT NULL, signing_key BLOB NOT NULL,
  agreement_key BLOB NOT NULL, created INTEGER NOT NULL) STRICT;
INSERT INTO "devices" VALUES('cd2d4359-c77c-4b86-aec3-12951e10a34a','test phone','python',X'047C339ED2B31E1B492F85D916A8D9CFCA432AD6E3658D1D68636FC961EAE9DDF7487CF89AF5386FCEA7FC65A84951D3EFC9316F562CA24390BCE9CDC980527FB2',X'04D169A192C0B7DBE183302035B3511654BED58EE1537FAB23FE7EB9F6F79E32AB0C771B97F002308F7461A17ECAC5118C469DC24511F115E3624AC1E53FB35D39',1795433056146);
CREATE TABLE nonces (
  owner TEXT NOT NULL, nonce TEXT NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY (owner, nonce)) STRICT, WITHOUT ROWID;
CREATE TABLE pairings (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, requester_id TEXT NOT NULL REFERENCES requesters,
  device_id TEXT NOT NULL REFERENCES devices, state INTEGER NOT NULL, further_allowed INTEGER NOT NULL,
  server_point BLOB NOT NULL, sealed_agreement_key BLOB NOT NULL, sealed_seed BLOB NOT NULL, last_step INTEGER NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
INSERT INTO "pairings" VALUES('87077849-0e3f-40fe-abce-dbe20be89d44','433bf427-c558-4cb2-9b2c-0f6ba1215f9c','800a75ab-80ed-48cf-85b2-b15a67399934','cd2d4359-c77c-4b86-aec3-12951e10a34a',1,0,X'041FFA14D96BC7FFD691320A466668C6716E254B79CB1717FCDEBD5804A2317A1E1BCD1C0EE6D8B474EBDB754FBC16540BCA8D66642E97653C080862E84804A226',X'',X'F4DEDEDD2AC08B079B5129B36C4482E45F1260ACA2BB68B21568C8A85F061F9CA156DE930EBA905C32D7659565E4EA8D',-1,1795433056182,1795433056267,1795433356182);
CREATE TABLE phrases (
  device_id TEXT PRIMARY KEY REFERENCES devices ON DELETE CASCADE, phrase TEXT NOT NULL UNIQUE,
  expires INTEGER NOT NULL) STRICT;
CREATE TABLE requesters (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, consumer_key TEXT NOT NULL UNIQUE, sealed_secret BLOB NOT NULL,
  scopes INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;
INSERT INTO "requesters" VALUES('800a75ab-80ed-48cf-85b2-b15a67399934','first requester','Mf-y7Xwzw74q6JpIA9xI',X'310B58ECAA4D7ECC6E25E1D56EF1CB4626CF6CF67F69B5A29934F636E761D5EFE61CA7C5C7034623D0F0076BBA7E60E138FC40284A6D630BD39BC1390939ACC8CA69F0C1',3,1795433055951);
CREATE TABLE requests (
  id TEXT PRIMARY KEY, requester_id TEXT NOT NULL REFERENCES requesters, user_id TEXT NOT NULL REFERENCES users,
  pairing_id TEXT NOT NULL, client_request_id TEXT NOT NULL, fingerprint BLOB NOT NULL, push INTEGER NOT NULL,
  terminal_id TEXT NOT NULL, terminal_name TEXT NOT NULL, terminal_extra TEXT NOT NULL, terminal_created INTEGER NOT NULL,
  action_id TEXT NOT NULL, action_name TEXT NOT NULL, action_created INTEGER NOT NULL, metadata TEXT NOT NULL,
  number TEXT NOT NULL, automation_allowed INTEGER NOT NULL, state INTEGER NOT NULL, reason_code INTEGER NOT NULL,
  reason TEXT NOT NULL, totp_valid INTEGER NOT NULL, code_followed INTEGER NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
INSERT INTO "requests" VALUES('970f4ff6-716a-43bd-aa16-beccffcee91a','800a75ab-80ed-48cf-85b2-b15a67399934','433bf427-c558-4cb2-9b2c-0f6ba1215f9c','87077849-0e3f-40fe-abce-dbe20be89d44','',X'E129C6528E3FA1601B82FE0EFB609657B561977B02BFC62FC723B8A93C1A1CC2',1,'3a462d56-857e-4de0-8d3a-f582e3c62c74','host','',1795433056277,'b3e89044-a7e4-4607-85a8-434b2638f90c','sshd',1795433056277,'{"host":"host"}','',1,1,0,'',0,0,1795433056277,1795433056343,1795433116277);
INSERT INTO "requests" VALUES('bbf22bc6-428c-4416-989e-03136f489901','800a75ab-80ed-48cf-85b2-b15a67399934','433bf427-c558-4cb2-9b2c-0f6ba1215f9c','','',X'2684D952FD8E079B4BB92B1498F1CDBB628363AB5465654888A3C2DEABE80710',0,'3a462d56-857e-4de0-8d3a-f582e3c62c74','host','',1795433056277,'2efbd918-9fba-4b2f-acce-e70f86073e10','sudo',1795433056347,'','',1,2,1005,'The one-time code is wrong.',0,0,1795433056347,1795433056347,1795433116347);
CREATE TABLE terminals (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, name TEXT NOT NULL, extra TEXT NOT NULL,
  created INTEGER NOT NULL) STRICT;
INSERT INTO "terminals" VALUES('3a462d56-857e-4de0-8d3a-f582e3c62c74','433bf427-c558-4cb2-9b2c-0f6ba1215f9c','host','',1795433056277);
CREATE TABLE tries (kind TEXT NOT NULL, owner TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
INSERT INTO "tries" VALUES('device','127.0.0.1',1795433056146);
INSERT INTO "tries" VALUES('code','433bf427-c558-4cb2-9b2c-0f6ba1215f9c',1795433056347);
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL, muted_until INTEGER NOT NULL,
  pushes_counted_from INTEGER NOT NULL, codes_locked_until INTEGER NOT NULL, codes_counted_from INTEGER NOT NULL,
  code_lockouts INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL) STRICT;
INSERT INTO "users" VALUES('433bf427-c558-4cb2-9b2c-0f6ba1215f9c','jdoe',1,0,1795433056343,0,0,0,1795433056182,1795433056343);
CREATE INDEX nonces_expire ON nonces (expires);
CREATE INDEX devices_created ON devices (created);
CREATE INDEX pairings_user ON pairings (user_id);
CREATE INDEX pairings_device ON pairings (device_id);
CREATE INDEX pairings_pending ON pairings (expires) WHERE state = 0;
CREATE UNIQUE INDEX terminals_extra ON terminals (user_id, extra) WHERE extra <> '';
CREATE UNIQUE INDEX terminals_name ON terminals (user_id, name) WHERE extra = '';
CREATE UNIQUE INDEX requests_client ON requests (requester_id, client_request_id) WHERE client_request_id <> '';
CREATE INDEX requests_pending_user ON requests (user_id) WHERE state = 0;
CREATE INDEX requests_pending ON requests (expires) WHERE state = 0;
CREATE INDEX requests_user ON requests (user_id, modified);
CREATE TRIGGER requests_final BEFORE UPDATE OF state ON requests WHEN old.state <> 0
  BEGIN SELECT RAISE(ABORT, 'a final request never changes'); END;
CREATE INDEX tries_owner ON tries (kind, owner, at);
CREATE INDEX tries_at ON tries (at);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER decisions_keep BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',6);
INSERT INTO "sqlite_sequence" VALUES('decisions',2);
COMMIT;
PRAGMA user_version = 1;
