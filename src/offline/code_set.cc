// SPDX-License-Identifier: Apache-2.0
#include "offline/code_set.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/random.h"
#include "base/text.h"
#include "crypto/scrypt.h"

namespace toopher::offline {
namespace {

constexpr std::string_view kHeader = "toopher-offline-codes 1";
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
/// Part of what version 1 of the file means, so that no file can ask for gigabytes.
constexpr crypto::ScryptCost kCost{1 << 15, 8, 1};

Secret random_code() {
  // Two halves, because ten digits do not fit into 32 bits.
  constexpr std::uint32_t kHalf = 100'000;
  constexpr std::size_t kHalfDigits = kCodeDigits / 2;
  Secret code = Secret::zeroed(kCodeDigits);
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint32_t rest = random_below(kHalf);
    for (std::size_t i = kHalfDigits; i-- > 0; rest /= 10)
      code.data()[half * kHalfDigits + i] = static_cast<char>('0' + rest % 10);
  }
  return code;
}

/// Two equal codes would be one code that counts twice.
Secret code_unlike(const std::vector<Secret>& codes) {
  for (;;) {
    Secret code = random_code();
    const auto same = [&code](const Secret& other) { return other.equals(code.view()); };
    if (std::none_of(codes.begin(), codes.end(), same)) return code;
  }
}

/// Takes the lines of a text off, one word and its value at a time.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  /// The whole next line; nothing if it does not end in a line feed.
  std::optional<std::string_view> line() {
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }
  /// The value of the next line if it is "`word` VALUE".
  std::optional<std::string_view> value(std::string_view word) {
    const auto next = line();
    if (!next || next->size() <= word.size() + 1 || !next->starts_with(word) || (*next)[word.size()] != ' ')
      return std::nullopt;
    return next->substr(word.size() + 1);
  }
  std::optional<std::int64_t> number(std::string_view word) {
    const auto text = value(word);
    const auto number = text ? parse_decimal(*text, std::numeric_limits<std::int64_t>::max()) : std::nullopt;
    if (!number) return std::nullopt;
    return static_cast<std::int64_t>(*number);
  }
  std::optional<std::string> bytes(std::string_view word, std::size_t size) {
    const auto text = value(word);
    auto raw = text ? hex_decode(*text) : std::nullopt;
    return raw && raw->size() == size ? raw : std::nullopt;
  }

 private:
  std::string_view rest_;
};

}  // namespace

NewCodes make_codes(const std::string& user, const std::string& pairing_id, std::int64_t now) {
  NewCodes made;
  made.set.user = user;
  made.set.pairing_id = pairing_id;
  made.set.confirmed = now;
  made.set.salt = random_bytes(kSaltBytes).view();
  while (made.codes.size() < kCodes) {
    made.codes.push_back(code_unlike(made.codes));
    made.set.hashes.push_back(hash_code(made.codes.back().view(), made.set.salt));
  }
  return made;
}

std::string hash_code(std::string_view digits, std::string_view salt) {
  return std::string(crypto::scrypt(digits, salt, kCost, kHashBytes).view());
}

bool is_usable(const CodeSet& set, std::int64_t now, std::chrono::hours max_age) {
  const std::int64_t oldest = now - std::chrono::seconds(max_age).count();
  return !set.hashes.empty() && set.wrong < kMaxWrong && set.confirmed <= now && set.confirmed >= oldest;
}

std::string to_text(const CodeSet& set) {
  std::string text(kHeader);
  const auto add = [&text](std::string_view word, std::string_view value) {
    text.append("\n").append(word).append(" ").append(value);
  };
  add("user", percent_encode(set.user));
  add("pairing", set.pairing_id);
  add("confirmed", std::to_string(set.confirmed));
  add("wrong", std::to_string(set.wrong));
  add("salt", hex_encode(set.salt));
  for (const std::string& hash : set.hashes) add("code", hex_encode(hash));
  return text + "\n";
}

std::optional<CodeSet> from_text(std::string_view text) {
  Lines lines(text);
  const auto header = lines.line();
  if (!header || *header != kHeader) return std::nullopt;
  const auto user = lines.value("user");
  const auto pairing = lines.value("pairing");
  const auto confirmed = lines.number("confirmed");
  const auto wrong = lines.number("wrong");
  auto salt = lines.bytes("salt", kSaltBytes);
  auto name = user ? percent_decode(*user) : std::nullopt;
  if (!name || !pairing || !is_uuid(*pairing) || !confirmed || !wrong || *wrong > kMaxWrong || !salt)
    return std::nullopt;
  CodeSet set{std::move(*name), std::string(*pairing),
              *confirmed,       static_cast<unsigned>(*wrong),
              std::move(*salt), {}};
  while (!lines.at_end()) {
    auto hash = lines.bytes("code", kHashBytes);
    if (!hash || set.hashes.size() == kCodes) return std::nullopt;
    set.hashes.push_back(std::move(*hash));
  }
  // One text only for each set: what differs in case or zeros was not written here.
  if (to_text(set) != text) return std::nullopt;
  return set;
}

}  // namespace toopher::offline
