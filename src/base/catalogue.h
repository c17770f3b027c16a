// SPDX-License-Identifier: Apache-2.0
// Translated messages, read from a .mo file of gettext without a locale: no environment variable, no state of the process
// decides which words a host program shows.
#ifndef TOOPHER_BASE_CATALOGUE_H
#define TOOPHER_BASE_CATALOGUE_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/secret.h"

namespace toopher {

/// One language's messages (gettext's manual, "The Format of GNU MO Files"; little-endian, as msgfmt writes it on every
/// machine). A default one is empty: every message stays English.
class Catalogue {
 public:
  Catalogue() = default;
  /// Takes a file's content. One that is damaged translates nothing where it is damaged, and is never read beyond its end.
  explicit Catalogue(Secret content);

  /// The translation, for as long as the catalogue lives; `message` itself where there is none that can be believed: not
  /// UTF-8, with control characters, with another number of `%s` than `message`, or with any other `%`.
  [[nodiscard]] std::string_view translate(std::string_view message) const;

 private:
  [[nodiscard]] std::optional<std::uint32_t> word_at(std::uint64_t offset) const;
  /// The string that the descriptor at `offset` (length, place) tells of.
  [[nodiscard]] std::optional<std::string_view> string_at(std::uint64_t offset) const;

  Secret content_;
  std::uint32_t count_ = 0;
  std::uint32_t originals_ = 0;  ///< where the table of their descriptors begins
  std::uint32_t translations_ = 0;
};

/// The catalogue of `language` (`de`, or `de_AT`, for which `de` does, too) below `directory`, as `make install` puts it
/// there: LANGUAGE/LC_MESSAGES/toopher.mo. Throws FileError if there is none, or it breaks `rules`.
[[nodiscard, gnu::cold]] Catalogue read_catalogue(const std::string& directory, const std::string& language,
                                                  const FileRules& rules);

/// `text` with its `%s` replaced by `values`, one after the other; what is left of either is left out.
[[nodiscard]] std::string fill_in(std::string_view text, std::initializer_list<std::string_view> values);

}  // namespace toopher

#endif
