#include "tranche/key_set.hpp"

#include "tranche/error.hpp"

#include <zlib.h>

#include <algorithm>
#include <bit>

namespace tranche {

namespace {

constexpr char kNumbers = 'n';
constexpr char kHashes = 'h';
constexpr char kExact = 'k';
constexpr char kPlain = '0';
constexpr char kZlib = 'z';
// Below this zlib's own header costs more than it saves.
constexpr std::size_t kWorthCompressing = 64;
constexpr std::size_t kHashBytes = 8;
// No step is 0, for keys rise.
constexpr std::uint64_t kRun = 0;
constexpr std::uint64_t kAsSingles = 3;

[[noreturn]] void damaged() {
  throw Error(ErrorCode::internal, "a stored key set is damaged");
}

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80U) {
    out += static_cast<char>((value & 0x7fU) | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

std::uint64_t take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (in.empty()) {
      damaged();
    }
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80U) {
      return value;
    }
  }
  damaged();
}

std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 33U;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33U;
  value *= 0xc4ceb9fe1a85ec53ULL;
  return value ^ value >> 33U;
}

// FNV-1a with a final mix. Stored: never change it.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325ULL) {
  std::uint64_t hash = seed;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return mix(hash);
}

void put_hash(std::string& out, std::uint64_t hash) {
  for (std::size_t i = 0; i < kHashBytes; ++i) {
    out += static_cast<char>(hash & 0xffU);
    hash >>= 8U;
  }
}

std::string compressed(const std::string& body) {
  uLongf size = compressBound(static_cast<uLong>(body.size()));
  std::string out;
  put_varint(out, body.size());
  const std::size_t head = out.size();
  out.resize(head + size);
  const int result = compress2(reinterpret_cast<Bytef*>(out.data() + head),
                               &size,
                               reinterpret_cast<const Bytef*>(body.data()),
                               static_cast<uLong>(body.size()),
                               6);
  if (result != Z_OK) {
    throw Error(ErrorCode::internal, "zlib could not pack a key set");
  }
  out.resize(head + size);
  return out;
}

// The body of a part; `buffer` keeps it where it had to be unpacked.
std::string_view body_of(std::string_view part, std::string& buffer) {
  if (part.size() < 2) {
    damaged();
  }
  const char packing = part[1];
  std::string_view rest = part.substr(2);
  if (packing == kPlain) {
    return rest;
  }
  const std::uint64_t size = take_varint(rest);
  // Far above what is written, below what would exhaust the memory.
  constexpr std::uint64_t kMost = 64 * 1'048'576;
  if (packing != kZlib || size > kMost) {
    damaged();
  }
  buffer.resize(size);
  uLongf unpacked = static_cast<uLongf>(size);
  if (uncompress(reinterpret_cast<Bytef*>(buffer.data()),
                 &unpacked,
                 reinterpret_cast<const Bytef*>(rest.data()),
                 static_cast<uLong>(rest.size())) != Z_OK ||
      unpacked != size) {
    damaged();
  }
  return buffer;
}

// Calls each(bytes) for the keys of a part of kExact until it answers false.
template <typename Each>
void for_each_exact(std::string_view body, const Each& each) {
  bool more = true;
  while (more && !body.empty()) {
    const std::uint64_t size = take_varint(body);
    if (size > body.size()) {
      damaged();
    }
    more = each(body.substr(0, size));
    body.remove_prefix(size);
  }
}

std::uint64_t take_hash(std::string_view& body) {
  std::uint64_t hash = 0;
  for (std::size_t i = kHashBytes; i-- > 0;) {
    hash = hash << 8U | static_cast<unsigned char>(body[i]);
  }
  body.remove_prefix(kHashBytes);
  return hash;
}

// Calls each(first, step, repeat) for the runs of a part of numbers until it answers false.
template <typename Each>
void for_each_run(std::string_view body, const Each& each) {
  if (body.empty()) {
    return;
  }
  auto at = static_cast<std::uint64_t>(unzigzag(take_varint(body)));
  bool more = each(at, 0, 1);
  std::uint64_t seen = 1;
  while (more && !body.empty()) {
    std::uint64_t step = take_varint(body);
    std::uint64_t repeat = 1;
    if (step == kRun) {
      step = take_varint(body);
      repeat = take_varint(body);
    }
    if (step == 0 || repeat > kKeysPerPart - seen) {
      damaged();
    }
    seen += repeat;
    more = each(at + step, step, repeat);
    at += step * repeat;
  }
}

}  // namespace

void KeySetWriter::add(const Key& key) {
  if (!key.is_number() && form_ == Form::exact) {
    packed_as_ = kExact;
    put_varint(body_, key.bytes().size());
    body_ += key.bytes();
  } else if (!key.is_number()) {
    packed_as_ = kHashes;
    put_hash(body_, key_hash(key));
  } else if (const std::int64_t number = key.number(); count_ == 0) {
    put_varint(body_, zigzag(number));
    last_ = number;
  } else {
    const std::uint64_t step =
        static_cast<std::uint64_t>(number) - static_cast<std::uint64_t>(last_);
    if (step != step_) {
      flush_run();
      step_ = step;
    }
    ++repeat_;
    last_ = number;
  }
  ++count_;
}

void KeySetWriter::flush_run() {
  if (repeat_ > kAsSingles) {
    put_varint(body_, kRun);
    put_varint(body_, step_);
    put_varint(body_, repeat_);
  } else {
    for (; repeat_ > 0; --repeat_) {
      put_varint(body_, step_);
    }
  }
  repeat_ = 0;
  step_ = 0;
}

