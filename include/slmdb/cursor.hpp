// A part of slmdb.hpp: Cursor.
#ifndef SLMDB_CURSOR_HPP
#define SLMDB_CURSOR_HPP

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "handle.hpp"
#include "options.hpp"
#include "page.hpp"
#include "range.hpp"

namespace slmdb {

// A walk over entries, from Database::range: for (auto [key, value] : users.range(txn, tenant)). What an Entry points
// to lives until the next step, the transaction's next write or its end. Ends with its transaction.
class Cursor {
 public:
  // Moves to the next entry; empty after the last one.
  std::optional<Entry> next() {
    const void *key = nullptr, *value = nullptr;
    std::size_t key_length = 0, value_length = 0;
    if (!detail::found(slmdb_cursor_next, handle(), &key, &key_length, &value, &value_length)) return std::nullopt;
    return Entry(bytes(key, key_length), bytes(value, value_length));
  }

  // Moves to before the first entry at a key or, in the cursor's direction, beyond it; never out of its range.
  void seek(Bytes key) { detail::call(slmdb_cursor_seek, handle(), key.data(), key.size()); }

  // Entries that travel as one MessagePack array; see "pages" in slmdb.h.
  struct Page {
    std::string packed;
    bool more; // false: the range has been walked to its end
  };

  // Moves over as many entries as fit into `capacity` bytes, one at the least, and max_entries at the most (0: no such
  // limit). Database::put_page takes what it returns.
  Page page(std::size_t capacity = 64 << 10, std::size_t max_entries = 0) {
    Page page{std::string(capacity, '\0'), false};
    detail::filled(page.packed, [&](std::size_t *length) {
      return detail::answer(slmdb_cursor_page, handle(), static_cast<void *>(page.packed.data()), page.packed.size(),
                            max_entries, length, &page.more);
    });
    return page;
  }

  // Copies of the next entries, max_entries at the most (0: all that are left). It walks by pages, which costs far less
  // an entry than next().
  std::vector<EntryCopy> take(std::size_t max_entries = 0) {
    std::vector<EntryCopy> all;
    for (bool more = true; more && (max_entries == 0 || all.size() < max_entries);) {
      const Page walked = page(64 << 10, max_entries == 0 ? 0 : max_entries - all.size());
      more = walked.more;
      detail::Reader reader(walked.packed);
      reader.enter();
      while (!reader.at_end()) {
        EntryCopy &entry = all.emplace_back();
        if (keys_) entry.first = raw_key_ ? reader.content() : reader.object();
        if (values_) entry.second = raw_value_ ? reader.content() : reader.object();
      }
    }
    return all;
  }

  void close() { handle_.close(); }

  // One way, once: begin() takes the first step, and there is one place for all iterators of a Cursor.
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using pointer = const Entry *;
    using reference = const Entry &;

    iterator() noexcept = default; // the end
    reference operator*() const noexcept { return *entry_; }
    pointer operator->() const noexcept { return &*entry_; }
    iterator &operator++() {
      entry_ = cursor_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    // They differ while one has an entry and the other has none.
    friend bool operator==(const iterator &a, const iterator &b) noexcept {
      return a.entry_.has_value() == b.entry_.has_value();
    }
    friend bool operator!=(const iterator &a, const iterator &b) noexcept { return !(a == b); }

   private:
    friend class Cursor;
    explicit iterator(Cursor *cursor) : cursor_(cursor), entry_(cursor->next()) {}

    Cursor *cursor_ = nullptr;
    std::optional<Entry> entry_;
  };

  iterator begin() { return iterator(this); }
  iterator end() noexcept { return {}; }

  slmdb_cursor *handle() const noexcept { return handle_.get(); }

 private:
  friend class Database;
  Cursor(slmdb_cursor *cursor, Kind kind, const Range &range) noexcept
      : handle_(cursor), keys_(!range.values_only), values_(!range.keys_only), raw_key_(kind != Kind::typed),
        raw_value_(kind == Kind::bytes) {}

  detail::Handle<slmdb_cursor, slmdb_cursor_close> handle_;
  bool keys_, values_, raw_key_, raw_value_;
};

} // namespace slmdb

#endif // SLMDB_CURSOR_HPP
