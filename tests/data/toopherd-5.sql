-- SPDX-License-Identifier: Apache-2.0
-- A database of toopherd's fifth schema: that of the fourth, brought up to date, its logins in the past by now; and two that
-- were finished within the hour, a push that was withdrawn and a code.
-- key file: 190ccb7148623cff68c2aca00659996894efda59ced3cb4348c2598e9dadd239
-- requester: rXuQabDtnPLEuA50W0VX 2247n7PtsHzssY403B1ee5jXHW0RNPuN5kzHSDDq
-- seed: 08df800c-3cb1-4cec-8fee-7684661941d1 32fceabd0c29635a4fc96e286abcab528dd78a4d
-- recovery: 655029782737 398670586831 895365349589 774015954843 944804849491 807144169552 930596515625 181222701658 588959422657 084045328400
BEGIN TRANSACTION;
CREATE TABLE actions (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL) STRICT;
INSERT INTO "actions" VALUES('397c47ac-c114-48c7-a02f-c52e9d115ad7','sshd',1795693167511);
INSERT INTO "actions" VALUES('233cccdb-5c12-42dd-b26a-9c5d269f42d6','sudo',1795693167695);
INSERT INTO "actions" VALUES('6f62d009-2207-45e2-b330-434fa1df3bf4','make new recovery codes',1795693168137);
CREATE TABLE audit (
  number_in_order INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, event TEXT NOT NULL, fields TEXT NOT NULL) STRICT;
