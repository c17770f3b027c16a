// SPDX-License-Identifier: Apache-2.0
// QR codes as pictures.
#ifndef TOOPHER_SERVER_HTTP_QR_IMAGE_H
#define TOOPHER_SERVER_HTTP_QR_IMAGE_H

#include <string>
#include <string_view>

namespace toopher::server {

/// A PNG of `text` as a QR code with error correction M, black on white, four modules of quiet zone around it (ISO/IEC
/// 18004), eight pixels a module. Throws std::runtime_error for a text that is too long.
std::string qr_image(std::string_view text);

}  // namespace toopher::server

#endif
