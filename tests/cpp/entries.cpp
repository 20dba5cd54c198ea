// Does every operation on entries do what its C function does, in every kind of database, and in its scope only?
#include <map>

#include "check.hpp"

using namespace slmdb;

static void one(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  const Scope a("a"), b("b");
  WriteTxn txn = env.write();
  CHECK(!db.get(txn, a, "k") && !db.get_copy(txn, a, "k") && !db.contains(txn, a, "k") && db.is_empty(txn, a));
  db.put(txn, a, "k", "1");
  db.put(txn, b, "k", "other");
  CHECK(db.get(txn, a, "k") == "1" && db.contains(txn, a, "k") && !db.is_empty(txn, a));
  CHECK(!db.put_if_absent(txn, a, "k", "2") && db.put_if_absent(txn, a, "n", ""));
  CHECK(db.get(txn, a, "n") == "" && db.get_copy(txn, a, "n") == "");
  CHECK(db.replace(txn, a, "k", "3") == "1" && !db.replace(txn, a, "m", "4"));
  CHECK(!db.compare_and_swap(txn, a, "k", "1", "5") && db.compare_and_swap(txn, a, "k", "3", "5"));
  CHECK(!db.compare_and_swap(txn, a, "none", "", "5"));
  CHECK(db.pop(txn, a, "k") == "5" && !db.pop(txn, a, "k"));
  CHECK(db.del(txn, a, "m") && !db.del(txn, a, "m"));
  db.put(txn, a, "a\0b"sv, "\0"sv);
  CHECK(db.get(txn, a, "a\0b"sv) == "\0"sv && !db.get(txn, a, "a"));
  const std::string large(100000, 'x');
  db.put(txn, a, "large", large);
  CHECK(db.get_copy(txn, a, "large") == large);
  CHECK(db.stat(txn, a).entries == 3 && db.stat(txn, a).key_bytes == 9 && db.stat(txn, a).value_bytes == 100001);
  CHECK(db.clear(txn, a) == 3 && db.count(txn, a) == 0);
  CHECK(db.get(txn, b, "k") == "other" && db.is_empty(txn, {}));
  THROWS(empty_key, db.put(txn, a, "", "v"));
  THROWS(key_too_long, db.put(txn, a, std::string(508, 'k'), "v"));
  THROWS(key_too_long, db.get(txn, a, std::string(508, 'k')));
  try {
    db.put(txn, a, std::string(508, 'k'), "v");
  } catch (const Error &error) {
    CHECK(Bytes(error.what()).find("507") != Bytes::npos);
  }
  txn.commit();
  THROWS(txn_ended, db.get(txn, a, "k"));
}

static void places(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  const Scope a("a"), b("b");
  WriteTxn txn = env.write();
  CHECK(!db.first(txn, a) && !db.last(txn, a));
  CHECK(db.put_many(txn, a, {{"b", "1"}, {"d", "2"}, {"f", "3"}}) == 3);
  db.put(txn, b, "c", "another's");
  CHECK(db.first(txn, a) == Entry("b", "1") && db.last(txn, a) == Entry("f", "3"));
  CHECK(db.at_or_after(txn, a, "c") == Entry("d", "2") && db.at_or_after(txn, a, "d") == Entry("d", "2"));
  CHECK(db.after(txn, a, "d") == Entry("f", "3") && !db.after(txn, a, "f"));
  CHECK(db.at_or_before(txn, a, "c") == Entry("b", "1") && db.at_or_before(txn, a, "d") == Entry("d", "2"));
  CHECK(db.before(txn, a, "d") == Entry("b", "1") && !db.before(txn, a, "b"));
  CHECK(db.find(txn, a, Which::first, "ignored") == Entry("b", "1"));
  CHECK(db.delete_range(txn, a, Range().after("b").before("f")) == 1 && db.count(txn, a) == 2);
  THROWS(invalid_argument, db.delete_range(txn, a, Range().at_most(1)));
  CHECK(db.delete_range(txn, a, {}) == 2 && db.count(txn, b) == 1);
}

