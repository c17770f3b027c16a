-- SPDX-License-Identifier: Apache-2.0
-- A database of toopherd's second schema: jdoe with one phone and recovery codes, of which the first is used; logins that were
-- allowed, and a wrong code; a phone that shows a phrase; two requesters.
-- key file: 59fe4dcad33fccc0794c174e5ba92cc88fe5f03d9522bb061a66d2e429cc4345
-- requester: uLS6AIi4_hiTN2Khfu0y xr-RQ09n9hJLo2y3H7-FzoeSqkvyUW__XXaabKPO
-- seed: cf1015f3-8431-496a-8b25-5483320b37cd cc71c1f43d5e5d146dbe6e4d48b4340053b4d511
-- recovery: 483931570362 699107637600 688312564927 502935386485 888131874514 979535761795 919722857476 523438843306 301676263073 244404347262
BEGIN TRANSACTION;
CREATE TABLE actions (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL) STRICT;
INSERT INTO "actions" VALUES('b7897c2d-7731-42b5-93ec-4a0ed8afa0b6','sshd',1795630220638);
INSERT INTO "actions" VALUES('60bf34d0-f5d5-4119-ab42-7bc9f6d2de50','sudo',1795630220687);
INSERT INTO "actions" VALUES('2faf576c-ef57-46ee-9fef-cdff88451ed2','make new recovery codes',1795630220692);
CREATE TABLE audit (
  number_in_order INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, event TEXT NOT NULL, fields TEXT NOT NULL) STRICT;
INSERT INTO "audit" VALUES(1,1795630220536,'device registered','{"time":"2026-11-25 18:10:20Z","event":"device registered","device":"6af4750d-8d16-4afe-8ee6-b42ba14a6f88","name":"test phone","address":"127.0.0.1"}');
INSERT INTO "audit" VALUES(2,1795630220557,'pairing asked for','{"time":"2026-11-25 18:10:20Z","event":"pairing asked for","pairing":"cf1015f3-8431-496a-8b25-5483320b37cd","user":"jdoe","device":"6af4750d-8d16-4afe-8ee6-b42ba14a6f88","by":"first requester"}');
INSERT INTO "audit" VALUES(3,1795630220631,'pairing allowed','{"time":"2026-11-25 18:10:20Z","event":"pairing allowed","pairing":"cf1015f3-8431-496a-8b25-5483320b37cd","user":"jdoe","device":"6af4750d-8d16-4afe-8ee6-b42ba14a6f88","by":"test phone"}');
INSERT INTO "audit" VALUES(4,1795630220638,'push sent','{"time":"2026-11-25 18:10:20Z","event":"push sent","request":"2a501503-f87b-4a44-b113-98ceec042c40","user":"jdoe","terminal":"host","action":"sshd","factor":"push","metadata":"{\"host\":\"host\"}","by":"first requester"}');
INSERT INTO "audit" VALUES(5,1795630220681,'request granted','{"time":"2026-11-25 18:10:20Z","event":"request granted","request":"2a501503-f87b-4a44-b113-98ceec042c40","user":"jdoe","terminal":"host","action":"sshd","factor":"push","metadata":"{\"host\":\"host\"}","by":"test phone 6af4750d-8d16-4afe-8ee6-b42ba14a6f88"}');
INSERT INTO "audit" VALUES(6,1795630220687,'request denied','{"time":"2026-11-25 18:10:20Z","event":"request denied","request":"d4d208ac-95c7-43c1-8554-e077e9af2c35","user":"jdoe","terminal":"host","action":"sudo","factor":"code","reason":"The one-time code is wrong.","by":"first requester"}');
INSERT INTO "audit" VALUES(7,1795630220692,'push sent','{"time":"2026-11-25 18:10:20Z","event":"push sent","request":"73930d54-8e2f-43f6-9e8b-4ce0e7ec6485","user":"jdoe","terminal":"host","action":"make new recovery codes","factor":"push","by":"first requester"}');
INSERT INTO "audit" VALUES(8,1795630220731,'request granted','{"time":"2026-11-25 18:10:20Z","event":"request granted","request":"73930d54-8e2f-43f6-9e8b-4ce0e7ec6485","user":"jdoe","terminal":"host","action":"make new recovery codes","factor":"push","by":"test phone 6af4750d-8d16-4afe-8ee6-b42ba14a6f88"}');
INSERT INTO "audit" VALUES(9,1795630221307,'recovery codes made','{"time":"2026-11-25 18:10:21Z","event":"recovery codes made","user":"jdoe","request":"73930d54-8e2f-43f6-9e8b-4ce0e7ec6485","by":"first requester"}');
INSERT INTO "audit" VALUES(10,1795630221365,'recovery code used','{"time":"2026-11-25 18:10:21Z","event":"recovery code used","user":"jdoe","left":"9"}');
INSERT INTO "audit" VALUES(11,1795630221365,'request granted','{"time":"2026-11-25 18:10:21Z","event":"request granted","request":"2b42bc52-5559-41e5-9dfd-57c432f23722","user":"jdoe","terminal":"host","action":"sudo","factor":"code","by":"first requester"}');
INSERT INTO "audit" VALUES(12,1795630221410,'device registered','{"time":"2026-11-25 18:10:21Z","event":"device registered","device":"98e28a0e-03fe-4ef9-9bd5-57069761cab7","name":"test phone","address":"127.0.0.1"}');
CREATE TABLE authorizations (request_id TEXT PRIMARY KEY REFERENCES requests, used INTEGER NOT NULL) STRICT;
INSERT INTO "authorizations" VALUES('73930d54-8e2f-43f6-9e8b-4ce0e7ec6485',1795630221307);
CREATE TABLE decisions (
  number_in_order INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, pairing_id TEXT NOT NULL,
  device_id TEXT NOT NULL, shown TEXT NOT NULL, choice TEXT NOT NULL, number TEXT NOT NULL, signature BLOB NOT NULL,
  at INTEGER NOT NULL) STRICT;
