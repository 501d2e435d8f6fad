#include "inventory/impl.hpp"

#include "tranche/definition.hpp"

namespace tranche {

namespace {

constexpr std::size_t kLongestName = 63;

void append(std::vector<std::string>* all, const std::vector<std::string>& more) {
  if (all != nullptr) {
    all->insert(all->end(), more.begin(), more.end());
  }
}

std::optional<Key> start_of(const JobDefinition& definition) {
  return definition.start_key
             ? std::optional(Key::parse(definition.key_type, *definition.start_key))
             : std::nullopt;
}

/// What must stay once ranges were cut: they would name other assets.
void check_unchanged(const Job& job, const JobDefinition& wanted) {
  const JobDefinition& now = job.definition;
  const auto refuse = [&](const std::string& what, const std::string& from, const std::string& to) {
    throw Error(ErrorCode::refused,
                "the " + what + " of job '" + job.name + "' cannot change from '" + from +
                    "' to '" + to +
                    "' once batches were handed out; define another job, or delete this one");
  };
  if (now.table != wanted.table) {
    refuse("table", now.table, wanted.table);
  }
  if (now.key_column != wanted.key_column) {
    refuse("key column", now.key_column, wanted.key_column);
  }
  if (now.source != wanted.source) {
    const auto shown = [](const std::string& url) {
      return url.empty() ? "the inventory" : DatabaseUrl::parse(url).redacted();
    };
    refuse("source", shown(now.source), shown(wanted.source));
  }
  if (now.key_type != wanted.key_type) {
    refuse(
        "key type", std::string(to_string(now.key_type)), std::string(to_string(wanted.key_type)));
  }
  if (now.start_key != wanted.start_key) {
    const std::string asked =
        wanted.start_key ? "to '" + *wanted.start_key + "'" : "to the first asset";
    throw Error(ErrorCode::refused,
                "the start key of job '" + job.name + "' cannot change " + asked +
                    " once batches were handed out; to go back, run 'tranche reset --job " +
                    job.name + " --to-key KEY'; to begin later, define another job");
  }
}

/// Until no more appear: a batch that was being split when we waited for it has left its halves.
void lock_unfinished(StoreTransaction& transaction, std::int64_t window_id) {
  std::int64_t locked = transaction.lock_unfinished_batches(window_id);
  for (std::int64_t now = 0; (now = transaction.lock_unfinished_batches(window_id)) != locked;) {
    locked = now;
  }
}

}  // namespace

void check_name(const std::string& name, const std::string& what) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  bool good = !name.empty() && name.size() <= kLongestName && letter(name.front());
  for (const char c : name) {
    good = good && (letter(c) || c == '.' || c == '_' || c == '-');
  }
  if (!good) {
    throw Error(ErrorCode::usage,
                "'" + name + "' is no usable name for a " + what +
                    "; accepted are up to 63 letters, digits, '.', '_' and '-', beginning with a "
                    "letter or digit");
  }
}

void check_campaign_name(const std::string& name) {
  check_name(name, "campaign");
  if (name == kIncremental) {
    throw Error(ErrorCode::usage,
                "'incremental' is the name of the window that every job has; choose another for "
                "the campaign");
  }
}

Job Inventory::create_job(const std::string& name,
                          JobDefinition definition,
                          std::vector<std::string>* warnings) {
  check_name(name, "job");
  check_definition(definition);
  append(warnings, impl_->inspect(definition));
  const Job job = impl_->writing([&](StoreTransaction& transaction) {
    const std::int64_t id = transaction.insert_job(name);
    transaction.insert_job_version(id, 1, definition);
    Window window;
    window.job_id = id;
    window.name = kIncremental;
    window.lower = start_of(definition);
    transaction.insert_window(window);
    return impl_->need_job(transaction, name);
  });
  impl_->tick(job);
  return job;
}

Job Inventory::update_job(const std::string& name,
                          const std::function<void(JobDefinition&)>& change,
                          std::vector<std::string>* warnings) {
  const Job before = find_job(name);
  JobDefinition definition = before.definition;
  change(definition);
  check_definition(definition);
  append(warnings, impl_->inspect(definition));
  if (to_json(definition) == to_json(before.definition)) {
    return before;
  }
  const Job after = impl_->writing([&](StoreTransaction& transaction) {
    // Nobody cuts a range, and nobody else changes the job, until the new version is there.
    const KeyType type = before.definition.key_type;
    for (const Window& window : transaction.list_windows(before.id, type)) {
      if (auto locked = transaction.lock_window(window.id, type)) {
        // Cut by the version that ends here.
        Impl::take_back_planned(transaction, locked->window, type);
      }
    }
    const Job now = impl_->need_job(transaction, name);
    if (now.id != before.id || now.version != before.version) {
      throw Error(ErrorCode::refused,
                  "job '" + name +
                      "' was changed by somebody else just now; look at 'tranche job show " + name +
                      "' and try again");
    }
    const bool used = transaction.has_batches(now.id);
    if (used) {
      check_unchanged(now, definition);
    }
    transaction.insert_job_version(now.id, now.version + 1, definition);
    transaction.tell_followers(now.id);
    if (!used && definition.start_key != now.definition.start_key) {
      const Window window = impl_->need_window(transaction, now, std::string(kIncremental));
      transaction.rewind_window(window.id, start_of(definition));
    }
    return impl_->need_job(transaction, name);
  });
  impl_->jobs.erase(name);
  return after;
}