std::string KeySetWriter::take_part() {
  flush_run();
  std::string part(1, packed_as_);
  const bool incompressible = packed_as_ == kHashes || body_.size() < kWorthCompressing;
  std::string packed = incompressible ? std::string() : compressed(body_);
  if (!packed.empty() && packed.size() < body_.size()) {
    part += kZlib + packed;
  } else {
    part += kPlain + body_;
  }
  *this = KeySetWriter(form_);
  return part;
}

bool key_part_holds(std::string_view part, const Key& key) {
  std::string buffer;
  std::string_view body = body_of(part, buffer);
  bool found = false;
  if (part[0] == kHashes) {
    std::string wanted;
    put_hash(wanted, hash_bytes(key.bytes()));
    for (; body.size() >= kHashBytes && !found; body.remove_prefix(kHashBytes)) {
      found = body.substr(0, kHashBytes) == wanted;
    }
    return found;
  }
  if (part[0] == kExact) {
    for_each_exact(body, [&](std::string_view bytes) { return !(found = bytes == key.bytes()); });
    return found;
  }
  if (!key.is_number()) {
    return false;
  }
  const std::int64_t number = key.number();
  for_each_run(body, [&](std::uint64_t first, std::uint64_t step, std::uint64_t repeat) {
    if (number < static_cast<std::int64_t>(first)) {
      return false;
    }
    const std::uint64_t offset = static_cast<std::uint64_t>(number) - first;
    found = step == 0 ? offset == 0 : offset % step == 0 && offset / step < repeat;
    return !found;
  });
  return found;
}

PartKeys unpack_key_part(std::string_view part) {
  std::string buffer;
  std::string_view body = body_of(part, buffer);
  PartKeys keys;
  keys.hashes = part[0] != kNumbers;
  if (part[0] == kHashes) {
    keys.values.reserve(body.size() / kHashBytes);
    while (body.size() >= kHashBytes) {
      keys.values.push_back(take_hash(body));
    }
  } else if (part[0] == kExact) {
    for_each_exact(body, [&](std::string_view bytes) {
      keys.values.push_back(hash_bytes(bytes));
      return true;
    });
  } else {
    for_each_run(body, [&](std::uint64_t first, std::uint64_t step, std::uint64_t repeat) {
      for (std::uint64_t i = 0; i < repeat; ++i) {
        keys.values.push_back(first + i * step);
      }
      return true;
    });
  }
  return keys;
}

std::uint64_t key_hash(const Key& key) {
  return hash_bytes(key.bytes());
}

std::vector<Key> list_keys(std::string_view part, KeyType type) {
  std::vector<Key> keys;
  std::string buffer;
  const std::string_view body = body_of(part, buffer);
  if (part[0] == kExact) {
    for_each_exact(body, [&](std::string_view bytes) {
      keys.push_back(Key::from_bytes(type, std::string(bytes)));
      return true;
    });
  } else if (!for_each_number(part, [&](std::int64_t number) {
               keys.push_back(Key::from_number(type, number));
             })) {
    throw Error(ErrorCode::internal, "a key set of hashes cannot name its keys");
  }
  return keys;
}

KeyPart::KeyPart(std::string_view part) {
  PartKeys keys = unpack_key_part(part);
  hashes_ = keys.hashes;
  sorted_ = std::move(keys.values);
  if (!hashes_ && !sorted_.empty()) {
    last_ = static_cast<std::int64_t>(sorted_.back());
  }
  std::sort(sorted_.begin(), sorted_.end());
}

bool KeyPart::holds(const Key& key) const {
  const std::uint64_t wanted =
      key.is_number() ? static_cast<std::uint64_t>(key.number()) : key_hash(key);
  return std::binary_search(sorted_.begin(), sorted_.end(), wanted);
}

bool KeyPart::may_end_before(const Key& key) const {
  return hashes_ || !key.is_number() || last_ < key.number();
}

void KeyPart::add(const KeyPart& later) {
  const auto middle = static_cast<std::ptrdiff_t>(sorted_.size());
  sorted_.insert(sorted_.end(), later.sorted_.begin(), later.sorted_.end());
  std::inplace_merge(sorted_.begin(), sorted_.begin() + middle, sorted_.end());
  last_ = later.last_;
}

bool for_each_number(std::string_view part, const std::function<void(std::int64_t)>& each) {
  std::string buffer;
  const std::string_view body = body_of(part, buffer);
  if (part[0] != kNumbers) {
    return false;
  }
  for_each_run(body, [&](std::uint64_t first, std::uint64_t step, std::uint64_t repeat) {
    for (std::uint64_t i = 0; i < repeat; ++i) {
      each(static_cast<std::int64_t>(first + i * step));
    }
    return true;
  });
  return true;
}

std::int64_t key_part_size(std::string_view part) {
  std::string buffer;
  const std::string_view body = body_of(part, buffer);
  if (part[0] == kHashes) {
    return static_cast<std::int64_t>(body.size() / kHashBytes);
  }
  std::int64_t size = 0;
  if (part[0] == kExact) {
    for_each_exact(body, [&](std::string_view) { return ++size > 0; });
    return size;
  }
  for_each_run(body, [&](std::uint64_t, std::uint64_t, std::uint64_t repeat) {
    size += static_cast<std::int64_t>(repeat);
    return true;
  });
  return size;
}

std::uint64_t asset_digest(const Asset& asset) {
  const std::uint64_t key = hash_bytes(asset.key.bytes());
  const std::uint64_t item = hash_bytes(asset.item, key);
  return mix(item ^ std::bit_cast<std::uint64_t>(asset.weight));
}

}  // namespace tranche
