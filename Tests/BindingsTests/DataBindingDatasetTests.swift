import Foundation
import XCTest

final class DataBindingDatasetTests: XCTestCase {
  func testColumnsLengthAndLabels() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.digits()
        print(#set, set.x.shape[2], set.y.dtype, table.concat(set:columns(), " "), set:labels("y")[1])
        local raw = lab.data.digits{raw = true}
        print((set.x * 16):equal(raw.x), set.y:min():item(), set.y:max():item())
        """), "1797\t64\tint64\tx y\t0\ntrue\t1\t10\n")
  }

  func testPrintingShowsColumnsRowsAndCounts() throws {
    let text = try run("print(lab.data.iris())")
    XCTAssertTrue(text.hasPrefix("dataset: 150 rows, 2 columns\n"), text)
    XCTAssertTrue(text.contains("float32 {150, 4}"), text)
    XCTAssertTrue(text.contains("rows by 'y': setosa 50, versicolor 50, virginica 50"), text)
  }

  func testFromKeepsTensorsApart() throws {
    XCTAssertEqual(
      try run(
        """
        local x = lab.ones{2, 2}
        local set = lab.data.from({ x = x, y = {2, 1}, word = {"b", "a"} }, {dtype = {y = "int64"}})
        x:fill_(5)
        print(set.x:sum():item(), set.y.dtype, set.word[1], table.concat(set:columns(), " "))
        """), "4.0\tint64\tb\tword x y\n")
  }

  func testMapChangesRowsAndKeepsTypes() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.iris():take(3)
        local a = set:map(function(row) row.x = row.x * 2; row.twice = row.id * 2; return row end)
        print(a.x:equal(set.x * 2), a.y.dtype, a:labels("y")[1], a.twice.dtype, a.twice[3])
        local b = set:map(function(row) return { y = row.y, pair = {row.id, 0} } end)
        print(table.concat(b:columns(), " "), b.pair.shape[2])
        """), "true\tint64\tsetosa\tfloat32\t6 float32\ny pair\t2\n")
  }

  func testRowsSelections() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.from{ n = lab.arange(6), word = {"a", "b", "c", "d", "e", "f"} }
        local function words(s) return table.concat(s.word) end
        print(words(set:take(2)), words(set:skip(4)), words(set:slice(2, -2)), words(set:gather{6, 1, 1}))
        print(words(set:filter(function(row) return row.n > 4 end)), words(set:filter(set.n:lt(3))))
        print(words(set:sort_by("n", {reverse = true})), words(set:concat(set:take(1))), set[-1].word)
        print(#set:sample(4, {rng = lab.rng(1)}), #set:sample(9, {replacement = true, weights = "n"}))
        """), "ab\tef\tbcde\tfaa\nef\tab\nfedcba\tabcdefa\tf\n4\t9\n")
  }

  func testSourceOfRandomNumbersDecidesTheOrderAndMovesOn() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.iris()
        local a, b = lab.rng(1), lab.rng(1)
        local first, second = set:shuffle(a), set:shuffle(a)
        print(first:fingerprint() == second:fingerprint(), first == set:shuffle(b), second == set:shuffle{rng = b})
        """), "false\ttrue\ttrue\n")
  }

  func testSplits() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.iris()
        local a, b, c = set:split({0.5, 0.3, 0.2}, {by = "y"})
        print(#a, #b, #c, a.y:eq(2):sum():item())
        local seen, unseen = set:split_by("y", 0.6)
        local groups, keys = set:group_by("y")
        print(#seen, #unseen, table.concat(keys, " "), #groups.setosa)
        """), "75\t45\t30\t25\n100\t50\tsetosa versicolor virginica\t50\n")
  }

  func testGenerateIsReproducibleRowByRow() throws {
    XCTAssertEqual(
      try run(
        """
        local function make(n)
          return lab.data.generate(n, function(i, rng) return { x = {rng:normal(), i}, y = i % 2 } end, {label = "y", rng = lab.rng(3)})
        end
        local short, long = make(3), make(5)
        print(short.x:equal(long:take(3).x), long.y:totable()[1], table.concat(long:labels("y"), " "))
        """), "true\t2\t0 1\n")
  }

  func testStandardizing() throws {
    XCTAssertEqual(
      try run(
        """
        local train, test = lab.data.wine():split(0.8, {rng = lab.rng(1)})
        local a, b = lab.data.standardize(train, test)
        print(a.x:mean():abs():item() < 1e-5, #b == #test)
        local s = train:standardizer("x")
        print((s:undo(s:apply(test)).x - test.x):abs():max():item() < 1e-2, #s.means)
        """), "true\ttrue\ntrue\t13\n")
  }

  func testNegatives() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.iris()
        local both = set:negatives{ kind = "wrong_label", column = "y" }
        local wrong = both:filter(both.negative)
        print(#both, #wrong, wrong.y:eq(set.y):sum():item())
        local own = set:negatives(function(row, rng) row.y = row.y % 3 + 1; return row end, {keep = false})
        print(#own, own.y[150], own:labels("y")[3])
        """), "300\t150\t0\n150\t1 int64\tvirginica\n")
  }

  func testFiles() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("perilune-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    XCTAssertEqual(
      try run(
        """
        local path = "\(path)"
        local file = io.open(path, "w"); file:write("a,b,kind\\n1,2,cat\\n3,4,ant\\n"); file:close()
        local set = lab.data.csv(path, {label = "kind", features = {"a", "b"}})
        print(set.x:totable()[2][1], set.kind:totable()[1], set:labels("kind")[1], set:features("x")[2])
        file = io.open(path, "w"); file:write('{"text": "good", "stars": 5}\\n{"text": "bad", "stars": 1}\\n'); file:close()
        local reviews = lab.data.jsonl(path)
        print(reviews.text[2], reviews.stars.dtype)
        """), "3.0\t2\tant\tb\nbad\tint64\n")
  }
}
