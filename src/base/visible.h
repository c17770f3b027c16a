// SPDX-License-Identifier: Apache-2.0
// Text of a stranger, shown so that nothing of it is hidden: what cannot be seen is spelled out, what is left out is said.
#ifndef TOOPHER_BASE_VISIBLE_H
#define TOOPHER_BASE_VISIBLE_H

#include <cstddef>
#include <string>
#include <string_view>

namespace toopher {

// Cold: apart from what every login runs, so that it takes none of a host's memory.

/// `text` with every character that cannot be seen (is_invisible of utf8.h) spelled out as bash's $'...' takes it: `\x1b`,
/// `\u202e`, `\U000e0001`; bytes that are not UTF-8 as `\xff`. Blanks of ASCII stay.
[[nodiscard, gnu::cold]] std::string make_visible(std::string_view text);

/// One word of a command as bash takes it: as it is, in '...', or, where something has to be spelled out, in $'...'. Two
/// commands that differ never look alike.
[[nodiscard, gnu::cold]] std::string quote_word(std::string_view word);

/// `text` in at most `max_bytes` (at least 64): beginning and end, and between them how many characters are left out,
/// because a text could hide its point behind either.
[[nodiscard, gnu::cold]] std::string shorten(std::string_view text, std::size_t max_bytes);

}  // namespace toopher

#endif
