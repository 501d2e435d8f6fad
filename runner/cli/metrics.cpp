#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/print.hpp"
#include "exit_status.hpp"
#include "metrics/inventory_metrics.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::cli {
namespace {

struct Options {
  std::optional<std::string> job;
  std::optional<std::string> file;
};

/// A collector that reads at any moment finds the old file or the new, whole; and only names that
/// end in .prom, so not the one in the making.
class MetricsFile {
 public:
  explicit MetricsFile(std::filesystem::path path)
      : path_(std::move(path)),
        fresh_(path_.parent_path() /
               ("." + path_.filename().string() + "." + std::to_string(::getpid()))) {
    // At once, so that one that cannot be written is refused before any work.
    file_ = ::open(fresh_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file_ < 0) {
      fail();
    }
  }
  ~MetricsFile() {
    if (file_ >= 0) {
      ::close(file_);
      ::unlink(fresh_.c_str());
    }
  }
  MetricsFile(const MetricsFile&) = delete;
  MetricsFile& operator=(const MetricsFile&) = delete;

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(file_, text.data(), text.size());
      if (written < 0 && errno != EINTR) {
        fail();
      }
      text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    if (std::rename(fresh_.c_str(), path_.c_str()) != 0) {
      fail();
    }
    ::close(file_);
    file_ = -1;
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(ErrorCode::refused,
                "--metrics-file " + path_.string() + " cannot be written: " + std::strerror(errno));
  }

  std::filesystem::path path_;
  std::filesystem::path fresh_;
  int file_ = -1;
};

int show_metrics(const Context& context, const Options& options) {
  std::optional<MetricsFile> file;
  if (options.file) {
    file.emplace(*options.file);
  }
  Inventory inventory = need_inventory(
      context, options.job ? "job '" + *options.job + "'" : std::string("the inventory"));
  const std::string text = runner::inventory_metrics(inventory, options.job);
  if (file) {
    file->write(text);
  } else {
    print(text);
  }
  return runner::kExitDone;
}

}  // namespace

void add_metrics(Registry& registry) {
  auto& c = registry.command("metrics",
                             "Backlogs, attempts and durations for Prometheus",
                             "tranche metrics --metrics-file /var/lib/node_exporter/tranche.prom");
  auto options = std::make_shared<Options>();
  c.about(
      "In Prometheus' text format: the backlog of each window by count, weight and age, batches by "
      "state, attempts by outcome, their durations, and lease takeovers. A job whose source cannot "
      "be read is left out with a warning.");
  c.option("--job", options->job, "NAME", "Only this job's").default_text("all jobs");
  c.option("--metrics-file",
           options->file,
           "FILE",
           "Replace this file in one step, for node_exporter's textfile collector")
      .default_text("standard output");
  c.run([options](Context& context) { return show_metrics(context, *options); });
}

}  // namespace tranche::cli