static void many(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  const Scope a("a");
  WriteTxn txn = env.write();
  CHECK(db.put_many(txn, a, std::vector<Entry>{}) == 0 && db.get_many(txn, a, std::vector<Bytes>{}).empty());
  CHECK(db.put_many(txn, a, {{"one", "1"}}) == 1 && db.get(txn, a, "one") == "1");
  std::map<std::string, std::string> entries;
  for (int i = 0; i < 1000; i++) entries["key" + std::to_string(i)] = std::string(static_cast<std::size_t>(i), 'v');
  CHECK(db.put_many(txn, a, entries) == 1000);
  std::vector<std::string> keys{"none"};
  for (const auto &entry : entries) keys.push_back(entry.first);
  const auto values = db.get_many(txn, a, keys); // far more than the first buffer
  CHECK(values.size() == 1001 && !values[0]);
  bool same = true;
  for (std::size_t i = 1; i < keys.size(); i++) same = same && values[i] == entries[keys[i]];
  CHECK(same);
  const auto few = db.get_many(txn, a, {"key1", "none", "key3"});
  CHECK(few.size() == 3 && few[0] == "v" && !few[1] && few[2] == "vvv");
  THROWS(empty_key, db.put_many(txn, a, {{"new", "1"}, {"", "2"}}));
  CHECK(!db.contains(txn, a, "new"));
  CHECK(db.put_page(txn, a, "\x92\xc4\x01k\xc4\x01v"sv) == 1 && db.get(txn, a, "k") == "v");
  CHECK(db.get_page(txn, a, "\x92\xc4\x01k\xc4\x01n"sv) == "\xdd\0\0\0\4\xc3\xc4\x01v\xc2\xc0"sv);
  THROWS(invalid_argument, db.put_page(txn, a, "no page"));
  THROWS(invalid_argument, db.get_page(txn, a, "no page"));
}

// One MessagePack object of each form. get_many and take must find where each one ends.
static std::vector<std::string> objects() {
  std::vector<std::string> all{"\x07", "\xff", "\xc2", "\xc3", "\xc0", "\x80", "\x90", "\xa0"};
  for (const Bytes object : {"\xcc\x80"sv, "\xcd\x01\x00"sv, "\xce\0\1\0\0"sv, "\xcf\0\0\0\1\0\0\0\0"sv, "\xd0\x80"sv,
                             "\xd1\x80\0"sv, "\xd2\x80\0\0\0"sv, "\xd3\x80\0\0\0\0\0\0\0"sv, "\xca\x3f\x80\0\0"sv,
                             "\xcb\x3f\xf0\0\0\0\0\0\0"sv, "\x82\xa1x\1\xa1y\x92\2\3"sv, "\xa2hi"sv, "\x92\x91\1\2"sv,
                             "\xd9\2hi"sv, "\xda\0\2hi"sv, "\xdb\0\0\0\2hi"sv, "\xc4\2hi"sv, "\xc5\0\2hi"sv,
                             "\xc6\0\0\0\2hi"sv, "\xdc\0\2\1\2"sv, "\xdd\0\0\0\2\1\2"sv, "\xde\0\1\1\2"sv,
                             "\xdf\0\0\0\1\1\2"sv, "\xd4\1."sv, "\xd5\1.."sv, "\xd6\1...."sv, "\xd7\1........"sv,
                             "\xd8\1................"sv, "\xc7\3\1..."sv, "\xc8\0\3\1..."sv, "\xc9\0\0\0\3\1..."sv})
    all.emplace_back(object);
  return all;
}

static void kinds(const std::string &folder) {
  Env env(folder, check::options());
  const Database typed = env.database("typed", Kind::typed), half = env.database("half", Kind::bytes_key);
  const Scope a("a");
  WriteTxn txn = env.write();
  std::vector<EntryCopy> entries;
  std::vector<std::string> keys;
  for (const std::string &object : objects()) {
    keys.push_back(std::string("\x7f") + static_cast<char>(entries.size()));
    entries.emplace_back(keys.back(), object);
  }
  CHECK(half.put_many(txn, a, entries) == entries.size());
  const auto values = half.get_many(txn, a, keys);
  CHECK(values.size() == entries.size());
  for (std::size_t i = 0; i < entries.size(); i++) CHECK(values[i] == entries[i].second);
  CHECK(half.range(txn, a).take() == entries);

  CHECK(typed.put_many(txn, a, {{"\xa1k", "\x07"}, {"\x01", "\x92\1\2"}}) == 2);
  CHECK(typed.get(txn, a, "\xa1k") == "\x07" && typed.get(txn, a, "\x01") == "\x92\1\2");
  CHECK(typed.range(txn, a).take() == std::vector<EntryCopy>{{"\xa1k", "\x07"}, {"\x01", "\x92\1\2"}});
  CHECK(typed.get_many(txn, a, {"\x01", "\x02"})[0] == "\x92\1\2");
  const auto put = [&](const Database &db, Bytes key, Bytes value) { db.put_many(txn, a, {{key, value}}); };
  for (const Bytes broken : {""sv, "\1\2"sv, "\xc1"sv, "\xa2x"sv, "\xcd\1"sv, "\xdd\xff\xff\xff\xff"sv, "\xc6\xff"sv}) {
    THROWS(invalid_key, put(typed, broken, "\1")); // it would have shifted what follows
    THROWS(invalid_value, put(typed, "\1", broken));
    THROWS(invalid_value, put(half, "k", broken));
    THROWS(invalid_value, half.put(txn, a, "k", broken));
  }
  CHECK(typed.count(txn, a) == 2);
}

int main() { return check::run("entries", {one, places, many, kinds}); }
