// A part of slmdb.hpp: as much of MessagePack as pages need (internal).
#ifndef SLMDB_PAGE_HPP
#define SLMDB_PAGE_HPP

#include <cstddef>
#include <cstdint>
#include <string>

#include "status.hpp"

namespace slmdb::detail {

// As much of MessagePack as pages need: where an object ends, and what is in a `bin`, a `str` and a number.
class Reader {
 public:
  explicit Reader(Bytes packed) noexcept : rest_(packed) {}

  bool at_end() const noexcept { return rest_.empty(); }

  // The next object, whole.
  Bytes object() {
    std::size_t end = 0;
    for (std::uint64_t missing = 1; missing > 0; missing--) {
      const Head head = head_at(end);
      if (head.body > rest_.size() - end - head.size) broken();
      end += head.size + static_cast<std::size_t>(head.body);
      missing += head.objects;
    }
    const Bytes all = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return all;
  }

  // What is in the next object, which is a `bin` or a `str`.
  Bytes content() {
    const Head head = head_at(0);
    return object().substr(head.size);
  }

  // The number of objects in the next one, an array or a map, which is entered.
  std::uint64_t enter() {
    const Head head = head_at(0);
    rest_.remove_prefix(head.size);
    return head.objects;
  }

  // The next object, which is a bool or an integer of no sign.
  std::uint64_t number() {
    const Bytes all = object();
    const unsigned lead = byte(all, 0);
    return all.size() > 1 ? big_endian(all, 1, all.size() - 1) : lead == 0xc3 ? 1 : lead < 0x80 ? lead : 0;
  }

 private:
  struct Head {
    std::size_t size;           // bytes of the type and the length
    std::uint64_t body, objects; // bytes, or objects, that follow
  };

  [[noreturn]] static void broken() { throw Error(Status::invalid_argument, "this is no MessagePack object"); }

  static unsigned byte(Bytes from, std::size_t at) { return static_cast<unsigned char>(from[at]); }

  static std::uint64_t big_endian(Bytes from, std::size_t at, std::size_t size) {
    std::uint64_t number = 0;
    for (std::size_t i = at; i < at + size; i++) number = number << 8 | byte(from, i);
    return number;
  }

  Head head_at(std::size_t at) const {
    if (at >= rest_.size()) broken();
    const unsigned lead = byte(rest_, at);
    const auto sized = [&](std::size_t width) {
      if (width > rest_.size() - at - 1) broken();
      return big_endian(rest_, at + 1, width);
    };
    const auto width = [&](unsigned first, unsigned least) { return std::size_t{least} << (lead - first); };
    if (lead < 0x80 || lead >= 0xe0) return {1, 0, 0};                                              // small integers
    if (lead < 0x90) return {1, 0, 2 * std::uint64_t{lead & 0xf}};                                  // small maps
    if (lead < 0xa0) return {1, 0, lead & 0xf};                                                     // small arrays
    if (lead < 0xc0) return {1, lead & 0x1f, 0};                                                    // small texts
    if (lead == 0xc1) broken();                                                                     // never used
    if (lead < 0xc4) return {1, 0, 0};                                                              // nil, bools
    if (lead < 0xc7) return {1 + width(0xc4, 1), sized(width(0xc4, 1)), 0};                         // bytes
    if (lead < 0xca) return {1 + width(0xc7, 1), sized(width(0xc7, 1)) + 1, 0};                     // extensions
    if (lead < 0xcc) return {1, width(0xca, 4), 0};                                                 // floats
    if (lead < 0xd0) return {1, width(0xcc, 1), 0};                                                 // unsigned integers
    if (lead < 0xd4) return {1, width(0xd0, 1), 0};                                                 // signed integers
    if (lead < 0xd9) return {1, width(0xd4, 1) + 1, 0};                                             // extensions
    if (lead < 0xdc) return {1 + width(0xd9, 1), sized(width(0xd9, 1)), 0};                         // texts
    if (lead < 0xde) return {1 + width(0xdc, 2), 0, sized(width(0xdc, 2))};                         // arrays
    return {1 + width(0xde, 2), 0, 2 * sized(width(0xde, 2))};                                      // maps
  }

  Bytes rest_;
};

// Makes a page of keys or entries, as slmdb_db_put_many and slmdb_db_get_many take them.
class PageWriter {
 public:
  void add_key(bool raw, Bytes key) { add(raw, key, Status::invalid_key); }
  void add_value(bool raw, Bytes value) { add(raw, value, Status::invalid_value); }

  // The page, whose number of objects is known only now.
  const std::string &finish() {
    set_big_endian(1, count_, 4);
    return packed_;
  }

 private:
  void add(bool raw, Bytes part, Status otherwise) {
    count_++;
    if (raw && part.size() <= UINT32_MAX) {
      const std::size_t at = packed_.size();
      packed_.append(5, '\xc6');
      set_big_endian(at + 1, part.size(), 4);
    } else if (raw || !is_object(part)) { // it would shift all that follows it
      throw Error(raw ? Status::value_too_large : otherwise,
                  "object " + std::to_string(count_) + " of the page is not one key or value of this database");
    }
    packed_.append(part);
  }

  static bool is_object(Bytes packed) {
    try {
      Reader reader(packed);
      reader.object();
      return reader.at_end();
    } catch (const Error &) {
      return false;
    }
  }

  void set_big_endian(std::size_t at, std::uint64_t number, std::size_t size) {
    for (std::size_t i = at + size; i-- > at; number >>= 8) packed_[i] = static_cast<char>(number & 0xff);
  }

  std::string packed_ = std::string(5, '\xdd');
  std::uint64_t count_ = 0;
};

} // namespace slmdb::detail

#endif // SLMDB_PAGE_HPP