INSERT INTO "decisions" VALUES(1,'cf1015f3-8431-496a-8b25-5483320b37cd','cf1015f3-8431-496a-8b25-5483320b37cd','6af4750d-8d16-4afe-8ee6-b42ba14a6f88','{"id":"cf1015f3-8431-496a-8b25-5483320b37cd","requester":"first requester","user":"jdoe","server_key":"BOMHGCgHVXHfz76XVPiL9QxNwgOd43ahhy2IVPMogk5WY4lvzxTY786eYtrqCC0oU81yvXsxLiH6Hxu9GYV2cdc","created":1795630220}','allow','',X'A1B52E6BA19C2A795D48D0A50F7F2112435FC983F40B2E18888D8859485A69AB2D2BB4A525E2C3E0F78D7355F2696AA1A01F60AFE4906044E14E764AA6CF6BFF',1795630220631);
INSERT INTO "decisions" VALUES(2,'2a501503-f87b-4a44-b113-98ceec042c40','cf1015f3-8431-496a-8b25-5483320b37cd','6af4750d-8d16-4afe-8ee6-b42ba14a6f88','{"id":"2a501503-f87b-4a44-b113-98ceec042c40","pairing_id":"cf1015f3-8431-496a-8b25-5483320b37cd","requester":"first requester","user":"jdoe","terminal":"host","action":"sshd","metadata":{"host":"host"},"metadata_verified":true,"number_digits":0,"created":1795630220,"expires":1795630280}','allow','',X'63BCDBBC6F0047D60278E616B846CB8F0A1FC03BDDE40FF822EA6CEAA9C8142982B36072E417FAFB6D49D0F1A2712525ED8FD49A216FB88219536D57FE48C520',1795630220681);
INSERT INTO "decisions" VALUES(3,'73930d54-8e2f-43f6-9e8b-4ce0e7ec6485','cf1015f3-8431-496a-8b25-5483320b37cd','6af4750d-8d16-4afe-8ee6-b42ba14a6f88','{"id":"73930d54-8e2f-43f6-9e8b-4ce0e7ec6485","pairing_id":"cf1015f3-8431-496a-8b25-5483320b37cd","requester":"first requester","user":"jdoe","terminal":"host","action":"make new recovery codes","metadata":{},"metadata_verified":true,"number_digits":2,"created":1795630220,"expires":1795630280}','allow','67',X'0CB5FFAEA6B61CA21FC16A5782ACABCBD12F3914DAB39139B3CBC15302EECAE0299089D1B9790103CAA1A19E1F577B7755C8942310DFE6E394D55DB6BBA136D9',1795630220731);
CREATE TABLE devices (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, platform TEXT NOT NULL, signing_key BLOB NOT NULL,
  agreement_key BLOB NOT NULL, created INTEGER NOT NULL) STRICT;
