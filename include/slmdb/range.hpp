// A part of slmdb.hpp: Range.
#ifndef SLMDB_RANGE_HPP
#define SLMDB_RANGE_HPP

#include <cstdint>
#include <optional>

#include "status.hpp"

namespace slmdb {

// Which entries of a scope, and in which direction: Range().from("a").before("n").backwards(). The keys are borrowed
// until the Range has been used. Range() is all entries, forwards.
struct Range {
  std::optional<Bytes> lower = std::nullopt, upper = std::nullopt;
  bool lower_exclusive = false, upper_exclusive = false;
  std::optional<Bytes> prefix = std::nullopt; // without lower and upper
  bool reverse = false;
  bool keys_only = false, values_only = false; // a Cursor gives empty Bytes for the other half
  std::uint64_t limit = 0;                     // entries at the most; 0: all

  Range &from(Bytes key) { return lower = key, lower_exclusive = false, *this; }
  Range &after(Bytes key) { return lower = key, lower_exclusive = true, *this; }
  Range &to(Bytes key) { return upper = key, upper_exclusive = false, *this; }
  Range &before(Bytes key) { return upper = key, upper_exclusive = true, *this; }
  Range &starting_with(Bytes key) { return prefix = key, *this; }
  Range &backwards() { return reverse = true, *this; }
  Range &only_keys() { return keys_only = true, *this; }
  Range &only_values() { return values_only = true, *this; }
  Range &at_most(std::uint64_t entries) { return limit = entries, *this; }

  // As the C functions take it. A prefix beside bounds is passed on as such, and refused there.
  slmdb_range c_range() const noexcept {
    slmdb_range range{};
    range.struct_size = sizeof range;
    const Bytes low = prefix ? *prefix : lower.value_or(Bytes());
    range.lower = low.data();
    range.lower_length = low.size();
    range.upper = upper.value_or(Bytes()).data();
    range.upper_length = upper.value_or(Bytes()).size();
    const auto set = [&range](bool is, std::uint32_t bit) { range.flags |= is ? bit : 0; };
    set(lower.has_value(), SLMDB_RANGE_LOWER);
    set(lower_exclusive, SLMDB_RANGE_LOWER_EXCLUSIVE);
    set(upper.has_value(), SLMDB_RANGE_UPPER);
    set(upper_exclusive, SLMDB_RANGE_UPPER_EXCLUSIVE);
    set(reverse, SLMDB_RANGE_REVERSE);
    set(prefix.has_value(), SLMDB_RANGE_PREFIX);
    set(keys_only, SLMDB_RANGE_KEYS_ONLY);
    set(values_only, SLMDB_RANGE_VALUES_ONLY);
    range.limit = limit;
    return range;
  }
};

} // namespace slmdb

#endif // SLMDB_RANGE_HPP