INSERT INTO "audit" VALUES(1,1795693167004,'device registered','{"time":"2026-11-26 11:39:27Z","event":"device registered","device":"1c22ed84-3c5f-463f-bfb7-2fd5854a2f99","name":"test phone","address":"127.0.0.1"}');
INSERT INTO "audit" VALUES(2,1795693167091,'pairing asked for','{"time":"2026-11-26 11:39:27Z","event":"pairing asked for","pairing":"08df800c-3cb1-4cec-8fee-7684661941d1","user":"jdoe","device":"1c22ed84-3c5f-463f-bfb7-2fd5854a2f99","by":"first requester"}');
INSERT INTO "audit" VALUES(3,1795693167505,'pairing allowed','{"time":"2026-11-26 11:39:27Z","event":"pairing allowed","pairing":"08df800c-3cb1-4cec-8fee-7684661941d1","user":"jdoe","device":"1c22ed84-3c5f-463f-bfb7-2fd5854a2f99","by":"test phone"}');
INSERT INTO "audit" VALUES(4,1795693167511,'push sent','{"time":"2026-11-26 11:39:27Z","event":"push sent","request":"88e15394-b218-4fc6-8ae3-acc9e684a04b","user":"jdoe","terminal":"host","action":"sshd","factor":"push","by":"first requester"}');
INSERT INTO "audit" VALUES(5,1795693167648,'request granted','{"time":"2026-11-26 11:39:27Z","event":"request granted","request":"88e15394-b218-4fc6-8ae3-acc9e684a04b","user":"jdoe","terminal":"host","action":"sshd","factor":"push","by":"test phone 1c22ed84-3c5f-463f-bfb7-2fd5854a2f99"}');
INSERT INTO "audit" VALUES(6,1795693167695,'push sent','{"time":"2026-11-26 11:39:27Z","event":"push sent","request":"88e15394-08d2-4784-b91e-e8ce23c5c5d2","user":"jdoe","terminal":"host","action":"sudo","factor":"push","by":"first requester"}');
INSERT INTO "audit" VALUES(7,1795693168073,'request granted','{"time":"2026-11-26 11:39:28Z","event":"request granted","request":"88e15394-08d2-4784-b91e-e8ce23c5c5d2","user":"jdoe","terminal":"host","action":"sudo","factor":"push","by":"test phone 1c22ed84-3c5f-463f-bfb7-2fd5854a2f99"}');
INSERT INTO "audit" VALUES(8,1795693168073,'rule made','{"time":"2026-11-26 11:39:28Z","event":"rule made","rule":"4d32d4d6-9d50-4e39-b4ba-03e7b31f5d72","user":"jdoe","requester":"first requester","terminal":"host","action":"sudo","pairing":"08df800c-3cb1-4cec-8fee-7684661941d1","request":"88e15394-08d2-4784-b91e-e8ce23c5c5d2","until":"2026-12-26 11:39:28Z","by":"test phone 1c22ed84-3c5f-463f-bfb7-2fd5854a2f99"}');
INSERT INTO "audit" VALUES(9,1795693168119,'request granted','{"time":"2026-11-26 11:39:28Z","event":"request granted","request":"88e15394-b228-4cc5-9641-b344925ed8a2","user":"jdoe","terminal":"host","action":"sudo","factor":"rule","rule":"4d32d4d6-9d50-4e39-b4ba-03e7b31f5d72","reason":"Allowed by a rule of the person.","by":"rule 4d32d4d6-9d50-4e39-b4ba-03e7b31f5d72"}');
INSERT INTO "audit" VALUES(10,1795693168137,'push sent','{"time":"2026-11-26 11:39:28Z","event":"push sent","request":"88e15394-a8c2-4009-832b-10cd5ff3c2d9","user":"jdoe","terminal":"host","action":"make new recovery codes","factor":"push","by":"first requester"}');
INSERT INTO "audit" VALUES(11,1795693168331,'request granted','{"time":"2026-11-26 11:39:28Z","event":"request granted","request":"88e15394-a8c2-4009-832b-10cd5ff3c2d9","user":"jdoe","terminal":"host","action":"make new recovery codes","factor":"push","by":"test phone 1c22ed84-3c5f-463f-bfb7-2fd5854a2f99"}');
INSERT INTO "audit" VALUES(12,1795693172483,'recovery codes made','{"time":"2026-11-26 11:39:32Z","event":"recovery codes made","user":"jdoe","request":"88e15394-a8c2-4009-832b-10cd5ff3c2d9","by":"first requester"}');
INSERT INTO "audit" VALUES(13,1795693173047,'recovery code used','{"time":"2026-11-26 11:39:33Z","event":"recovery code used","user":"jdoe","left":"9"}');
INSERT INTO "audit" VALUES(14,1795693173047,'request granted','{"time":"2026-11-26 11:39:33Z","event":"request granted","request":"88e15394-484a-406d-8a73-a044ed504d84","user":"jdoe","terminal":"host","action":"sshd","factor":"code","by":"first requester"}');
INSERT INTO "audit" VALUES(15,1795719682743,'push sent','{"time":"2026-11-26 19:01:22Z","event":"push sent","request":"ba1a9be2-fde0-4054-9dee-787e47b50d18","user":"jdoe","terminal":"host","action":"sshd","factor":"push","by":"first requester"}');
INSERT INTO "audit" VALUES(16,1795719682753,'request cancelled','{"time":"2026-11-26 19:01:22Z","event":"request cancelled","request":"ba1a9be2-fde0-4054-9dee-787e47b50d18","user":"jdoe","terminal":"host","action":"sshd","factor":"push","reason":"Withdrawn by the requester.","reason_code":"1004","by":"first requester"}');
INSERT INTO "audit" VALUES(17,1795719682760,'request granted','{"time":"2026-11-26 19:01:22Z","event":"request granted","request":"ba1a9be2-4a47-432f-961b-39433ec8593e","user":"jdoe","terminal":"host","action":"sshd","factor":"code","by":"first requester"}');
CREATE TABLE authorizations (request_id TEXT PRIMARY KEY, used INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "authorizations" VALUES('88e15394-a8c2-4009-832b-10cd5ff3c2d9',1795693172483);
CREATE TABLE automation_rules (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, requester_id TEXT NOT NULL REFERENCES requesters,
  pairing_id TEXT NOT NULL REFERENCES pairings, request_id TEXT NOT NULL, terminal_id TEXT NOT NULL,
  terminal_name TEXT NOT NULL, action TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
  ended INTEGER NOT NULL) STRICT;
INSERT INTO "automation_rules" VALUES('4d32d4d6-9d50-4e39-b4ba-03e7b31f5d72','3945866e-ab66-448f-bac3-1a92ddad306f','f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','08df800c-3cb1-4cec-8fee-7684661941d1','88e15394-08d2-4784-b91e-e8ce23c5c5d2','c35d2857-59f5-49e4-8efa-0526a3dadc9f','host','sudo',1795693168073,1798285168073,0);
CREATE TABLE bypass_codes (
  user_id TEXT PRIMARY KEY REFERENCES users, hash BLOB NOT NULL, max_uses INTEGER NOT NULL, used INTEGER NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE TABLE credentials (
  pairing_id TEXT PRIMARY KEY REFERENCES pairings, credential_id BLOB NOT NULL UNIQUE, point BLOB NOT NULL,
  sign_count INTEGER NOT NULL, signature BLOB NOT NULL, created INTEGER NOT NULL) STRICT;
INSERT INTO "credentials" VALUES('08df800c-3cb1-4cec-8fee-7684661941d1',X'8A28D2E88D050A2EB179C5B2B29AE3F5',X'04A54BC9725107CA9DC996AA5DEC638362A75DD537DC4E6605E5401D4F02E0E198D0C4C79FE8C3E0C58E75F8D3902E4C58C13A65DF54A0C0F4D3F78EC3BF5ED3DA',0,X'F009B66BEFDDAEC8068CEE6C91DE756453CE095898FB210A1203CA0C78DCD679CB86D70AC1F9E4DECC4A94D53446C4423BADF121ABCADCB876C2F502636F7392',1795693167505);
CREATE TABLE decisions (
  number_in_order INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, pairing_id TEXT NOT NULL,
  device_id TEXT NOT NULL, shown TEXT NOT NULL, choice TEXT NOT NULL, number TEXT NOT NULL, signature BLOB NOT NULL,
  at INTEGER NOT NULL, remember_days INTEGER NOT NULL DEFAULT 0, origin TEXT NOT NULL DEFAULT '', verification TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "decisions" VALUES(1,'08df800c-3cb1-4cec-8fee-7684661941d1','08df800c-3cb1-4cec-8fee-7684661941d1','1c22ed84-3c5f-463f-bfb7-2fd5854a2f99','{"id":"08df800c-3cb1-4cec-8fee-7684661941d1","requester":"first requester","user":"jdoe","server_key":"BLpUX6z4IdlUa3HSa-VCnhuOJeAQQoTxg0Lzq2JDhOhmiVtYkLMtWQ8kr9GQsiz9Vcwg0de3SHIbeBFDDOgw0vo","created":1795693167}','allow','',X'75769A88BE87698C6211F516614BC9369D76F2653DD2B312B38716B5565C993D258AA9A2962A7C9433410470B5E7DEC61C7DF98E30037D09DAA30D8BA6F20BAC',1795693167505,0,'http://localhost:59151','');
INSERT INTO "decisions" VALUES(2,'88e15394-b218-4fc6-8ae3-acc9e684a04b','08df800c-3cb1-4cec-8fee-7684661941d1','1c22ed84-3c5f-463f-bfb7-2fd5854a2f99','{"id":"88e15394-b218-4fc6-8ae3-acc9e684a04b","pairing_id":"08df800c-3cb1-4cec-8fee-7684661941d1","requester":"first requester","user":"jdoe","terminal":"host","action":"sshd","metadata":{},"metadata_verified":true,"number_digits":0,"created":1795693167,"expires":1795693227}','allow','',X'8DF851139778F6843B4009547707885A5091DD1C8D6AADCB6124ECC39B3988B0321A70D2572B5B4B576EBD1D9A739E34F3EFDAAF4F6EBCA6870A4F464314FFCF',1795693167648,0,'http://localhost:59151','');
INSERT INTO "decisions" VALUES(3,'88e15394-08d2-4784-b91e-e8ce23c5c5d2','08df800c-3cb1-4cec-8fee-7684661941d1','1c22ed84-3c5f-463f-bfb7-2fd5854a2f99','{"id":"88e15394-08d2-4784-b91e-e8ce23c5c5d2","pairing_id":"08df800c-3cb1-4cec-8fee-7684661941d1","requester":"first requester","user":"jdoe","terminal":"host","action":"sudo","metadata":{},"metadata_verified":true,"number_digits":0,"created":1795693167,"expires":1795693227}','allow','',X'1439BE4A6D3B282C02CC9AB4C4EC16FF6EA14D622D9DF86B7DA63DC8A9FE1B536166CF21B33FE03E774D0C57A2D4C8131028CF23A19322CE4408B9BECC43C8E4',1795693168073,30,'http://localhost:59151','');
INSERT INTO "decisions" VALUES(4,'88e15394-a8c2-4009-832b-10cd5ff3c2d9','08df800c-3cb1-4cec-8fee-7684661941d1','1c22ed84-3c5f-463f-bfb7-2fd5854a2f99','{"id":"88e15394-a8c2-4009-832b-10cd5ff3c2d9","pairing_id":"08df800c-3cb1-4cec-8fee-7684661941d1","requester":"first requester","user":"jdoe","terminal":"host","action":"make new recovery codes","metadata":{},"metadata_verified":true,"number_digits":2,"created":1795693168,"expires":1795693228}','allow','14',X'CF1EE1E25DDA8DF6578BDF10212513082FFE4D7403CED7E93CBD87A6EFBCFB26F57FBDFDE4307DD6470FC74DA898C7B20F6C87D03DE66995A73F613C9AC52ED7',1795693168331,0,'http://localhost:59151','');
CREATE TABLE devices (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, platform TEXT NOT NULL, signing_key BLOB NOT NULL,
  agreement_key BLOB NOT NULL, created INTEGER NOT NULL) STRICT;
INSERT INTO "devices" VALUES('','','',X'',X'',9223372036854775807);
INSERT INTO "devices" VALUES('1c22ed84-3c5f-463f-bfb7-2fd5854a2f99','test phone','python',X'047A0F132E11DC247D5CB6C549FC9FB1A2DD431BF6AB8B8D4F93812A86C15166285B4394040C02DABDC16534C02F0DB71D5A6B60E1E1A723A70E71ADCD7C96AE2B',X'042A5DF6A8FF725D1F47647320E4137474BACA29CEC29011D1D2323985A09BF047077795B575C1558EF1C3C2A29D82B3358DF5A5EA775280CC4192BFF3B1222EFA',1795693167004);
CREATE TABLE directories (name TEXT PRIMARY KEY, enrol_until INTEGER NOT NULL) STRICT;
CREATE TABLE enrolments (
  pairing_id TEXT PRIMARY KEY REFERENCES pairings ON DELETE CASCADE, sealed_secret BLOB NOT NULL,
  wrong_proofs INTEGER NOT NULL) STRICT;
CREATE TABLE forgotten_nonces (until INTEGER NOT NULL) STRICT;
INSERT INTO "forgotten_nonces" VALUES(1795693473000);
CREATE TABLE memos (name TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE new_devices (created INTEGER NOT NULL, device_id TEXT NOT NULL, PRIMARY KEY (created, device_id)) STRICT, WITHOUT ROWID;
INSERT INTO "new_devices" VALUES(1795693167004,'1c22ed84-3c5f-463f-bfb7-2fd5854a2f99');
INSERT INTO "new_devices" VALUES(9223372036854775807,'');
CREATE TABLE "nonces" (
  expires INTEGER NOT NULL, owner TEXT NOT NULL, nonce TEXT NOT NULL, PRIMARY KEY (expires, owner, nonce)) STRICT, WITHOUT ROWID;
INSERT INTO "nonces" VALUES(1795719983000,'f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','1795719682:1332718f864a3c05af48329bc1d5f6f6');
INSERT INTO "nonces" VALUES(1795719983000,'f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','1795719682:4f13da343c4fa361ec06f84372fdba17');
INSERT INTO "nonces" VALUES(1795719983000,'f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','1795719682:8630fe863ab6e05908304fd209c98a38');
CREATE TABLE ntfy_topics (user_id TEXT PRIMARY KEY REFERENCES users, sealed_topic BLOB NOT NULL) STRICT;
CREATE TABLE pairings (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, requester_id TEXT NOT NULL REFERENCES requesters,
  device_id TEXT NOT NULL REFERENCES devices, state INTEGER NOT NULL, further_allowed INTEGER NOT NULL,
  server_point BLOB NOT NULL, sealed_agreement_key BLOB NOT NULL, sealed_seed BLOB NOT NULL, last_step INTEGER NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
INSERT INTO "pairings" VALUES('08df800c-3cb1-4cec-8fee-7684661941d1','3945866e-ab66-448f-bac3-1a92ddad306f','f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','1c22ed84-3c5f-463f-bfb7-2fd5854a2f99',1,0,X'04BA545FACF821D9546B71D26BE5429E1B8E25E0104284F18342F3AB624384E866895B5890B32D590F24AFD190B22CFD55CC20D1D7B748721B7811430CE830D2FA',X'',X'29ED9A38FD59D7D1CB400B1638592298E84B9C7EBAAF0E67CA435A8A1C80A36C50DB31E363CEC3C93318BC1C463316A9',59857322,1795693167091,1795693167505,1795693467091);
CREATE TABLE "past_requests" (
  id TEXT PRIMARY KEY, requester_id TEXT NOT NULL REFERENCES requesters, user_id TEXT NOT NULL REFERENCES users,
  pairing_id TEXT NOT NULL, client_request_id TEXT NOT NULL, fingerprint BLOB NOT NULL, push INTEGER NOT NULL,
  terminal_id TEXT NOT NULL, terminal_name TEXT NOT NULL, terminal_extra TEXT NOT NULL, terminal_created INTEGER NOT NULL,
  action_id TEXT NOT NULL, action_name TEXT NOT NULL, action_created INTEGER NOT NULL, metadata TEXT NOT NULL,
  number TEXT NOT NULL, automation_allowed INTEGER NOT NULL, state INTEGER NOT NULL, reason_code INTEGER NOT NULL,
  reason TEXT NOT NULL, totp_valid INTEGER NOT NULL, code_followed INTEGER NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL, expires INTEGER NOT NULL, rule_id TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "past_requests" VALUES('88e15394-b218-4fc6-8ae3-acc9e684a04b','f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','3945866e-ab66-448f-bac3-1a92ddad306f','08df800c-3cb1-4cec-8fee-7684661941d1','',X'EC3DF53B041811442BCE6C84CBF330F1457FE7D77947CC61284BBCC3732620BA',1,'c35d2857-59f5-49e4-8efa-0526a3dadc9f','host','',1795693167511,'397c47ac-c114-48c7-a02f-c52e9d115ad7','sshd',1795693167511,'','',1,1,0,'',0,0,1795433967511,1795433967648,1795434027511,'');
INSERT INTO "past_requests" VALUES('88e15394-08d2-4784-b91e-e8ce23c5c5d2','f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','3945866e-ab66-448f-bac3-1a92ddad306f','08df800c-3cb1-4cec-8fee-7684661941d1','',X'DCBFEA8012F63178A7F0CBBD965C2211D1A044F2EEA19F339FA79739CEC594A0',1,'c35d2857-59f5-49e4-8efa-0526a3dadc9f','host','',1795693167511,'233cccdb-5c12-42dd-b26a-9c5d269f42d6','sudo',1795693167695,'','',1,1,0,'',0,0,1795693167695,1795693168073,1795693227695,'');
INSERT INTO "past_requests" VALUES('88e15394-b228-4cc5-9641-b344925ed8a2','f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','3945866e-ab66-448f-bac3-1a92ddad306f','08df800c-3cb1-4cec-8fee-7684661941d1','',X'DCBFEA8012F63178A7F0CBBD965C2211D1A044F2EEA19F339FA79739CEC594A0',1,'c35d2857-59f5-49e4-8efa-0526a3dadc9f','host','',1795693167511,'233cccdb-5c12-42dd-b26a-9c5d269f42d6','sudo',1795693167695,'','',1,1,0,'Allowed by a rule of the person.',0,0,1795693168119,1795693168119,1795693228119,'4d32d4d6-9d50-4e39-b4ba-03e7b31f5d72');
INSERT INTO "past_requests" VALUES('88e15394-a8c2-4009-832b-10cd5ff3c2d9','f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','3945866e-ab66-448f-bac3-1a92ddad306f','08df800c-3cb1-4cec-8fee-7684661941d1','',X'DA13ECB4C86FC3EFF892919200EC366D650D57EEE80FE6078EBA2C10E3816B61',1,'c35d2857-59f5-49e4-8efa-0526a3dadc9f','host','',1795693167511,'6f62d009-2207-45e2-b330-434fa1df3bf4','make new recovery codes',1795693168137,'','14',1,1,0,'',0,0,1795693168137,1795693168331,1795693228137,'');
INSERT INTO "past_requests" VALUES('88e15394-484a-406d-8a73-a044ed504d84','f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','3945866e-ab66-448f-bac3-1a92ddad306f','','',X'EA4C5F2BEC6863C6340DD34F7F6F974B984725D674D81A93F72ED5CC780B9122',0,'c35d2857-59f5-49e4-8efa-0526a3dadc9f','host','',1795693167511,'397c47ac-c114-48c7-a02f-c52e9d115ad7','sshd',1795693167511,'','',1,1,0,'',1,0,1795693173047,1795693173047,1795693233047,'');
CREATE TABLE phrases (
  device_id TEXT PRIMARY KEY REFERENCES devices ON DELETE CASCADE, phrase TEXT NOT NULL UNIQUE,
  expires INTEGER NOT NULL) STRICT;
CREATE TABLE previous_secrets (
  requester_id TEXT PRIMARY KEY REFERENCES requesters, sealed_secret BLOB NOT NULL) STRICT;
CREATE TABLE push_keys (name TEXT PRIMARY KEY, sealed_key BLOB NOT NULL, created INTEGER NOT NULL) STRICT;
INSERT INTO "push_keys" VALUES('vapid',X'8C76B2DAA1F0D02E9B29B0EDFF27FDCB498C57A2B5DF3667D0D550265DFE7C7384B537489C72F789FA3DFC69609146C17356C4E353DA23DDB10B85F8D44C20B4F02453D486756812BCC2A1F9DA863A28F80E3C200EAEEE5F99255F9AA876280C78064A118F999D4387433B3E153ABA003326612FE86D5C3159DBEC8380A1D2F06D4EAA9A947D35BB2273CEAF0AFD022A60DC3A9B742421B1F80014CEC8B960DA6038B9AB5C67',1795693166435);
CREATE TABLE push_subscriptions (
  device_id TEXT PRIMARY KEY REFERENCES devices ON DELETE CASCADE, sealed_target BLOB NOT NULL,
  since INTEGER NOT NULL, delivered INTEGER NOT NULL, problem TEXT NOT NULL) STRICT;
CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES recovery_lists ON DELETE CASCADE, hash BLOB NOT NULL, used INTEGER NOT NULL,
  PRIMARY KEY (user_id, hash)) STRICT, WITHOUT ROWID;
INSERT INTO "recovery_codes" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'13C6B099B924C18EBF42E8AD89F678A3896C42022016E4BAED6514E6049293C8',0);
INSERT INTO "recovery_codes" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'13D25E252679B60A896B3B038FD8AD33C5C9721ECD3449130BBA0FAA612A1B4F',0);
INSERT INTO "recovery_codes" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'494386C2D86823A60A97BC1C36DEACAB6227EF20EF2BB05FD756FC0A3AF58BFA',0);
INSERT INTO "recovery_codes" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'66B0E077EE571951122CD64C0EC23B17FF529983F387871751033F349B75CEAA',0);
INSERT INTO "recovery_codes" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'8295EF2CFE041CCCF67F85F401CB753F1B3AD5C5626684FFC7C1E0B9D6FF17FF',0);
INSERT INTO "recovery_codes" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'9DDB969DDF24EA045EF2964C0984CD90D1B16F4C159252DD8C8F9D4E6F906FD6',0);
INSERT INTO "recovery_codes" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'9FB881C0795EFA27130D629BBB41DEBD1AD421185F6566E7D3645AAD5E9B0530',0);
INSERT INTO "recovery_codes" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'E58F55F14317B24E91F173456DB51FBFEFC1634238196625D132C10AE3C15613',0);
INSERT INTO "recovery_codes" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'EDA3E98087A3EE2D6C7418C1EEF9FFC4AC9241584441783BFF53AB084CBD7744',0);
INSERT INTO "recovery_codes" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'F39B12266B3625C67284FF94D9F406485A1249AB294866EB168913AAD1CC23AE',1795693173047);
CREATE TABLE recovery_lists (
  user_id TEXT PRIMARY KEY REFERENCES users, sealed_salt BLOB NOT NULL, created INTEGER NOT NULL) STRICT;
