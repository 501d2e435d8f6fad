#include "register/inputs.hpp"
#include "register/manifest.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::runner {

namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

/// Notes "item weight time" of each asset, and each problem.
struct Notes {
  Texts assets, problems;
  AssetSink sink{
      [this](std::string_view item, std::optional<double> weight, std::optional<AssetTime> time) {
        if (item == "refuse me") {
          throw Error(ErrorCode::refused, "the table will not have it");
        }
        assets.push_back(std::string(item) + " " + (weight ? format_weight(*weight) : "-") + " " +
                         (time ? format_time(std::chrono::floor<Duration>(*time)) : "-"));
      },
      [this](const std::string& line) { problems.push_back(line); }};
};

using Read = void (*)(TextInput&, const AssetSink&);

Texts read(Read reader, const std::string& text) {
  Notes notes;
  TextInput input("given", text);
  reader(input, notes.sink);
  return notes.assets;
}

std::string refusal(Read reader, const std::string& text) {
  try {
    read(reader, text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    return error.what();
  }
  return "accepted";
}

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "tranche-inputs-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }
  std::string write(const std::string& name, const std::string& text = "") const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return *this / name;
  }
  /// Sorted names below the folder of what `rules` find.
  Texts found(const InputRules& rules = {}) const {
    Notes notes;
    read_inputs({path()}, rules, notes.sink);
    Texts names;
    for (const std::string& asset : notes.assets) {
      names.push_back(asset.substr(path().size() + 1, asset.find(' ') - path().size() - 1));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("a JSONL manifest takes either name of a field, and text or number weights", "[unit]") {
  CHECK(
      read(read_jsonl,
           "{\"item\":\"a b\",\"weight\":5,\"time\":\"2026-01-31T12:00:00Z\",\"more\":[1]}\n\r\n"
           "{\"path\":\"/p\",\"size\":\"10MiB\",\"modified_at\":\"2026-01-31 14:00:00+02:00\"}\r\n"
           "{\"item\":\"c\",\"weight\":null,\"size\":0.5}") ==
      Texts{"a b 5 2026-01-31T12:00:00.000Z", "/p 10485760 2026-01-31T12:00:00.000Z", "c 0.5 -"});
}

TEST_CASE("a JSONL manifest is refused at its first bad line", "[unit]") {
  const std::string good = "{\"item\":\"a\"}\n";
  CHECK_THAT(refusal(read_jsonl, good + "{\"item\":"),
             Catch::StartsWith("given, line 2: is not JSON"));
  CHECK_THAT(refusal(read_jsonl, good + "[]"),
             Catch::StartsWith("given, line 2: is not an object"));
  CHECK_THAT(refusal(read_jsonl, "{\"file\":\"a\"}"), Catch::Contains("no text 'item'"));
  CHECK_THAT(refusal(read_jsonl, "{\"item\":7}"), Catch::Contains("no text 'item'"));
  CHECK_THAT(refusal(read_jsonl, "{\"item\":\"a\",\"time\":1700000000}"),
             Catch::Contains("time is number"));
  CHECK_THAT(refusal(read_jsonl, "{\"item\":\"a\",\"time\":\"soon\"}"),
             Catch::StartsWith("given, line 1: time: 'soon'"));
  CHECK_THAT(refusal(read_jsonl, "{\"item\":\"a\",\"weight\":[]}"),
             Catch::Contains("weight is array"));
  CHECK_THAT(refusal(read_jsonl, good + good + "{\"item\":\"refuse me\"}"),
             Catch::StartsWith("given, line 3: the table will not have it"));
}

TEST_CASE("a CSV manifest follows RFC 4180", "[unit]") {
  CHECK(read(read_csv,
             "\xef\xbb\xbfowner,path,size,modified_at\r\n"
             "me,plain,7,2026-01-31\r\n"
             "\"a,b\",\"say \"\"hi\"\", then\r\ngo\",0,\r\n"
             "\r\n"
             "me,\"quoted\",,2026-01-31T00:00:00.250Z") ==
        Texts{"plain 7 2026-01-31T00:00:00.000Z",
              "say \"hi\", then\r\ngo 0 -",
              "quoted - 2026-01-31T00:00:00.250Z"});
}

TEST_CASE("a CSV manifest is refused at its first bad line", "[unit]") {
  CHECK_THAT(refusal(read_csv, ""), Catch::StartsWith("given, line 1: names no column 'item'"));
  CHECK_THAT(refusal(read_csv, "a,b\n1,2\n"), Catch::Contains("--format file"));
  CHECK_THAT(refusal(read_csv, "item,weight\na,1\nb\n"),
             Catch::StartsWith("given, line 3: has 1 fields where the header has 2"));
  CHECK_THAT(refusal(read_csv, "item\n\"x\ny\"\n\"open"),
             Catch::StartsWith("given, line 4: a quoted field is not closed"));
  CHECK_THAT(refusal(read_csv, "item\na\"b\"\n"),
             Catch::StartsWith("given, line 2: a quote stands inside"));
  CHECK_THAT(refusal(read_csv, "item\n\"a\"b\n"),
             Catch::StartsWith("given, line 2: text follows a closing quote"));
  CHECK_THAT(refusal(read_csv, "item,weight\na,heavy\n"),
             Catch::StartsWith("given, line 2: weight: 'heavy'"));
  CHECK_THAT(refusal(read_csv, "item\n" + std::string(2U << 20U, 'x')),
             Catch::Contains("longer than 1 MiB"));
}

TEST_CASE("a list takes files with their size and time, and URIs as they are", "[unit]") {
  const Folder folder;
  const std::string file = folder.write("a b", "12345");
  Notes notes;
  const std::string text = folder.path() + "/.//a b\r\n\ns3://bucket/./key\n";
  TextInput input("given", text);
  LeftOut left_out;
  read_list(input, '\n', {}, notes.sink, left_out);
  REQUIRE(notes.assets.size() == 2);
  CHECK_THAT(notes.assets[0], Catch::StartsWith(file + " 5 20"));
  CHECK(notes.assets[1] == "s3://bucket/./key - -");
}

TEST_CASE("a path through a link and back names the file that the system would open", "[unit]") {
  const Folder folder;
  const std::string file = folder.write("real/a");
  folder.write("real/sub/b");
  folder.write("a");
  fs::create_directory_symlink(folder / "real/sub", folder / "link");
  CHECK(absolute_path(folder / "link/../a") == file);
  CHECK(absolute_path(folder / "real/sub/../a") == file);
  CHECK(absolute_path(folder / "link/b") == folder / "link/b");
}

TEST_CASE("a list of NUL-separated names takes line breaks in them", "[unit]") {
  const Folder folder;
  const std::string file = folder.write("a\nb");
  Notes notes;
  const std::string text = file + '\0';
  TextInput input("given", text);
  LeftOut left_out;
  read_list(input, '\0', {}, notes.sink, left_out);
  REQUIRE(notes.assets.size() == 1);
  CHECK_THAT(notes.assets[0], Catch::StartsWith(file + " 0 "));
}

TEST_CASE("a list is refused at the first name that is no file", "[unit]") {
  const Folder folder;
  const auto read_lines = [](TextInput& input, const AssetSink& sink) {
    LeftOut left_out;
    read_list(input, '\n', {}, sink, left_out);
  };
  CHECK_THAT(refusal(read_lines, "/\n"),
             Catch::StartsWith("given, line 1: '/' is not a regular file"));
  CHECK_THAT(refusal(read_lines, "\n" + (folder / "missing") + "\n"),
             Catch::StartsWith("given, line 2: '") && Catch::Contains("No such file"));
}

TEST_CASE("a folder is walked to the bottom, links to files count, links to folders do not",
          "[unit]") {
  const Folder folder;
  folder.write("a.csv");
  folder.write(".hidden");
  folder.write("deep/er/b.csv");
  fs::create_symlink(folder / "a.csv", folder / "link.csv");
  fs::create_directory_symlink(folder / "deep", folder / "deep-link");
  fs::create_symlink("nowhere", folder / "broken");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(folder.found() == Texts{".hidden", "a.csv", "deep/er/b.csv", "link.csv"});
}

TEST_CASE("globs choose files, excludes leave out files and whole folders", "[unit]") {
  const Folder folder;
  for (const char* name : {"a.csv", "b.txt", "x/c.csv", "_tmp/d.csv", "x/_tmp/e.csv"}) {
    folder.write(name);
  }
  InputRules rules;
  rules.folders.include = Globs({"*.csv"});
  CHECK(folder.found(rules) == Texts{"_tmp/d.csv", "a.csv", "x/_tmp/e.csv", "x/c.csv"});
  rules.folders.exclude = Globs({"_tmp"});
  CHECK(folder.found(rules) == Texts{"a.csv", "x/c.csv"});
  rules.folders.recursive = false;
  CHECK(folder.found(rules) == Texts{"a.csv"});
}

TEST_CASE("files modified too recently are left and counted", "[unit]") {
  const Folder folder;
  folder.write("old");
  folder.write("young");
  const struct timespec times[2] = {{1'000, 0}, {1'000, 0}};
  REQUIRE(::utimensat(AT_FDCWD, (folder / "old").c_str(), times, 0) == 0);
  InputRules rules;
  rules.folders.files.modified_until = AssetTime(std::chrono::seconds(1'000));
  Notes notes;
  CHECK(read_inputs({folder.path()}, rules, notes.sink).too_young == 1);
  CHECK(notes.assets == Texts{folder / "old" + " 0 1970-01-01T00:16:40.000Z"});
}

TEST_CASE("a file that the table refuses is a problem, and the others go on", "[unit]") {
  const Folder folder;
  folder.write("a");
  folder.write("b");
  Notes notes;
  const auto take = notes.sink.asset;
  notes.sink.asset =
      [&](std::string_view item, std::optional<double> weight, std::optional<AssetTime> time) {
        take(item.ends_with("/a") ? "refuse me" : item, weight, time);
      };
  CHECK(read_inputs({folder.path()}, {}, notes.sink).problems == 1);
  CHECK(notes.problems == Texts{"the table will not have it"});
  CHECK(notes.assets.size() == 1);
}

TEST_CASE("a folder may be deeper than the longest path that the system opens", "[unit]") {
  const Folder folder;
  const std::string part(200, 'd');
  int at = ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY);
  for (int depth = 0; depth < 30; ++depth) {
    REQUIRE(::mkdirat(at, part.c_str(), 0700) == 0);
    const int next = ::openat(at, part.c_str(), O_RDONLY | O_DIRECTORY);
    REQUIRE(::close(at) == 0);
    at = next;
  }
  REQUIRE(::close(::openat(at, "bottom", O_CREAT | O_WRONLY, 0600)) == 0);
  REQUIRE(::close(at) == 0);
  const Texts names = folder.found();
  REQUIRE(names.size() == 1);
  CHECK(names.front().size() > 6'000);
}

TEST_CASE("the ending of a name tells lists and manifests from assets", "[unit]") {
  CHECK(format_of("a.jsonl") == InputFormat::jsonl);
  CHECK(format_of("a.NDJSON") == InputFormat::jsonl);
  CHECK(format_of("x.y/a.csv") == InputFormat::csv);
  CHECK(format_of("a.lst") == InputFormat::list);
  CHECK(format_of("a.parquet") == InputFormat::file);
  CHECK(format_of("csv") == InputFormat::file);
  const Folder folder;
  const std::string manifest = folder.write("m.csv", "item\nx\n");
  InputRules rules;
  Notes as_manifest;
  read_inputs({manifest, "s3://bucket/key"}, rules, as_manifest.sink);
  CHECK(as_manifest.assets == Texts{"x - -", "s3://bucket/key - -"});
  rules.format = InputFormat::file;
  Notes as_file;
  read_inputs({manifest}, rules, as_file.sink);
  REQUIRE(as_file.assets.size() == 1);
  CHECK_THAT(as_file.assets.front(), Catch::StartsWith(manifest + " 7 "));
  Notes none;
  CHECK_THROWS_WITH(read_inputs({folder / "none"}, rules, none.sink),
                    Catch::Contains("No such file"));
}

}  // namespace tranche::runner
