// SPDX-License-Identifier: Apache-2.0
#include "server/admin/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>

#include "base/text.h"

namespace toopher::server::admin {

namespace {

[[noreturn]] void cannot(const std::string& path, const char* what) {
  throw std::runtime_error(path + " cannot be " + what + ": " + error_text(errno));
}

}  // namespace

NewFile::Owner NewFile::like(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) cannot(path, "found");
  return {status.st_uid, status.st_gid};
}

NewFile::NewFile(const std::string& path, Owner owner) : path_(path), temporary_(path + ".new") {
  // One that a killed toopher-admin left.
  (void)::unlink(temporary_.c_str());
  fd_.reset(::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_) cannot(temporary_, "made");
  if (::geteuid() == 0 && ::fchown(fd_.get(), owner.user, owner.group) != 0)
    cannot(temporary_, "given to its owner");
}

NewFile::~NewFile() {
  if (fd_) (void)::unlink(temporary_.c_str());
}

void NewFile::write(std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd_.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) cannot(temporary_, "written");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

void NewFile::sync() const {
  if (::fsync(fd_.get()) != 0) cannot(temporary_, "written");
}

void NewFile::sync_directory() const {
  const std::string directory = std::filesystem::absolute(path_).parent_path().string();
  const UniqueFd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) cannot(directory, "synced");
}

void NewFile::replace() {
  sync();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) cannot(path_, "replaced");
  fd_.reset();
  sync_directory();
}

void NewFile::add() {
  sync();
  if (::link(temporary_.c_str(), path_.c_str()) != 0) cannot(path_, "made");
  (void)::unlink(temporary_.c_str());
  fd_.reset();
  sync_directory();
}

}  // namespace toopher::server::admin
