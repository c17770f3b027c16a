// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "crypto/seal.h"
#include "vectors.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::crypto;
using toopher::tests::read_vectors;

namespace {

Digest digest_of(const std::string& name) {
  if (name == "sha1") return Digest::sha1;
  if (name == "sha256") return Digest::sha256;
  assert_same_text(name, "sha512");
  return Digest::sha512;
}

void macs_of_the_rfcs(void**) {
  for (const auto& v : read_vectors("hmac.vec"))
    assert_same_text(hex_encode(hmac(digest_of(v.text("digest")), v.bytes("key"), v.bytes("data"))),
                     v.text("mac"));
  // An empty key is a key, not "the one of before".
  assert_same_text(hex_encode(hmac(Digest::sha1, {}, {})), "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
  assert_same_text(hex_encode(sha256("")),
                   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert_same_text(hex_encode(sha256("abc")),
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

void hkdf_of_rfc_5869(void**) {
  for (const auto& v : read_vectors("hkdf.vec")) {
    const Secret output =
        hkdf_sha256(v.bytes("input-key"), v.bytes("salt"), v.bytes("info"), v.bytes("output").size());
    assert_same_text(hex_encode(output.view()), v.text("output"));
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{8161}}) {
    bool thrown = false;
    try {
      (void)hkdf_sha256("key", "salt", "info", length);
    } catch (const CryptoError&) {
      thrown = true;
    }
    assert_true(thrown);
  }
}

void encodings_of_rfc_4648(void**) {
  for (const auto& v : read_vectors("encoding.vec")) {
    const std::string bytes = v.bytes("bytes");
    assert_same_text(base64_encode(bytes), v.text("base64"));
    assert_same_text(base64url_encode(bytes), v.text("base64url"));
    assert_same_text(base32_encode(bytes), v.text("base32"));
    assert_true(base64_decode(v.text("base64")) == bytes);
    assert_true(base64url_decode(v.text("base64url")) == bytes);
  }
}

void encodings_are_strict(void**) {
  for (const char* text :
       {"Zg=", "Zg", "Zg===", "=", "==", "====", "Zh==", "Zm9=", "Zg==\n", " Zg==", "Z-8=", "Zm=v", "Z"})
    assert_false(base64_decode(text).has_value());
  for (const char* text : {"Zg==", "Zh", "Zm9", "Z", "Zm8 ", "Zm+v", "Zm/v", "Zm9v\n"})
    assert_false(base64url_decode(text).has_value());
  assert_false(base64url_decode(std::string_view("Zm9v\0", 5)).has_value());
}

void signatures_verify(void**) {
  const PrivateKey key = PrivateKey::generate();
  const auto verifier = PublicKey::from_point(key.public_point());
  assert_true(verifier.has_value());
  const auto stranger = PublicKey::from_point(PrivateKey::generate().public_point());
  // Often enough that an r or s with a leading zero byte occurs (one in 128).
  for (int i = 0; i < 600; ++i) {
    const std::string data = "decision " + std::to_string(i);
    std::string signature = key.sign(data);
    assert_int_equal(signature.size(), kSignatureSize);
    assert_true(verifier->verifies(data, signature));
    if (i > 20) continue;
    assert_false(verifier->verifies(data + "x", signature));
    assert_false(stranger->verifies(data, signature));
    assert_false(verifier->verifies(data, signature + '\0'));
    assert_false(verifier->verifies(data, std::string_view(signature).substr(1)));
    signature[static_cast<std::size_t>(i)] = static_cast<char>(signature[static_cast<std::size_t>(i)] ^ 1);
    assert_false(verifier->verifies(data, signature));
  }
  assert_false(verifier->verifies("", ""));
  assert_false(verifier->verifies("data", std::string(kSignatureSize, '\0')));
  assert_false(verifier->verifies("data", std::string(kSignatureSize, '\xFF')));
}

void a_published_signature_verifies(void**) {
  // RFC 6979 appendix A.2.5, SHA-256, message "sample".
  const std::string point = hex_decode(
                                "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                                "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")
                                .value();
  const std::string signature = hex_decode(
                                    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                                    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")
                                    .value();
  const auto key = PublicKey::from_point(point);
  assert_true(key.has_value());
  assert_true(key->verifies("sample", signature));
  assert_false(key->verifies("test", signature));
}

void points_off_the_curve_are_refused(void**) {
  const std::string point = PrivateKey::generate().public_point();
  std::string off = point;
  off.back() = static_cast<char>(off.back() ^ 1);
  std::string compressed = "\x02" + point.substr(1, 32);
  std::string hybrid = point;
  hybrid[0] = static_cast<char>(6 + (point.back() & 1));
  std::string beyond_field(kPointSize, '\xFF');
  beyond_field[0] = '\x04';
  std::string zeros(kPointSize, '\0');
  std::string zero_coordinates = zeros;
  zero_coordinates[0] = '\x04';
  for (const std::string& wrong : {std::string(), std::string(1, '\0'), off, compressed, hybrid, beyond_field,
                                   zeros, zero_coordinates, point + '\0', point.substr(0, 64)})
    assert_false(PublicKey::from_point(wrong).has_value());
  assert_true(PublicKey::from_point(point).has_value());
}

void keys_survive_storage(void**) {
  const PrivateKey key = PrivateKey::generate();
  const Secret stored = key.to_pkcs8();
  const auto again = PrivateKey::from_pkcs8(stored.view());
  assert_true(again.has_value());
  assert_true(again->public_point() == key.public_point());
  assert_true(PublicKey::from_point(key.public_point())->verifies("x", again->sign("x")));
  assert_false(PrivateKey::from_pkcs8({}).has_value());
  assert_false(PrivateKey::from_pkcs8("not a key").has_value());
  assert_false(PrivateKey::from_pkcs8(stored.view().substr(1)).has_value());
  assert_false(PrivateKey::from_pkcs8(std::string(stored.view()) + "x").has_value());
  // Another public half than the private one has.
  std::string mixed(stored.view());
  mixed.replace(mixed.size() - kPointSize, kPointSize, PrivateKey::generate().public_point());
  assert_false(PrivateKey::from_pkcs8(mixed).has_value());
  // An Ed25519 key, RFC 8410 section 10.3.
  assert_false(
      PrivateKey::from_pkcs8(hex_decode("302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad"
                                        "3afe7c28cbf1d4fbe097a88f44755842")
                                 .value())
          .has_value());
}

void both_sides_agree(void**) {
  const PrivateKey a = PrivateKey::generate();
  const PrivateKey b = PrivateKey::generate();
  const Secret shared = a.agree(*PublicKey::from_point(b.public_point()));
  assert_int_equal(shared.size(), kSharedSecretSize);
  assert_true(shared.equals(b.agree(*PublicKey::from_point(a.public_point())).view()));
  for (const auto& v : read_vectors("seed.vec")) {
    const auto key = PrivateKey::from_pkcs8(v.bytes("device-key"));
    assert_same_text(hex_encode(key->public_point()), v.text("device-point"));
    const auto peer = PublicKey::from_point(v.bytes("server-point"));
    assert_same_text(hex_encode(key->agree(*peer).view()), v.text("shared"));
  }
}

void sealed_values_cannot_be_changed(void**) {
  const SealingKey key = SealingKey::generate();
  const std::string sealed = key.seal("the seed", "pairings.seed.1");
  assert_true(key.open(sealed, "pairings.seed.1")->equals("the seed"));
  assert_int_equal(sealed.size(), 12 + 8 + 16);
  assert_true(sealed.find("the seed") == std::string::npos);
  for (std::size_t i = 0; i < sealed.size(); ++i) {  // nonce, ciphertext and tag
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    assert_false(key.open(changed, "pairings.seed.1").has_value());
    assert_false(key.open(std::string_view(sealed).substr(0, i), "pairings.seed.1").has_value());
  }
  assert_false(key.open(sealed + '\0', "pairings.seed.1").has_value());
  assert_false(key.open(sealed, "pairings.seed.2").has_value());
  assert_false(key.open(sealed, "").has_value());
  assert_false(SealingKey::generate().open(sealed, "pairings.seed.1").has_value());
  assert_true(key.seal("the seed", "pairings.seed.1") != sealed);
  assert_true(key.open(key.seal("", ""), "")->empty());
  assert_true(SealingKey::from_bytes(Secret(key.bytes()))->open(sealed, "pairings.seed.1").has_value());
  assert_false(SealingKey::from_bytes(random_bytes(31)).has_value());
}

void sealing_is_aes_256_gcm(void**) {
  // The GCM specification's test case 16 (AES-256, 96-bit nonce, with additional data).
  const auto key = SealingKey::from_bytes(
      Secret(hex_decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").value()));
  const std::string sealed = hex_decode(
                                 "cafebabefacedbaddecaf888"
                                 "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                                 "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                                 "76fc6ece0f4e1768cddf8853bb2d551b")
                                 .value();
  const std::string context = hex_decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").value();
  const auto plain = key->open(sealed, context);
  assert_true(plain.has_value());
  assert_same_text(hex_encode(plain->view()),
                   "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                   "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(macs_of_the_rfcs),
      cmocka_unit_test(hkdf_of_rfc_5869),
      cmocka_unit_test(encodings_of_rfc_4648),
      cmocka_unit_test(encodings_are_strict),
      cmocka_unit_test(signatures_verify),
      cmocka_unit_test(a_published_signature_verifies),
      cmocka_unit_test(points_off_the_curve_are_refused),
      cmocka_unit_test(keys_survive_storage),
      cmocka_unit_test(both_sides_agree),
      cmocka_unit_test(sealed_values_cannot_be_changed),
      cmocka_unit_test(sealing_is_aes_256_gcm),
  };
  return cmocka_run_group_tests_name("crypto", tests, nullptr, nullptr);
}
