import XCTest

/// Every wrong use of data has one clear sentence.
final class DataBindingErrorTests: XCTestCase {
  private func check(_ expression: String, _ expected: String, line: UInt = #line) {
    XCTAssertEqual(
      message("local set = lab.data.iris()\nlocal result = " + expression), "script.lua:2: " + expected, line: line)
  }

  func testNames() {
    check("set.z", "Dataset has no column or method 'z' (columns: x, y)")
    check("set:shufle()", "Dataset has no column or method 'shufle'; did you mean 'shuffle'? (columns: x, y)")
    check("set:select('xx')", "select: there is no column 'xx'; did you mean 'x'? (x, y)")
    check("set:labels('x')", "labels: column 'x' has no class labels")
    check("set:row(0)", "row: row 0 does not exist: counting starts at 1")
    check("set[151]", "row 151 does not exist: the data set has 150 rows")
    check("set:batches(8, {step = 3})", "batches: unknown option 'step'; did you mean 'steps'?")
  }

  func testArguments() {
    check("set:take(-1)", "take: argument 1 (count) must be a count (an integer from 0), but is -1")
    check("set:take(151)", "take: wanted 151 rows, but the data set has 150")
    check("set:split(1.5)", "split: a fraction must be above 0 and at most 1, found 1.5")
    check("set:shuffle(3)", "shuffle: argument 1 (rng) must be a source of random numbers such as lab.rng(1), but is 3")
    check("set:filter(3)", "filter: argument 1 (f) must be a function or a bool Tensor, but is 3")
    check(
      "set:filter(function(row) end)",
      "filter: the function must return true or false, but returned nil for row 1")
    check(
      "set:map(function(row) return 3 end)",
      "map: the function must return a table of columns such as {x = ..., y = ...}, but returned 3 for row 1")
    check("set:with('z', lab.ones{3})", "with: column 'z' has 3 rows, but the data set has 150")
    check(
      "lab.data.from{lab.ones{2}}",
      "from: argument 1 (columns) must have named columns such as {x = ...}, but is a list")
  }

  func testBatches() {
    check("set:batches(0)", "batches: a batch needs at least one row, found 0")
    check("set:batches(151)", "batches: a batch of 151 rows is larger than the data set, which has 150 rows")
    check("set:batches(8, {steps = 0})", "batches: the number of steps must be positive and at most 2^48, found 0")
    check(
      "set:batches(8, {steps = 1, epochs = 1})", "batches: takes one of 'steps', 'epochs' and 'presentations', found 2")
    check(
      "set:batches(8, {order = set:order('shuffle'), shuffle = true})", "batches: takes 'order' or 'shuffle', not both")
    check(
      "set:batches(8):restore(set:batches(9):state())",
      "restore: the saved state belongs to batches with another ordering, size or limit")
    check("set:batches(8):restore{1, 2}", "restore: the state of batches has 11 numbers, found 2")
    check(
      "lab.data.mix({set}):batches(8, {steps = 5}):restore{9, 0, 0, 0}",
      "restore: a mixture of 5 steps at step 0 cannot go to step 9")
    check(
      "lab.data.stream(function() return {x = 1} end):batches(8, {steps = 5}):restore{2, 999, 0, 0, 0}",
      "restore: the saved state holds impossible numbers")
  }

  func testOrders() {
    check(
      "set:order('shufle')",
      "order: argument 1 (kind) must be one of 'shuffle', 'sequential', but is a string 'shufle'; did you mean 'shuffle'?"
    )
    check(
      "set:order{}",
      "order: needs exactly one of the options 'by', 'group', 'weights', 'permutation', 'interleave', found none")
    check("set:order{group = 'y', pace = lab.pace.constant(1)}", "order: option 'pace' does not go with 'group'")
    check("set:order{by = 'x'}", "order: column 'x' has the shape {150, 4}, wanted one number per row")
    check("set:order{permutation = {1, 1}}", "order: an order of 150 rows needs as many ids, found 2")
    check("lab.pace.linear(0)", "linear: 'from' must be above 0 and at most 1, found 0.0")
    check(
      "lab.pace.custom(function() end)", "custom: the pace's function must return a number, but returned nil for step 1"
    )
  }

  func testOthers() {
    check("set:negatives{kind = 'wrong_label'}", "negatives: option 'column' is missing")
    check(
      "set:negatives{kind = 'noise', column = 'y', deviation = 1}",
      "negatives: column 'y' is int64 {150}, wanted floating-point numbers")
    check("lab.data.mix({set, 3})", "mix: entry 2 of argument 1 (sets) must be a Dataset or an Ordering, but is 3")
    check("lab.data.mix({set}, {ratios = {1, 2}})", "mix: 1 data sets need as many ratios, found 2")
    check("lab.data.csv('/no/such.csv')", "csv: /no/such.csv cannot be opened: no such file or directory")
  }

  func testChangesInPlaceAreNoticed() {
    XCTAssertEqual(
      message("local set = lab.data.iris()\nset.x:mul_(2)\nprint(set:take(1))"),
      "script.lua:3: take: column 'x' was changed in place, but data sets do not change; change a copy, set.x:clone()")
  }
}
