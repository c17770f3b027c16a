// SPDX-License-Identifier: Apache-2.0
#include "crypto/seal.h"

#include <openssl/evp.h>

#include <atomic>
#include <climits>
#include <deque>
#include <mutex>
#include <utility>

#include "base/random.h"
#include "crypto/openssl.h"

namespace toopher::crypto {
namespace {

using Cipher = Handle<EVP_CIPHER, EVP_CIPHER_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

const EVP_CIPHER* cipher() {
  static const Cipher fetched =
      checked(Cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)), "EVP_CIPHER_fetch");
  return fetched.get();
}

CipherContext new_context() {
  return checked(CipherContext(EVP_CIPHER_CTX_new()), "EVP_CIPHER_CTX_new");
}

int length_of(std::string_view text) {
  if (text.size() > INT_MAX) throw CryptoError("text too long to be sealed");
  return static_cast<int>(text.size());
}

std::string seal_with(std::string_view key, std::string_view plain, std::string_view context) {
  const Secret nonce = random_bytes(kNonceSize);
  std::string sealed(kNonceSize + plain.size() + kTagSize, '\0');
  sealed.replace(0, kNonceSize, nonce.view());
  unsigned char* const ciphertext = bytes_of(sealed) + kNonceSize;

  const CipherContext state = new_context();
  check(EVP_EncryptInit_ex2(state.get(), cipher(), bytes_of(key), bytes_of(nonce.view()), nullptr),
        "EVP_EncryptInit");
  int written = 0;
  check(EVP_EncryptUpdate(state.get(), nullptr, &written, bytes_of(context), length_of(context)),
        "EVP_EncryptUpdate");
  check(EVP_EncryptUpdate(state.get(), ciphertext, &written, bytes_of(plain), length_of(plain)),
        "EVP_EncryptUpdate");
  check(EVP_EncryptFinal_ex(state.get(), ciphertext + plain.size(), &written), "EVP_EncryptFinal");
  check(EVP_CIPHER_CTX_ctrl(state.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, ciphertext + plain.size()),
        "EVP_CTRL_AEAD_GET_TAG");
  return sealed;
}

std::optional<Secret> open_with(std::string_view key, std::string_view sealed, std::string_view context) {
  if (sealed.size() < kNonceSize + kTagSize) return std::nullopt;
  const std::string_view nonce = sealed.substr(0, kNonceSize);
  const std::string_view ciphertext = sealed.substr(kNonceSize, sealed.size() - kNonceSize - kTagSize);
  std::string tag(sealed.substr(sealed.size() - kTagSize));

  const CipherContext state = new_context();
  check(EVP_DecryptInit_ex2(state.get(), cipher(), bytes_of(key), bytes_of(nonce), nullptr),
        "EVP_DecryptInit");
  int written = 0;
  check(EVP_DecryptUpdate(state.get(), nullptr, &written, bytes_of(context), length_of(context)),
        "EVP_DecryptUpdate");
  // One byte more, so that an empty text has a buffer too: a null one would mean "more context".
  Secret plain = Secret::zeroed(ciphertext.size() + 1);
  check(
      EVP_DecryptUpdate(state.get(), bytes_of(plain), &written, bytes_of(ciphertext), length_of(ciphertext)),
      "EVP_DecryptUpdate");
  check(EVP_CIPHER_CTX_ctrl(state.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()),
        "EVP_CTRL_AEAD_SET_TAG");
  if (EVP_DecryptFinal_ex(state.get(), bytes_of(plain) + ciphertext.size(), &written) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return Secret(plain.view().substr(0, ciphertext.size()));
}

}  // namespace

/// Replaced generations are kept: somebody may be using one just now.
struct SealingKey::Ring {
  using Keys = std::vector<Secret>;

  explicit Ring(Keys keys) { add(std::move(keys)); }
  void add(Keys keys) {
    const std::lock_guard<std::mutex> lock(mutex);
    generations.push_back(std::move(keys));
    now.store(&generations.back());
  }
  [[nodiscard]] const Keys& keys() const { return *now.load(); }

  std::mutex mutex;
  std::deque<Keys> generations;
  std::atomic<const Keys*> now;
};

namespace {

std::vector<Secret> only(Secret key) {
  std::vector<Secret> keys;
  keys.push_back(std::move(key));
  return keys;
}

std::vector<Secret> cloned(const std::vector<Secret>& keys) {
  std::vector<Secret> copies;
  copies.reserve(keys.size());
  for (const Secret& key : keys) copies.push_back(key.clone());
  return copies;
}

}  // namespace

SealingKey::SealingKey(Secret key) : ring_(std::make_shared<Ring>(only(std::move(key)))) {}
SealingKey::SealingKey(std::shared_ptr<Ring> ring) : ring_(std::move(ring)) {}
SealingKey::SealingKey(SealingKey&& other) noexcept = default;
SealingKey& SealingKey::operator=(SealingKey&& other) noexcept = default;
SealingKey::~SealingKey() = default;

std::optional<SealingKey> SealingKey::from_bytes(Secret key) {
  if (key.size() != kSize) return std::nullopt;
  return SealingKey(std::move(key));
}

SealingKey SealingKey::generate() {
  return SealingKey(random_bytes(kSize));
}

std::string_view SealingKey::bytes() const {
  return ring_->keys().front().view();
}

std::vector<std::string_view> SealingKey::all_bytes() const {
  std::vector<std::string_view> all;
  for (const Secret& key : ring_->keys()) all.push_back(key.view());
  return all;
}

void SealingKey::also_opens(Secret key) {
  if (key.size() != kSize) throw CryptoError("a key of a wrong size");
  Ring::Keys keys = cloned(ring_->keys());
  keys.push_back(std::move(key));
  ring_->add(std::move(keys));
}

SealingKey SealingKey::share() const {
  return SealingKey(ring_);
}

void SealingKey::replace_by(const SealingKey& other) {
  ring_->add(cloned(other.ring_->keys()));
}

std::string SealingKey::seal(std::string_view plain, std::string_view context) const {
  return seal_with(bytes(), plain, context);
}

std::optional<Secret> SealingKey::open(std::string_view sealed, std::string_view context) const {
  for (const Secret& key : ring_->keys())
    if (auto plain = open_with(key.view(), sealed, context)) return plain;
  return std::nullopt;
}

std::optional<Secret> SealingKey::open_with_current(std::string_view sealed, std::string_view context) const {
  return open_with(bytes(), sealed, context);
}

}  // namespace toopher::crypto