INSERT INTO "devices" VALUES('6af4750d-8d16-4afe-8ee6-b42ba14a6f88','test phone','python',X'04A4BE56CB6C4D7934833170ACA8DEAD51D75F44B6C5E30148EA52A9084ACEEB976D8726BFCDA7152665513B0489D74516D871C797332C825B66C3A764D9318770',X'0425BD9CF837B96BE3C840E936531506B91210E23682B25972B65F1CD26BB27FBB668A8EC7B856D8FEC9A416AF750E78110BB3BD9A69AF8E289DB91FE1C87BECBC',1795630220536);
INSERT INTO "devices" VALUES('98e28a0e-03fe-4ef9-9bd5-57069761cab7','test phone','python',X'0464EE2F80D808A14C90129B7BEEF273D789F2CA740F71CFF5735BA3B0A5719618C51696D06B8454E8A546AE9ADC55823DDD773C97DD4E5706F4889314BA246023',X'04F7864FBC8AAF8DEEDE764E6AA2D11F9182AC9A3C58C76D586A58C9B3742005431BD430B2EF2F1C4709E2580BA24CA039B1E72B26B277E34DAB171164F9703300',1795630221410);
CREATE TABLE nonces (
  owner TEXT NOT NULL, nonce TEXT NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY (owner, nonce)) STRICT, WITHOUT ROWID;
INSERT INTO "nonces" VALUES('uLS6AIi4_hiTN2Khfu0y','n1',1795630521452);
CREATE TABLE pairings (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, requester_id TEXT NOT NULL REFERENCES requesters,
  device_id TEXT NOT NULL REFERENCES devices, state INTEGER NOT NULL, further_allowed INTEGER NOT NULL,
  server_point BLOB NOT NULL, sealed_agreement_key BLOB NOT NULL, sealed_seed BLOB NOT NULL, last_step INTEGER NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
INSERT INTO "pairings" VALUES('cf1015f3-8431-496a-8b25-5483320b37cd','ea6c93f6-fba6-46a3-b014-7103bf6bf39e','256abfc7-45dc-4c05-bb82-d07f3f34a154','6af4750d-8d16-4afe-8ee6-b42ba14a6f88',1,0,X'04E3071828075571DFCFBE9754F88BF50C4DC2039DE376A1872D8854F328824E5663896FCF14D8EFCE9E62DAEA082D2853CD72BD7B312E21FA1F1BBD19857671D7',X'',X'BEFB83336F97DD01B2BF6172286DE12D4F6BC65D618CEFFD4F61D46BB14D41CFA3E1EEE2226262CFC06AAE1D44ABBFEA',-1,1795630220557,1795630220631,1795630520557);
CREATE TABLE phrases (
  device_id TEXT PRIMARY KEY REFERENCES devices ON DELETE CASCADE, phrase TEXT NOT NULL UNIQUE,
  expires INTEGER NOT NULL) STRICT;
INSERT INTO "phrases" VALUES('98e28a0e-03fe-4ef9-9bd5-57069761cab7','bashful hotel spotted puppet',1795630821422);
CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES recovery_lists ON DELETE CASCADE, hash BLOB NOT NULL, used INTEGER NOT NULL,
  PRIMARY KEY (user_id, hash)) STRICT, WITHOUT ROWID;
