// SPDX-License-Identifier: Apache-2.0
#include "base/catalogue.h"

#include <algorithm>

#include "base/text.h"

namespace toopher {
namespace {

constexpr std::uint32_t kMagic = 0x950412DE;
constexpr std::string_view kPlaceholder = "%s";
// Where things stand in the file, in bytes.
constexpr std::uint64_t kRevision = 4;
constexpr std::uint64_t kCount = 8;
constexpr std::uint64_t kOriginals = 12;
constexpr std::uint64_t kTranslations = 16;
constexpr std::uint64_t kDescriptor = 8;

/// How many `%s`; nothing if there is a `%` that is none.
std::optional<std::size_t> placeholders(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find('%', at)) != std::string_view::npos; at += kPlaceholder.size()) {
    if (!text.substr(at).starts_with(kPlaceholder)) return std::nullopt;
    ++count;
  }
  return count;
}

bool stands_for(std::string_view translation, std::string_view message) {
  const auto expected = placeholders(message);
  return !translation.empty() && expected && placeholders(translation) == expected &&
         sanitize_for_display(translation, translation.size()) == translation;
}

}  // namespace

Catalogue::Catalogue(Secret content) : content_(std::move(content)) {
  const auto revision = word_at(kRevision);
  const auto count = word_at(kCount);
  const auto originals = word_at(kOriginals);
  const auto translations = word_at(kTranslations);
  if (word_at(0) != kMagic || !revision || *revision >> 16 != 0 || !translations) return;
  // Every string takes a descriptor: a larger count is a lie that would only cost time.
  if (*count > content_.size() / kDescriptor) return;
  count_ = *count;
  originals_ = *originals;
  translations_ = *translations;
}

std::string_view Catalogue::translate(std::string_view message) const {
  for (std::uint64_t i = 0; i < count_; ++i) {
    if (string_at(originals_ + i * kDescriptor) != message) continue;
    const auto translation = string_at(translations_ + i * kDescriptor);
    return translation && stands_for(*translation, message) ? *translation : message;
  }
  return message;
}

std::optional<std::uint32_t> Catalogue::word_at(std::uint64_t offset) const {
  const std::string_view bytes = content_.view();
  if (offset + sizeof(std::uint32_t) > bytes.size()) return std::nullopt;
  std::uint32_t word = 0;
  for (unsigned i = 0; i < sizeof word; ++i)
    word |= std::uint32_t{static_cast<unsigned char>(bytes[offset + i])} << (8 * i);
  return word;
}

std::optional<std::string_view> Catalogue::string_at(std::uint64_t offset) const {
  const auto length = word_at(offset);
  const auto place = word_at(offset + sizeof(std::uint32_t));
  const std::string_view bytes = content_.view();
  if (!length || !place || *place > bytes.size() || *length > bytes.size() - *place) return std::nullopt;
  return bytes.substr(*place, *length);
}

Catalogue read_catalogue(const std::string& directory, const std::string& language, const FileRules& rules) {
  const auto read = [&](const std::string& name) {
    return Catalogue(read_checked(directory + "/" + name + "/LC_MESSAGES/toopher.mo", rules));
  };
  const std::string alone = language.substr(0, language.find('_'));
  if (alone == language) return read(language);
  try {
    return read(language);
  } catch (const FileError& error) {
    if (error.kind() != FileError::Kind::missing) throw;
  }
  return read(alone);
}

std::string fill_in(std::string_view text, std::initializer_list<std::string_view> values) {
  std::string filled;
  const auto* value = values.begin();
  for (;;) {
    const auto at = text.find(kPlaceholder);
    filled += text.substr(0, at);
    if (at == std::string_view::npos) return filled;
    if (value != values.end()) filled += *value++;
    text.remove_prefix(at + kPlaceholder.size());
  }
}

}  // namespace toopher
