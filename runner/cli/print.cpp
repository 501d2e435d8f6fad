#include "cli/print.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace tranche::cli {
namespace {

[[noreturn]] void fail() {
  if (errno == EPIPE) {
    throw OutputClosed();
  }
  throw Error(ErrorCode::internal,
              std::string("cannot write to standard output: ") + std::strerror(errno));
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    fail();
  }
}

void flush_output() {
  if (std::fflush(stdout) != 0) {
    fail();
  }
}

}  // namespace tranche::cli
