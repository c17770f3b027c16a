// SPDX-License-Identifier: Apache-2.0
// Catalogues: what is shown in another language, and that a damaged file only costs the translation.
#include "base/catalogue.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "pam/text.h"
#include "with_cmocka.h"

using namespace toopher;
namespace fs = std::filesystem;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string word(std::size_t value) {
  std::string bytes;
  for (unsigned i = 0; i < 4; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFF);
  return bytes;
}

/// A file as msgfmt writes it: header, descriptors of the originals, of the translations, then the strings.
std::string mo_file(const Pairs& pairs) {
  const std::size_t originals = 28;
  const std::size_t translations = originals + 8 * pairs.size();
  std::size_t place = translations + 8 * pairs.size();
  std::string first;
  std::string second;
  std::string strings;
  const auto add = [&](std::string& table, const std::string& text) {
    table += word(text.size()) + word(place + strings.size());
    strings += text + '\0';
  };
  for (const auto& [original, translation] : pairs) add(first, original);
  for (const auto& [original, translation] : pairs) add(second, translation);
  return word(0x950412DE) + word(0) + word(pairs.size()) + word(originals) + word(translations) + word(0) +
         word(0) + first + second + strings;
}

const Pairs kPairs = {{"", "Language: de\n"}, {"Denied.", "Abgelehnt."}, {"number %s", "Zahl %s"}};

void messages_are_translated(void**) {
  const Catalogue german{Secret(mo_file(kPairs))};
  assert_same_text(std::string(german.translate("Denied.")), "Abgelehnt.");
  assert_same_text(std::string(german.translate("number %s")), "Zahl %s");
  assert_same_text(std::string(german.translate("Granted.")), "Granted.");
  assert_same_text(std::string(german.translate("Denied")), "Denied");
  assert_same_text(std::string(Catalogue().translate("Denied.")), "Denied.");
}

void a_translation_that_cannot_be_believed_is_not_shown(void**) {
  for (const char* wrong : {"Zahl", "Zahl %s %s", "Zahl %d", "Zahl %n", "Zahl %", "Zahl %%s", "Zahl %1$s", "",
                            "Zahl \x1b[2J%s", "Zahl %s\n", "Zahl %s \xff",
                            // NOLINTNEXTLINE(misc-misleading-bidirectional): that is what is tested
                            "Zahl %s \xe2\x80\xae"}) {
    const Catalogue catalogue{Secret(mo_file({{"number %s", wrong}}))};
    assert_same_text(std::string(catalogue.translate("number %s")), "number %s");
  }
  const Catalogue nul{Secret(mo_file({{"Denied.", std::string("Abge\0lehnt", 10)}}))};
  assert_same_text(std::string(nul.translate("Denied.")), "Denied.");
}

void no_damage_reaches_beyond_the_file(void**) {
  const std::string good = mo_file(kPairs);
  for (std::size_t length = 0; length <= good.size(); ++length) {
    const Catalogue cut{Secret(std::string_view(good).substr(0, length))};
    (void)cut.translate("Denied.");
    if (length < 28) assert_same_text(std::string(cut.translate("Denied.")), "Denied.");
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char value : {'\0', '\1', '\x7F', '\x80', '\xFF'}) {
      std::string changed = good;
      changed[at] = value;
      const Catalogue catalogue{Secret(changed)};
      for (const char* message : {"", "Denied.", "number %s"}) (void)catalogue.translate(message);
    }
  }
  std::string swapped = good;
  std::swap(swapped[0], swapped[3]);
  assert_same_text(std::string(Catalogue(Secret(swapped)).translate("Denied.")), "Denied.");
}

void what_is_filled_in_is_no_format(void**) {
  assert_same_text(fill_in("number %s.", {"4%s2"}), "number 4%s2.");
  assert_same_text(fill_in("%s (number %s)", {"%s%n", "42"}), "%s%n (number 42)");
  assert_same_text(fill_in("%s and %s", {"one"}), "one and ");
  assert_same_text(fill_in("none", {"one"}), "none");
}

void a_text_stays_within_a_message_of_libpam(void**) {
  const std::string umlauts(600, 'x');
  const Catalogue long_winded{Secret(mo_file({{"Denied.", umlauts}, {"number %s", umlauts + "%s"}}))};
  assert_same_text(pam::Text("Denied.").in(long_winded), "Denied.");
  assert_same_text(pam::Text("number %s", "42").in(long_winded), "number 42");
}

void catalogues_are_found_by_language(void**) {
  char name[] = "/tmp/toopher-catalogue-test.XXXXXX";
  assert_non_null(::mkdtemp(name));
  const std::string directory = name;
  const FileRules rules{::geteuid(), false, std::nullopt, 65536, true};
  fs::create_directories(directory + "/de/LC_MESSAGES");
  const std::string path = directory + "/de/LC_MESSAGES/toopher.mo";
  std::ofstream(path, std::ios::binary) << mo_file(kPairs);
  const auto denied_in = [&](const std::string& language) {
    try {
      return std::string(read_catalogue(directory, language, rules).translate("Denied."));
    } catch (const FileError& error) {
      return std::string(error.kind() == FileError::Kind::missing ? "missing" : "refused");
    }
  };
  assert_same_text(denied_in("de"), "Abgelehnt.");
  assert_same_text(denied_in("de_AT"), "Abgelehnt.");
  assert_same_text(denied_in("fr"), "missing");
  assert_same_text(denied_in("fr_BE"), "missing");
  assert_int_equal(::chmod(path.c_str(), 0666), 0);
  assert_same_text(denied_in("de"), "refused");
  fs::remove_all(directory);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(messages_are_translated),
      cmocka_unit_test(a_translation_that_cannot_be_believed_is_not_shown),
      cmocka_unit_test(no_damage_reaches_beyond_the_file),
      cmocka_unit_test(what_is_filled_in_is_no_format),
      cmocka_unit_test(a_text_stays_within_a_message_of_libpam),
      cmocka_unit_test(catalogues_are_found_by_language),
  };
  return cmocka_run_group_tests_name("catalogue", tests, nullptr, nullptr);
}