INSERT INTO "recovery_codes" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'25611FD088C4AA1A85DD2477F3648BA65E2915CD48E33E19B78D33E85FEC90F8',0);
INSERT INTO "recovery_codes" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'2D9E5C5730819AB13F40162A6BE77AF78DE270CA0442D69BD7092F78467B7977',0);
INSERT INTO "recovery_codes" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'2F9BDD448FDD6913D444B40B526D3D9CDB908261E011BACEB03BB6AF907CFD7B',0);
INSERT INTO "recovery_codes" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'311BD4AB567D2FB6226D7EE64974B564857FB5328F9894A3FE6F21EFAEECD62C',0);
INSERT INTO "recovery_codes" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'6792F6689238EF8A5A7CD7CD73F495FA9881C77D46F0FB8AA4FAFD42CD6BA775',1795630221365);
INSERT INTO "recovery_codes" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'692AE2309F6FA39EFC2B308263ED1CA3AF71704214686F7904A04BC0A3110959',0);
INSERT INTO "recovery_codes" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'7B1BD80D9BDF1DF87BB54F61FFBB470F437D6008F202D48EB21D4CDB1F2E5948',0);
INSERT INTO "recovery_codes" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'7C3754A7D3D616D88B6B3985C7C2E4D9DC6C58FA6662F2D926787B69F0F598CA',0);
INSERT INTO "recovery_codes" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'984D30E60AF1ADBCA9E639D39854193B3050E9C448FBD098FE503BD677A24DF1',0);
INSERT INTO "recovery_codes" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'E6C65DADCDA08D0CF9047CB42654156175B0073BE7701DA0DD03E99DDF9B1AB7',0);
CREATE TABLE recovery_lists (
  user_id TEXT PRIMARY KEY REFERENCES users, sealed_salt BLOB NOT NULL, created INTEGER NOT NULL) STRICT;