INSERT INTO "recovery_lists" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f',X'65F2944A43EAA605A4F2381E275176AD6E7FE082460D9CA4336E161F528937C26F3928951A1666EE3A7F619C',1795693172483);
CREATE TABLE requesters (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, consumer_key TEXT NOT NULL UNIQUE, sealed_secret BLOB NOT NULL,
  scopes INTEGER NOT NULL, created INTEGER NOT NULL, directory TEXT NOT NULL DEFAULT 'default', number_matching INTEGER NOT NULL DEFAULT 1, number_digits INTEGER NOT NULL DEFAULT 2, automation INTEGER NOT NULL DEFAULT 1, previous_secret_until INTEGER NOT NULL DEFAULT 0, removed INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "requesters" VALUES('f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','first requester','rXuQabDtnPLEuA50W0VX',X'2B41F9C946577E37554AC445D2AF2A17EA694C4C952D35C22EB6C8F209855AABF32242869086A4AE39218D68E57C0790A4F101A99FB1358DBF1FCB7379325E1A00AA4DD8',3,1795693166392,'default',1,2,1,0,0);
CREATE TABLE requests (
  id TEXT PRIMARY KEY, requester_id TEXT NOT NULL REFERENCES requesters, user_id TEXT NOT NULL REFERENCES users,
  pairing_id TEXT NOT NULL, client_request_id TEXT NOT NULL, fingerprint BLOB NOT NULL, push INTEGER NOT NULL,
  terminal_id TEXT NOT NULL, terminal_name TEXT NOT NULL, terminal_extra TEXT NOT NULL, terminal_created INTEGER NOT NULL,
  action_id TEXT NOT NULL, action_name TEXT NOT NULL, action_created INTEGER NOT NULL, metadata TEXT NOT NULL,
  number TEXT NOT NULL, automation_allowed INTEGER NOT NULL, state INTEGER NOT NULL, reason_code INTEGER NOT NULL,
  reason TEXT NOT NULL, totp_valid INTEGER NOT NULL, code_followed INTEGER NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL, expires INTEGER NOT NULL, rule_id TEXT NOT NULL) STRICT;
INSERT INTO "requests" VALUES('ba1a9be2-fde0-4054-9dee-787e47b50d18','f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','3945866e-ab66-448f-bac3-1a92ddad306f','','',X'EC3DF53B041811442BCE6C84CBF330F1457FE7D77947CC61284BBCC3732620BA',1,'c35d2857-59f5-49e4-8efa-0526a3dadc9f','host','',1795693167511,'397c47ac-c114-48c7-a02f-c52e9d115ad7','sshd',1795693167511,'','',1,4,1004,'Withdrawn by the requester.',0,0,1795719682743,1795719682753,1795719742743,'');
INSERT INTO "requests" VALUES('ba1a9be2-4a47-432f-961b-39433ec8593e','f3e5b033-c358-4ce7-8d3b-4e5c497f81d1','3945866e-ab66-448f-bac3-1a92ddad306f','08df800c-3cb1-4cec-8fee-7684661941d1','d2a0c6a1-6a0e-4c70-9d7c-0f3a7b1b0c11',X'209C7F514234CBB47C717612FB3CC7247E1AF3BCC9A711D5DBEF24CC524B9553',0,'c35d2857-59f5-49e4-8efa-0526a3dadc9f','host','',1795693167511,'397c47ac-c114-48c7-a02f-c52e9d115ad7','sshd',1795693167511,'','',1,1,0,'',1,0,1795719682760,1795719682760,1795719742760,'');
CREATE TABLE reset_links (
  digest BLOB PRIMARY KEY, pairing_id TEXT NOT NULL UNIQUE REFERENCES pairings ON DELETE CASCADE,
  requester TEXT NOT NULL, question TEXT NOT NULL, answer_digest BLOB NOT NULL, wrong_answers INTEGER NOT NULL,
  expires INTEGER NOT NULL) STRICT;
CREATE TABLE retention (what TEXT PRIMARY KEY, horizon INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "retention" VALUES('audit',0);
INSERT INTO "retention" VALUES('requests',0);
CREATE TABLE terminals (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, name TEXT NOT NULL, extra TEXT NOT NULL,
  created INTEGER NOT NULL) STRICT;
INSERT INTO "terminals" VALUES('c35d2857-59f5-49e4-8efa-0526a3dadc9f','3945866e-ab66-448f-bac3-1a92ddad306f','host','',1795693167511);
CREATE TABLE tries (kind TEXT NOT NULL, owner TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
INSERT INTO "tries" VALUES('device','127.0.0.1',1795693167004);
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, enabled INTEGER NOT NULL, muted_until INTEGER NOT NULL,
  pushes_counted_from INTEGER NOT NULL, codes_locked_until INTEGER NOT NULL, codes_counted_from INTEGER NOT NULL,
  code_lockouts INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL, directory TEXT NOT NULL DEFAULT 'default', enrol_until INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "users" VALUES('3945866e-ab66-448f-bac3-1a92ddad306f','jdoe',1,0,1795693168331,0,0,0,1795693167091,1795693168331,'default',0);
CREATE TABLE validators (
  id TEXT PRIMARY KEY, requester_id TEXT NOT NULL REFERENCES requesters, requester_specified_id TEXT NOT NULL,
  user_id TEXT NOT NULL, event_based INTEGER NOT NULL, digits INTEGER NOT NULL, algorithm TEXT NOT NULL,
  step_seconds INTEGER NOT NULL, sealed_seed BLOB NOT NULL, seed_digest BLOB NOT NULL UNIQUE,
  next_counter INTEGER NOT NULL, drift INTEGER NOT NULL, active INTEGER NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL) STRICT;
CREATE INDEX pairings_user ON pairings (user_id);
CREATE INDEX pairings_device ON pairings (device_id);
CREATE INDEX pairings_pending ON pairings (expires) WHERE state = 0;
CREATE UNIQUE INDEX terminals_extra ON terminals (user_id, extra) WHERE extra <> '';
CREATE UNIQUE INDEX terminals_name ON terminals (user_id, name) WHERE extra = '';
CREATE INDEX tries_owner ON tries (kind, owner, at);
CREATE INDEX tries_at ON tries (at);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER decisions_keep BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE UNIQUE INDEX users_name ON users (directory, name);
CREATE INDEX users_enrol ON users (enrol_until) WHERE enrol_until <> 0;
CREATE INDEX bypass_codes_expire ON bypass_codes (expires);
CREATE UNIQUE INDEX decisions_subject ON decisions (subject);
CREATE UNIQUE INDEX automation_rules_criteria ON automation_rules (user_id, requester_id, terminal_id, action)
  WHERE ended = 0;
CREATE INDEX automation_rules_expire ON automation_rules (expires) WHERE ended = 0;
CREATE UNIQUE INDEX validators_named ON validators (requester_id, requester_specified_id)
  WHERE requester_specified_id <> '' AND active = 1;
CREATE INDEX validators_user ON validators (user_id) WHERE user_id <> '';
CREATE INDEX reset_links_expire ON reset_links (expires);
CREATE INDEX requests_user ON "past_requests" (user_id, modified) WHERE state <> 0;
CREATE INDEX automation_rules_requester ON automation_rules (requester_id) WHERE ended = 0;
CREATE INDEX requests_created ON "past_requests" (created);
CREATE INDEX automation_rules_request ON automation_rules (request_id);
CREATE INDEX phrases_expire ON phrases (expires);
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
  WHEN old.at >= (SELECT horizon FROM retention WHERE what = 'audit')
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions
  WHEN old.at >= (SELECT horizon FROM retention WHERE what = 'requests')
  BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE UNIQUE INDEX requests_client ON requests (requester_id, client_request_id) WHERE client_request_id <> '';
CREATE INDEX requests_pending_user ON requests (user_id) WHERE state = 0;
CREATE INDEX requests_pending ON requests (expires) WHERE state = 0;
CREATE INDEX requests_finished ON requests (modified) WHERE state <> 0;
CREATE INDEX requests_finished_user ON requests (user_id, modified) WHERE state <> 0;
CREATE TRIGGER requests_final BEFORE UPDATE OF state ON requests WHEN old.state <> 0
  BEGIN SELECT RAISE(ABORT, 'a final request never changes'); END;
CREATE TRIGGER past_requests_keep BEFORE UPDATE ON past_requests
  BEGIN SELECT RAISE(ABORT, 'a final request never changes'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',17);
INSERT INTO "sqlite_sequence" VALUES('decisions',4);
PRAGMA user_version = 5;
COMMIT;
