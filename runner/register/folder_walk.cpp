#include "register/folder_walk.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace tranche::runner {

namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

class Walk {
 public:
  Walk(const std::string& root, const FolderRules& rules, const AssetSink& sink, LeftOut& left_out)
      : path_(root),
        below_(root == "/" ? 1 : root.size() + 1),
        rules_(rules),
        sink_(sink),
        left_out_(left_out) {}

  void start() { visit(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

 private:
  // path_ names the folder that `file` was opened for. Relative to open folders, so that no path is
  // too long.
  void visit(int file) {
    if (file < 0) {
      // Gone since it was listed: nothing is there to be read.
      if (errno != ENOENT) {
        note_unreadable();
      }
      return;
    }
    const Folder folder(::fdopendir(file));
    if (!folder) {
      note_unreadable();
      ::close(file);
      return;
    }
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(folder.get());
      if (entry == nullptr) {
        break;
      }
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") {
        const std::size_t length = path_.size();
        path_ += path_ == "/" ? "" : "/";
        path_ += name;
        look_at(::dirfd(folder.get()), entry->d_name, entry->d_type);
        path_.resize(length);
      }
    }
    if (errno != 0) {
      note_unreadable();
    }
  }

  void look_at(int folder, const char* name, unsigned char type) {
    const std::string below = path_.substr(below_);
    if (rules_.exclude.match(below)) {
      return;
    }
    struct stat facts {};
    if (type == DT_UNKNOWN) {
      if (!facts_of(folder, name, AT_SYMLINK_NOFOLLOW, facts)) {
        return;
      }
      type = static_cast<unsigned char>(IFTODT(facts.st_mode));
    }
    if (type == DT_DIR) {
      if (rules_.recursive) {
        visit(::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      }
      return;
    }
    const bool wanted = rules_.include.empty() || rules_.include.match(below);
    if (wanted && (type == DT_REG || type == DT_LNK) && facts_of(folder, name, 0, facts) &&
        S_ISREG(facts.st_mode)) {
      take_file(path_, facts, rules_.files, sink_, left_out_);
    }
  }

  bool facts_of(int folder, const char* name, int flags, struct stat& facts) {
    if (::fstatat(folder, name, &facts, flags) == 0) {
      return true;
    }
    // Vanished, or a link that leads nowhere or in circles: not a file.
    if (errno != ENOENT && errno != ELOOP) {
      note_unreadable();
    }
    return false;
  }

  void note_unreadable() {
    const std::string why = system_error();
    ++left_out_.problems;
    sink_.problem("cannot read " + path_ + ": " + why);
  }

  std::string path_;
  std::size_t below_;
  const FolderRules& rules_;
  const AssetSink& sink_;
  LeftOut& left_out_;
};

}  // namespace

void walk_folder(const std::string& root,
                 const FolderRules& rules,
                 const AssetSink& sink,
                 LeftOut& left_out) {
  Walk(root, rules, sink, left_out).start();
}

}  // namespace tranche::runner
