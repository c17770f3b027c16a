// SPDX-License-Identifier: Apache-2.0
// Runs the targets without a fuzzer: over each file of their corpus, and over inputs made of these by chance, always the same
// ones. `make fuzz` has libFuzzer look for more.
//
//     fuzz/replay [TARGET [FILE]]     all targets, one of them, or one input
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz/targets.h"

namespace toopher::fuzz {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongest = 16384;
constexpr unsigned kPatience = 30;  // seconds for one input

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The input that is being run, in a file that outlives a crash.
class LastInput {
 public:
  explicit LastInput(const std::string& file) : file_(file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0 && ::ftruncate(fd, kLongest) == 0, "the last input can be kept");
    place_ = ::mmap(nullptr, kLongest, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    require(place_ != MAP_FAILED, "the last input can be kept");
  }
  LastInput(const LastInput&) = delete;
  LastInput& operator=(const LastInput&) = delete;
  ~LastInput() {
    ::munmap(place_, kLongest);
    fs::remove(file_);
  }
  void keep(std::string_view input) {
    std::memcpy(place_, input.data(), input.size());
    // So that the end of the input is seen.
    if (input.size() < kLongest) static_cast<char*>(place_)[input.size()] = '\0';
  }

 private:
  std::string file_;
  void* place_;
};

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string next() {
    std::string input = seeds_[below(seeds_.size())];
    for (std::size_t left = 1 + below(6); left > 0; --left) change(input);
    input.resize(std::min(input.size(), kLongest));
    return input;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }

  void change(std::string& input) {
    static constexpr char kBytes[] = "\0\n\r\t \"'\\%&=;:,#[]{}+-/<>0919A\x7f\x80\xc3\xe2\xff";
    static constexpr std::string_view kOdd(kBytes, sizeof kBytes - 1);
    const std::size_t at = below(input.size() + 1);
    switch (below(6)) {
      case 0:
        input.insert(at, 1, static_cast<char>(below(256)));
        return;
      case 1:
        input.insert(at, 1 + (below(32) == 0 ? below(3000) : below(3)), kOdd[below(kOdd.size())]);
        return;
      case 2:
        input.erase(at, 1 + below(8));
        return;
      case 3:
        if (at < input.size()) input[at] = kOdd[below(kOdd.size())];
        return;
      case 4:
        input.insert(at, input.substr(below(input.size() + 1), below(40)));
        return;
      default:
        const std::string& other = seeds_[below(seeds_.size())];
        input.insert(at, other.substr(below(other.size() + 1), below(40)));
    }
  }

  const std::vector<std::string>& seeds_;
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): always the same inputs
  std::mt19937_64 random_{20120518};
};

std::size_t replay(const Target& target) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(std::string(TEST_DATA) + "/../fuzz/corpus/" + target.name))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  require(!files.empty(), "a target has a corpus");
  std::vector<std::string> seeds;
  seeds.reserve(files.size());
  for (const auto& file : files) seeds.push_back(content(file));
  LastInput last(std::string("fuzz-") + target.name + ".last");
  const auto run = [&](const std::string& input) {
    last.keep(input);
    ::alarm(kPatience);
    target.run(input);
  };
  for (const std::string& seed : seeds) run(seed);
  Mutator mutator(seeds);
  for (unsigned round = 0; round < target.rounds; ++round) run(mutator.next());
  ::alarm(0);
  return seeds.size();
}

int run_all(std::string_view chosen, const char* file) {
  bool found = false;
  for (const Target& target : kTargets) {
    if (!chosen.empty() && chosen != target.name) continue;
    found = true;
    if (file != nullptr) {
      target.run(content(file));
      continue;
    }
    const std::size_t seeds = replay(target);
    (void)std::printf("ok %s: %zu files, %u mutations\n", target.name, seeds, target.rounds);
    (void)std::fflush(stdout);
  }
  return found ? 0 : 2;
}

}  // namespace

}  // namespace toopher::fuzz

int main(int argc, char** argv) {
  return toopher::fuzz::run_all(argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : nullptr);
}
