#include "observe/progress_watch.hpp"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdlib.h>
#include <sys/stat.h>

using namespace tranche;
using namespace tranche::runner;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "progress-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

class Collector final : public Observer {
 public:
  struct Heard {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::int64_t> done;
  };
  explicit Collector(std::shared_ptr<Heard> heard) : heard_(std::move(heard)) {}
  void on_progress(const BatchProgress& told) override {
    const std::lock_guard lock(heard_->mutex);
    heard_->done.push_back(told.done);
    heard_->changed.notify_all();
  }

 private:
  std::shared_ptr<Heard> heard_;
};

}  // namespace

TEST_CASE("progress is the last valid line of its file", "[unit]") {
  const Folder folder;
  const auto file = folder / "progress";
  CHECK_FALSE(read_progress(file));
  using Case = std::pair<std::string, std::optional<Progress>>;
  for (const auto& [text, expected] : {Case{"3/10\n", Progress{3, 10}},
                                       Case{"3/10", Progress{3, 10}},
                                       Case{"1/10\n2/10\n\n", Progress{2, 10}},
                                       Case{"4/10 \r\n", Progress{4, 10}},
                                       Case{"5/10\nhalf\n11/10\n", Progress{5, 10}},
                                       Case{"", std::nullopt},
                                       Case{"0/0\n", std::nullopt},
                                       Case{"-1/5\n", std::nullopt},
                                       Case{"1/ 5\n", std::nullopt},
                                       Case{"99999999999999999999/1\n", std::nullopt},
                                       Case{std::string(9000, 'x') + "\n7/9\n", Progress{7, 9}}}) {
    CAPTURE(text.substr(0, 40));
    write(file, text);
    CHECK(read_progress(file) == expected);
  }
}

TEST_CASE("what is no regular file tells no progress and holds nobody up", "[unit]") {
  const Folder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_FALSE(read_progress(folder / "pipe"));
  std::filesystem::create_symlink("/dev/zero", folder / "link");
  CHECK_FALSE(read_progress(folder / "link"));
  std::filesystem::create_directory(folder / "folder");
  CHECK_FALSE(read_progress(folder / "folder"));
}

TEST_CASE("progress is told while a command runs, and once more at its end", "[unit]") {
  const Folder folder;
  const auto file = folder / "progress";
  auto heard = std::make_shared<Collector::Heard>();
  std::vector<NamedObserver> observers;
  observers.push_back({"collector", std::make_unique<Collector>(heard)});
  ObserverHub hub(std::move(observers));
  ProgressWatch watch(hub, std::chrono::milliseconds(5));
  watch.begin(1, file);
  write(file, "1/4\n");
  {
    std::unique_lock lock(heard->mutex);
    REQUIRE(heard->changed.wait_for(
        lock, std::chrono::seconds(30), [&] { return !heard->done.empty(); }));
  }
  write(file, "4/4\n");
  watch.end(1);
  write(file, "2/4\n");
  hub.finish({}, std::chrono::seconds(30));
  CHECK(heard->done == std::vector<std::int64_t>{1, 4});
}
