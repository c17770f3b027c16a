// SPDX-License-Identifier: Apache-2.0
// The QR code on a terminal is the one that libqrencode makes, module by module, with light around it.
#include "tools/terminal_qr.h"

#include <qrencode.h>

#include <map>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::tools;

namespace {

const std::string kLink =
    "https://toopher.example.org/enrol#00000000-0000-4000-8000-000000000000.abcdefghijklmnop";
constexpr int kQuietZone = 4;

/// The dark modules, row by row, as the characters show them.
std::vector<std::vector<bool>> modules_of(const TerminalQr& qr) {
  const std::map<std::uint32_t, std::pair<bool, bool>> shapes{
      {' ', {false, false}}, {0x2580, {true, false}}, {0x2584, {false, true}}, {0x2588, {true, true}}};
  std::vector<std::vector<bool>> modules;
  for (std::string_view rest = qr.lines; !rest.empty();) {
    std::vector<bool> upper;
    std::vector<bool> lower;
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    line.remove_prefix(line.find('m') + 1);
    line = line.substr(0, line.find('\033'));
    while (!line.empty()) {
      const auto character = decode_utf8(line);
      assert_true(character.has_value());
      const auto [above, below] = shapes.at(character->value);
      upper.push_back(above);
      lower.push_back(below);
      line.remove_prefix(character->length);
    }
    modules.push_back(std::move(upper));
    modules.push_back(std::move(lower));
  }
  return modules;
}

void every_module_is_there(void**) {
  const TerminalQr qr = draw_qr(kLink);
  const auto shown = modules_of(qr);
  assert_int_equal(shown.size(), qr.rows * 2);
  QRcode* const code = QRcode_encodeString8bit(kLink.c_str(), 0, QR_ECLEVEL_L);
  assert_non_null(code);
  const int size = code->width + 2 * kQuietZone;
  assert_int_equal(qr.columns, size);
  for (int y = 0; y < static_cast<int>(shown.size()); ++y) {
    assert_int_equal(shown[static_cast<std::size_t>(y)].size(), size);
    for (int x = 0; x < size; ++x) {
      const int row = y - kQuietZone;
      const int column = x - kQuietZone;
      const bool inside = row >= 0 && column >= 0 && row < code->width && column < code->width;
      const bool dark = inside && (code->data[row * code->width + column] & 1U) != 0;
      assert_int_equal(shown[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)], dark);
    }
  }
  QRcode_free(code);
}

void a_link_fits_into_eighty_columns(void**) {
  const TerminalQr qr = draw_qr(kLink);
  assert_true(qr.columns <= 80);
  assert_true(qr.rows < 24);
}

void output_that_is_no_terminal_gets_none(void**) {
  assert_string_equal(qr_for_output(kLink).c_str(), "");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(every_module_is_there),
      cmocka_unit_test(a_link_fits_into_eighty_columns),
      cmocka_unit_test(output_that_is_no_terminal_gets_none),
  };
  return cmocka_run_group_tests_name("tools, QR codes on a terminal", tests, nullptr, nullptr);
}
