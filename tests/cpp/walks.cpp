// Do ranges, cursors and their iterators give a scope's entries, in order, and no other's?
#include <algorithm>

#include "check.hpp"

using namespace slmdb;

// What a walk gives, as "a=1 b=2".
static std::string told(Cursor cursor) {
  std::string all;
  for (auto [key, value] : cursor) all.append(all.empty() ? "" : " ").append(key).append("=").append(value);
  return all;
}

static void fill(const Env &env, const Database &db) {
  env.update([&](WriteTxn &txn) {
    for (const Bytes scope : {"a"sv, "b"sv, "\xf4\x8f\xbf\xbf"sv})
      db.put_many(txn, Scope(scope), {{"a", "1"}, {"b", "2"}, {"ba", "3"}, {"c", "4"}});
  });
}

static void ranges(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  fill(env, db);
  const Scope a("a");
  ReadTxn txn = env.read();
  const auto is = [&](const Range &range) { return told(db.range(txn, a, range)); };
  CHECK(is({}) == "a=1 b=2 ba=3 c=4");
  CHECK(is(Range().from("b").to("c")) == "b=2 ba=3 c=4");
  CHECK(is(Range().after("b").before("c")) == "ba=3");
  CHECK(is(Range().from("b")) == "b=2 ba=3 c=4" && is(Range().before("b")) == "a=1");
  CHECK(is(Range().after("x").from("b")) == "b=2 ba=3 c=4" && is(Range().before("a").to("a")) == "a=1");
  CHECK(is(Range().backwards()) == "c=4 ba=3 b=2 a=1");
  CHECK(is(Range().backwards().before("c").at_most(2)) == "ba=3 b=2");
  CHECK(is(Range().starting_with("b")) == "b=2 ba=3" && is(Range().starting_with("b").backwards()) == "ba=3 b=2");
  CHECK(is(Range().starting_with("")) == "a=1 b=2 ba=3 c=4" && is(Range().starting_with("x")).empty());
  CHECK(is(Range().only_keys()) == "a= b= ba= c=" && is(Range().only_values()) == "=1 =2 =3 =4");
  CHECK(db.count(txn, a, Range().from("b")) == 3 && db.count(txn, Scope("none")) == 0);
  CHECK(told(db.range(txn, {})).empty() && told(db.range(txn, Scope("none"))).empty());
  THROWS(invalid_argument, is(Range().starting_with("b").to("c")));
  THROWS(invalid_argument, is(Range().starting_with("b").from("a")));
  const std::string longer(5000, 'b'); // a bound may be longer than any key
  CHECK(is(Range().from(longer)) == "c=4" && is(Range().to(longer).backwards()) == "ba=3 b=2 a=1");
#if __cplusplus >= 202002L
  CHECK(is({.lower = "b", .upper = "c", .upper_exclusive = true, .reverse = true}) == "ba=3 b=2");
  CHECK(is({.prefix = "b", .limit = 1}) == "b=2");
  static_assert(std::input_iterator<Cursor::iterator>);
#endif
}

static void cursors(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  fill(env, db);
  const Scope a("a");
  WriteTxn txn = env.write();
  Cursor cursor = db.range(txn, a);
  CHECK(cursor.next() == Entry("a", "1"));
  cursor.seek("bb");
  CHECK(cursor.next() == Entry("c", "4") && !cursor.next() && !cursor.next());
  cursor.seek("b");
  CHECK(cursor.next() == Entry("b", "2"));
  db.put(txn, a, "b5", "new");
  db.del(txn, a, "ba");
  CHECK(cursor.next() == Entry("b5", "new") && cursor.next() == Entry("c", "4"));
  cursor.close();
  THROWS(closed, cursor.next());
  THROWS(closed, cursor.begin());
  cursor = db.range(txn, a);
  cursor.seek(std::string(5000, 'b'));
  CHECK(cursor.next() == Entry("c", "4"));

  // By the standard's algorithms; and one walk is one walk, wherever it is taken up again.
  Cursor walk = db.range(txn, a);
  auto found = std::find_if(walk.begin(), walk.end(), [](const Entry &entry) { return entry.second == "2"; });
  CHECK(found != walk.end() && found->first == "b" && (*found).second == "2");
  found++;
  CHECK(found->first == "b5");
  CHECK(walk.begin()->first == "c");
  CHECK(walk.begin() == walk.end() && Cursor::iterator() == walk.end());

  // Writes end what a step handed out, but not the walk.
  int steps = 0;
  for (auto [key, value] : db.range(txn, a)) {
    const std::string copy(key);
    db.put(txn, a, copy, "changed");
    steps++;
  }
  CHECK(steps == 4 && db.get(txn, a, "c") == "changed" && db.get(txn, Scope("b"), "c") == "4");
}

static void pages(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  fill(env, db);
  const Scope a("a"), c("c");
  WriteTxn txn = env.write();
  CHECK(db.range(txn, a, Range().from("c")).page().packed == "\xdd\0\0\0\2\xc4\1c\xc4\1" "4"sv);
  CHECK(!db.range(txn, a).page().more);
  Cursor cursor = db.range(txn, a);
  Cursor::Page page = cursor.page(0); // too small: it asks again
  CHECK(page.more && page.packed.size() > 1);
  page = cursor.page(1000, 2);
  CHECK(page.more && db.put_page(txn, c, page.packed) == 2);
  CHECK(told(db.range(txn, c)) == "b=2 ba=3");
  CHECK(db.range(txn, c, Range().only_keys()).page().packed == "\xdd\0\0\0\2\xc4\1b\xc4\2ba"sv);

  CHECK(db.range(txn, a).take(2) == std::vector<EntryCopy>{{"a", "1"}, {"b", "2"}});
  CHECK(db.range(txn, c, Range().only_keys()).take() == std::vector<EntryCopy>{{"b", ""}, {"ba", ""}});
  CHECK(db.range(txn, c, Range().only_values()).take() == std::vector<EntryCopy>{{"", "2"}, {"", "3"}});
  CHECK(db.range(txn, Scope("none")).take().empty());
  const std::string large(40000, 'x'); // so that all need many pages, and one of them a larger one
  for (char key = 'd'; key < 'n'; key++) db.put(txn, a, Bytes(&key, 1), large);
  db.put(txn, a, "z", std::string(100000, 'y'));
  Cursor all = db.range(txn, a);
  CHECK(all.take(7).size() == 7 && all.take().size() == 8 && all.take().empty());
}

int main() { return check::run("walks", {ranges, cursors, pages}); }
