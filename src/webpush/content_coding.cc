// SPDX-License-Identifier: Apache-2.0
#include "webpush/content_coding.h"

#include <algorithm>
#include <stdexcept>

#include "crypto/aes_gcm.h"
#include "crypto/hash.h"

namespace toopher::webpush {

namespace {

constexpr std::size_t kOverhead = 1 + crypto::kGcmTagSize;  // of a record: its delimiter and its tag
constexpr char kMoreFollow = '\x01';
constexpr char kLastRecord = '\x02';
constexpr unsigned kByte = 0xff;

std::string header_of(const Coding& coding) {
  std::string header(coding.salt);
  for (int shift = 24; shift >= 0; shift -= 8)
    header += static_cast<char>((coding.record_size >> static_cast<unsigned>(shift)) & kByte);
  header += static_cast<char>(coding.key_id.size());
  header += coding.key_id;
  return header;
}

/// RFC 8188 section 2.3: the number of the record is mixed into the end of the first nonce.
std::string nonce_of(std::string_view first, std::uint64_t record) {
  std::string nonce(first);
  for (std::size_t i = 0; i < sizeof record; ++i) {
    char& byte = nonce[nonce.size() - 1 - i];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ ((record >> (8 * i)) & kByte));
  }
  return nonce;
}

void check(const Coding& coding) {
  constexpr std::size_t kMaxKeyId = 255;
  if (coding.salt.size() != kSaltSize) throw std::invalid_argument("aes128gcm: the salt has 16 bytes");
  if (coding.key_id.size() > kMaxKeyId) throw std::invalid_argument("aes128gcm: the key id is too long");
  if (coding.record_size <= kOverhead) throw std::invalid_argument("aes128gcm: records are too small");
}

}  // namespace

std::string encode(std::string_view content, std::size_t padding, std::string_view input_key,
                   const Coding& coding) {
  check(coding);
  using std::string_view_literals::operator""sv;
  const Secret key =
      crypto::hkdf_sha256(input_key, coding.salt, "Content-Encoding: aes128gcm\0"sv, crypto::kAes128KeySize);
  const Secret nonce =
      crypto::hkdf_sha256(input_key, coding.salt, "Content-Encoding: nonce\0"sv, crypto::kGcmNonceSize);
  const std::size_t room = coding.record_size - kOverhead;
  std::string message = header_of(coding);
  for (std::uint64_t record = 0;; ++record) {
    // At least one byte of content in each record while there is any (RFC 8188 section 2).
    const std::size_t zeros = std::min(padding, room - (content.empty() ? 0 : 1));
    const std::size_t taken = std::min(content.size(), room - zeros);
    padding -= zeros;
    std::string plain(content.substr(0, taken));
    content.remove_prefix(taken);
    const bool last = content.empty() && padding == 0;
    plain += last ? kLastRecord : kMoreFollow;
    plain.append(zeros, '\0');
    message += crypto::aes128_gcm(key.view(), nonce_of(nonce.view(), record), plain);
    if (last) return message;
  }
}

}  // namespace toopher::webpush