Job Inventory::apply_job(const std::string& name,
                         JobDefinition definition,
                         std::vector<std::string>* warnings) {
  const bool exists = impl_->reading(
      [&](StoreTransaction& transaction) { return transaction.find_job(name).has_value(); });
  if (!exists) {
    try {
      return create_job(name, definition, warnings);
    } catch (const Error& error) {
      // Somebody else may have applied it a moment ago.
      const bool appeared = impl_->reading(
          [&](StoreTransaction& transaction) { return transaction.find_job(name).has_value(); });
      if (error.code() != ErrorCode::refused || !appeared) {
        throw;
      }
    }
  }
  return update_job(name, [&](JobDefinition& current) { current = definition; }, warnings);
}

Job Inventory::find_job(const std::string& name) {
  return impl_->reading(
      [&](StoreTransaction& transaction) { return impl_->need_job(transaction, name); });
}

std::vector<Job> Inventory::list_job_versions(const std::string& name) {
  return impl_->reading([&](StoreTransaction& transaction) {
    return transaction.list_job_versions(impl_->need_job(transaction, name).id);
  });
}

std::vector<Job> Inventory::list_jobs() {
  return impl_->reading([](StoreTransaction& transaction) { return transaction.list_jobs(); });
}

void Inventory::pause_job(const std::string& name, bool paused) {
  impl_->writing([&](StoreTransaction& transaction) {
    const Job job = impl_->need_job(transaction, name);
    transaction.update_job_paused(job.id, paused);
    transaction.tell_followers(job.id);
    // The incremental window is paused by a batch that ended in `halt`, and belongs to the job.
    const Window window = impl_->need_window(transaction, job, std::string(kIncremental));
    if (!paused && window.state == WindowState::paused) {
      transaction.set_window_state(window.id, WindowState::active, "");
    }
  });
}

void Inventory::delete_job(const std::string& name) {
  impl_->writing([&](StoreTransaction& transaction) {
    const Job job = impl_->need_job(transaction, name);
    const KeyType type = job.definition.key_type;
    transaction.lock_job(job.id);
    std::int64_t processing = 0;
    for (const Window& window : transaction.list_windows(job.id, type)) {
      transaction.lock_window(window.id, type);
      lock_unfinished(transaction, window.id);
      processing += transaction.open_totals(window.id, type).processing;
    }
    if (processing > 0) {
      throw Error(
          ErrorCode::refused,
          "job '" + name + "' has " +
              (processing == 1 ? "a batch in processing; cancel it or wait for its end"
                               : std::to_string(processing) +
                                     " batches in processing; cancel them or wait for their end") +
              ", then delete the job");
    }
    transaction.delete_job(job.id);
  });
  impl_->jobs.erase(name);
}

std::vector<Window> Inventory::list_windows(const std::string& job_name) {
  return impl_->reading([&](StoreTransaction& transaction) {
    const Job job = impl_->need_job(transaction, job_name);
    return transaction.list_windows(job.id, job.definition.key_type);
  });
}

Window Inventory::find_window(const std::string& job_name, const std::string& name) {
  return impl_->reading([&](StoreTransaction& transaction) {
    return impl_->need_window(transaction, impl_->need_job(transaction, job_name), name);
  });
}

void Inventory::set_window_state(const std::string& job_name,
                                 const std::string& name,
                                 WindowState state) {
  impl_->writing([&](StoreTransaction& transaction) {
    const Job job = impl_->need_job(transaction, job_name);
    const Window window = impl_->need_window(transaction, job, name);
    if (window.state == WindowState::cancelled && state != WindowState::cancelled) {
      throw Error(ErrorCode::refused,
                  "campaign '" + name + "' is cancelled for good; create another one");
    }
    if (window.kind == WindowKind::incremental && state == WindowState::cancelled) {
      throw Error(ErrorCode::refused,
                  "the incremental window cannot be cancelled; pause the job instead");
    }
    transaction.set_window_state(window.id, state, "");
    transaction.tell_followers(job.id);
  });
}

}  // namespace tranche
