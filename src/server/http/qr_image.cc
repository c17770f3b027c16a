// SPDX-License-Identifier: Apache-2.0
#include "server/http/qr_image.h"

#include <png.h>
#include <qrencode.h>

#include <memory>
#include <stdexcept>
#include <vector>

namespace toopher::server {

namespace {

constexpr std::size_t kQuietZone = 4;
constexpr std::size_t kPixels = 8;

struct CodeDeleter {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
using Code = std::unique_ptr<QRcode, CodeDeleter>;

/// One byte a pixel, row after row.
struct Picture {
  std::size_t width = 0;
  std::vector<unsigned char> pixels;
};

Picture draw(const QRcode& code) {
  constexpr unsigned char kWhite = 255;
  const auto modules = static_cast<std::size_t>(code.width);
  Picture picture{(modules + 2 * kQuietZone) * kPixels, {}};
  picture.pixels.assign(picture.width * picture.width, kWhite);
  for (std::size_t y = 0; y < modules * kPixels; ++y) {
    for (std::size_t x = 0; x < modules * kPixels; ++x) {
      const bool dark = (code.data[(y / kPixels) * modules + x / kPixels] & 1U) != 0;
      if (dark) picture.pixels[(y + kQuietZone * kPixels) * picture.width + x + kQuietZone * kPixels] = 0;
    }
  }
  return picture;
}

std::string png_of(const Picture& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(picture.width);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string png(size, '\0');
  if (png_image_write_to_memory(&image, png.data(), &size, 0, picture.pixels.data(), 0, nullptr) == 0)
    throw std::runtime_error(std::string("a picture could not be written: ") + image.message);
  png.resize(size);
  return png;
}

}  // namespace

std::string qr_image(std::string_view text) {
  const std::string terminated(text);
  const Code code(QRcode_encodeString8bit(terminated.c_str(), 0, QR_ECLEVEL_M));
  if (!code) throw std::runtime_error("a text is too long for a QR code");
  return png_of(draw(*code));
}

}  // namespace toopher::server
