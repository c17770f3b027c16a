// SPDX-License-Identifier: Apache-2.0
#include "server/admin/key_file.h"

#include <stdexcept>

#include "base/text.h"
#include "server/admin/new_file.h"
#include "server/server_config.h"

namespace toopher::server::admin {

namespace {

constexpr std::string_view kNext = "next ";

[[noreturn]] void damaged(const std::string& path) {
  throw std::runtime_error(path +
                           " does not hold a key of 32 bytes in hexadecimal; restore it from a backup");
}

Secret key_from(std::string_view line, const std::string& path) {
  auto bytes = hex_decode(trim(line));
  if (!bytes || bytes->size() != crypto::SealingKey::kSize) damaged(path);
  return Secret::take(*bytes);
}

void append_hex(Secret& text, const Secret& key) {
  std::string digits = hex_encode(key.view());
  text.append(Secret::take(digits).view());
  text.append("\n");
}

}  // namespace

crypto::SealingKey KeyFile::sealing_key() const {
  auto key = crypto::SealingKey::from_bytes(keys.front().clone());
  if (!key) throw std::logic_error("a key of a wrong size");
  for (std::size_t i = 1; i < keys.size(); ++i) key->also_opens(keys[i].clone());
  if (!next.empty()) key->also_opens(next.clone());
  return std::move(*key);
}

Secret KeyFile::text() const {
  Secret text;
  for (const Secret& key : keys) append_hex(text, key);
  if (!next.empty()) {
    text.append(kNext);
    append_hex(text, next);
  }
  return text;
}

KeyFile read_key_file(const std::string& path) {
  const Secret content = read_secret_file(path);
  KeyFile found;
  for (const std::string_view part : split(content.view(), '\n')) {
    const std::string_view line = trim(part);
    if (line.empty()) continue;
    if (line.starts_with(kNext)) {
      if (!found.next.empty()) damaged(path);
      found.next = key_from(line.substr(kNext.size()), path);
    } else {
      found.keys.push_back(key_from(line, path));
    }
  }
  if (found.keys.empty()) damaged(path);
  return found;
}

void replace_key_file(const std::string& path, const KeyFile& content) {
  NewFile file(path, NewFile::like(path));
  file.write(content.text().view());
  file.replace();
}

}  // namespace toopher::server::admin