INSERT INTO "recovery_lists" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e',X'BB6B95D112F883D229F5E37CFC6AED07B32B4ED9A6B425644886F7EE381C669A97F593EF4F16B8F7815AFF71',1795630221307);
CREATE TABLE requesters (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, consumer_key TEXT NOT NULL UNIQUE, sealed_secret BLOB NOT NULL,
  scopes INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;
INSERT INTO "requesters" VALUES('256abfc7-45dc-4c05-bb82-d07f3f34a154','first requester','uLS6AIi4_hiTN2Khfu0y',X'85062A759F551667C0DF08EB729A41A523B8C3E677E3C4C7B62E80263D10B25F1AE569032E3E1025DF261A2A19362B6CF3A812823BA5A680DEE50E95601C3F264C9BAF1F',3,1795630220432);
INSERT INTO "requesters" VALUES('2fe88d0e-ef7c-48c2-ade0-40f75d99cfbf','administrator','cJvbucC-nkHxZh9SNocj',X'03814FA9AE4792A263FECBC4D8342D80CF438F79EDB4005C04BFC827B69032022E1960E4EA72F932B356FF613BB1B40484FAE35C6B2A8302029487C6C19F4E30E80F62C2',4,1795630221428);
CREATE TABLE requests (
  id TEXT PRIMARY KEY, requester_id TEXT NOT NULL REFERENCES requesters, user_id TEXT NOT NULL REFERENCES users,
  pairing_id TEXT NOT NULL, client_request_id TEXT NOT NULL, fingerprint BLOB NOT NULL, push INTEGER NOT NULL,
  terminal_id TEXT NOT NULL, terminal_name TEXT NOT NULL, terminal_extra TEXT NOT NULL, terminal_created INTEGER NOT NULL,
  action_id TEXT NOT NULL, action_name TEXT NOT NULL, action_created INTEGER NOT NULL, metadata TEXT NOT NULL,
  number TEXT NOT NULL, automation_allowed INTEGER NOT NULL, state INTEGER NOT NULL, reason_code INTEGER NOT NULL,
  reason TEXT NOT NULL, totp_valid INTEGER NOT NULL, code_followed INTEGER NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
INSERT INTO "requests" VALUES('2a501503-f87b-4a44-b113-98ceec042c40','256abfc7-45dc-4c05-bb82-d07f3f34a154','ea6c93f6-fba6-46a3-b014-7103bf6bf39e','cf1015f3-8431-496a-8b25-5483320b37cd','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',X'BEA9CC76D5565C3A03297073BC1FB207EABF2E1C1031DD998B13FAED4A02D480',1,'1b3f5fb8-e1ee-4ae9-94f3-ff28de00b294','host','',1795630220638,'b7897c2d-7731-42b5-93ec-4a0ed8afa0b6','sshd',1795630220638,'{"host":"host"}','',1,1,0,'',0,0,1795630220638,1795630220681,1795630280638);
INSERT INTO "requests" VALUES('d4d208ac-95c7-43c1-8554-e077e9af2c35','256abfc7-45dc-4c05-bb82-d07f3f34a154','ea6c93f6-fba6-46a3-b014-7103bf6bf39e','','',X'B96C9A76F41856F3071928B272EA2691A9789C975BEF477115365700BC188A52',0,'f76bc9c7-d8ff-4d35-8639-fa9c1e83006e','host','tty-1',1795630220687,'60bf34d0-f5d5-4119-ab42-7bc9f6d2de50','sudo',1795630220687,'','',1,2,1005,'The one-time code is wrong.',0,0,1795630220687,1795630220687,1795630280687);
INSERT INTO "requests" VALUES('73930d54-8e2f-43f6-9e8b-4ce0e7ec6485','256abfc7-45dc-4c05-bb82-d07f3f34a154','ea6c93f6-fba6-46a3-b014-7103bf6bf39e','cf1015f3-8431-496a-8b25-5483320b37cd','',X'AF41F9BE3F0B1D48890EF0D322200F3EC90D8AEFE9FBFA0585529E8044AFC512',1,'1b3f5fb8-e1ee-4ae9-94f3-ff28de00b294','host','',1795630220638,'2faf576c-ef57-46ee-9fef-cdff88451ed2','make new recovery codes',1795630220692,'','67',1,1,0,'',0,0,1795630220692,1795630220731,1795630280692);
INSERT INTO "requests" VALUES('2b42bc52-5559-41e5-9dfd-57c432f23722','256abfc7-45dc-4c05-bb82-d07f3f34a154','ea6c93f6-fba6-46a3-b014-7103bf6bf39e','','',X'B4FE55E1F1F19CE7A969D9E6C005AF3AB71CF05FD634DE9C36815378DEF1D3F3',0,'1b3f5fb8-e1ee-4ae9-94f3-ff28de00b294','host','',1795630220638,'60bf34d0-f5d5-4119-ab42-7bc9f6d2de50','sudo',1795630220687,'','',1,1,0,'',1,0,1795630221365,1795630221365,1795630281365);
CREATE TABLE terminals (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, name TEXT NOT NULL, extra TEXT NOT NULL,
  created INTEGER NOT NULL) STRICT;
INSERT INTO "terminals" VALUES('1b3f5fb8-e1ee-4ae9-94f3-ff28de00b294','ea6c93f6-fba6-46a3-b014-7103bf6bf39e','host','',1795630220638);
INSERT INTO "terminals" VALUES('f76bc9c7-d8ff-4d35-8639-fa9c1e83006e','ea6c93f6-fba6-46a3-b014-7103bf6bf39e','host','tty-1',1795630220687);
CREATE TABLE tries (kind TEXT NOT NULL, owner TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
INSERT INTO "tries" VALUES('device','127.0.0.1',1795630220536);
INSERT INTO "tries" VALUES('device','127.0.0.1',1795630221410);
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL, muted_until INTEGER NOT NULL,
  pushes_counted_from INTEGER NOT NULL, codes_locked_until INTEGER NOT NULL, codes_counted_from INTEGER NOT NULL,
  code_lockouts INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL) STRICT;
INSERT INTO "users" VALUES('ea6c93f6-fba6-46a3-b014-7103bf6bf39e','jdoe',1,0,1795630220731,0,1795630221365,0,1795630220557,1795630220731);
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
INSERT INTO "sqlite_sequence" VALUES('audit',12);
INSERT INTO "sqlite_sequence" VALUES('decisions',3);
COMMIT;
PRAGMA user_version = 2;
