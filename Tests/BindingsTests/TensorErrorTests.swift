import XCTest

/// Every wrong use of a tensor has one clear sentence with the script's line.
final class TensorErrorTests: XCTestCase {
  private func check(_ statement: String, _ expected: String, line: UInt = #line) {
    XCTAssertEqual(message("local x = lab.ones{2, 3}\n" + statement), "script.lua:2: " + expected, line: line)
  }

  func testShapes() {
    check("lab.zeros{-1}", "zeros: a size cannot be negative, found -1")
    check(
      "lab.zeros{2^62, 2^62}",
      "zeros: a tensor of shape {4611686018427387904, 4611686018427387904} has more elements than memory can hold")
    check("lab.zeros{3, 1.5}", "zeros: entry 2 of argument 1 (shape) must be an integer, but is 1.5")
    check("lab.zeros{0/0}", "zeros: entry 1 of argument 1 (shape) must be an integer, but is NaN")
    check(
      "lab.zeros(3)",
      "zeros: argument 1 (shape) must be a shape such as {2, 3}, but is 3; a shape is a table, as in {2, 3}")
    check("lab.zeros{1, 1, 1, 1, 1, 1, 1, 1, 1}", "zeros: a tensor has at most 8 dimensions, found 9")
    check("lab.eye(2^32)", "eye: a tensor of shape {4294967296, 4294967296} has more elements than memory can hold")
    check("lab.arange(1, 2^60)", "arange: a range of 1.152921504606847e+18 numbers is more than memory can hold")
    check(
      "lab.linspace(0, 1, 2^50)",
      "linspace: a tensor of shape {1125899906842624} has more elements than memory can hold")
    check("x:reshape{4, 2}", "reshape: shape {2, 3} has 6 elements and cannot become {4, 2}, which has 8")
    check(
      "lab.tensor{{1, 2}, {3}}", "tensor: entry 2 of argument 1 (values) has 1 entry where the rows before it have 2")
    check(
      "lab.tensor{1, nil, 3}",
      "tensor: argument 1 (values) must be a list without gaps, but some of its entries are nil")
    let huge = message("lab.zeros{2^40}")
    XCTAssertTrue(huge.hasPrefix("script.lua:1: zeros: this needs 4.4 TB, but tensors hold "), huge)
  }

  func testTypes() {
    check("lab.relu(io.stderr)", "relu: argument 1 (x) must be a Tensor, but is a file")
    check("local y = x + io.stderr", "+: argument 2 must be a Tensor or a number, but is a file")
    check("local y = x + nil", "+: argument 2 must be a Tensor or a number, but is nil")
    check("local y = x + {1}", "+: argument 2 must be a Tensor or a number, but is a table")
    check("local y = x .. 'a'", "..: a Tensor is not text; use tostring(x), or lab.cat to join tensors")
    check("local y = x + x:to('float64')", "+: found float32 and float64; convert one with :to(\"float32\")")
    check(
      "lab.ones({2}, 'float16')",
      "ones: argument 2 (dtype) must be one of 'float32', 'float64', 'int64', 'bool', but is a string 'float16'; did you mean 'float32'?"
    )
    check("lab.tensor({1.5}, 'int64')", "tensor: an int64 tensor cannot hold 1.5")
    check("lab.cat{x, 3}", "cat: entry 2 of argument 1 (tensors) must be a Tensor, but is 3")
    check("lab.where(x, 1, 2)", "where: the condition must be a bool tensor, found float32")
    check(
      "x.sum()", "sum: must be called on a Tensor, as in x:sum(...), but was called without an object")
    check("x.sum(lab)", "sum: must be called on a Tensor, as in x:sum(...), but was called on a table")
    check("for k in pairs(x) do end", "pairs: argument 1 must be a table, but is of type Tensor")
  }

  func testDimensionsAndIndexes() {
    check("x:sum(0)", "sum: argument 1 (dim) is 0, but dimensions count from 1 (-1 is the last)")
    check("x:sum(3)", "sum: argument 1 (dim) is 3, but the tensor has 2 dimensions")
    check("x:size(-3)", "size: argument 1 (dim) is -3, but the tensor has 2 dimensions")
    check("local y = x[3]", "index 3 is out of range 1 to 2 in dimension 1")
    check("local y = x[0]", "index 0 is out of range: counting starts at 1 (-1 is the last)")
    check("local y = x[1.5]", "argument 1 must be an integer, but is 1.5")
    check("x[5] = 1", "index 5 is out of range 1 to 2 in dimension 1")
    check("local y = x[{1, 4}]", "index 4 is out of range 1 to 3 in dimension 2")
    check("local y = x[{1, 1, 1}]", "an index of 3 entries, but the tensor has 2 dimensions")
    check("local y = x[{{1, 2, 0}}]", "the step of a run must be at least 1, found 0")
    check("x:topk(5)", "topk: k must lie in 0 to 3, the size of dimension 2, found 5")
    check(
      "x:gather(1, lab.tensor({{0}}, 'int64'))", "gather: id 0 is out of range: counting starts at 1")
    check("lab.zeros{0}:max()", "max: an empty dimension has no greatest or least element (shape {0})")
  }

  func testFitting() {
    check(
      "local y = x + lab.ones{2, 4}",
      "+: shapes {2, 3} and {2, 4} do not broadcast: sizes must be equal or 1, from the last")
    check(
      "x:matmul(x)",
      "matmul: shapes {2, 3} and {2, 3} do not fit: the last size of the first (3) must equal the second-last size of the second (2)"
    )
    check(
      "lab.cat{lab.ones{2}, x}", "cat: tensor 2 has shape {2, 3}, the first {2}: all sizes but dimension 1 must agree")
    check("lab.cat{}", "cat: needs at least one tensor")
    check("x:item()", "item: only a tensor with one element is one number; this one has shape {2, 3}; use :totable()")
  }

  func testConditionsAndNames() {
    check(
      "print(x == x:clone())",
      "==: Lua's comparison gives one boolean; use a:eq(b) for a mask, a:equal(b) for true or false")
    for operation in ["x < x", "x < 1"] {
      check(
        "print(\(operation))",
        "<: Lua's comparison gives one boolean; use a:lt(b) for a mask, or :item() to compare single numbers")
    }
    check("print(x.shap)", "Tensor has no field or method 'shap'; did you mean 'shape'?")
    check("x:sofmax(1)", "Tensor has no field or method 'sofmax'; did you mean 'softmax'?")
    check("x.shape = {3}", "Tensor has no assignable field 'shape'")
    check("print(lab.zeroes)", "lab has no 'zeroes'; did you mean 'zeros'?")
    check("lab.nn.Linaer(1, 2)", "lab.nn has no 'Linaer'; did you mean 'Linear'?")
    check("lab.optim.Adamm({x})", "lab.optim has no 'Adamm'; did you mean 'Adam'?")
    check("lab.data.digit()", "lab.data has no 'digit'; did you mean 'digits'?")
    check("print(undefined)", "undefined variable 'undefined'")
    check("require 'nope'", "require: there is no module 'nope'")
  }

  func testOptions() {
    check("x:softmax(1, 3)", "softmax: too many arguments: use softmax(x, dim = -1)")
    check("x:sum(1, {keepdims = true})", "sum: unknown option 'keepdims'; did you mean 'keepdim'?")
    check("x:sum(1, {keepdim = 3})", "sum: option 'keepdim' must be true or false, but is 3")
    check("x:sum(1, true)", "sum: options go in a trailing table, such as {keepdim = ...}, but found true")
    check(
      "lab.nn.cross_entropy(x, lab.tensor({1, 4}, 'int64'))", "cross_entropy: class id 4 is out of range 1 to 3")
    check(
      "lab.nn.cross_entropy(x, lab.tensor({0, 1}, 'int64'))",
      "cross_entropy: class id 0 is out of range: counting starts at 1")
  }

  func testEmptyAndSpecialNumbersAreNotErrors() throws {
    XCTAssertEqual(
      try run(
        """
        local empty, odd = lab.zeros{0, 3}, lab.tensor{0/0, 1/0, -1/0}
        print(empty:sum():item(), empty:sum(1):totable()[3], empty:matmul(lab.ones{3, 2}).shape, #empty)
        print(odd, odd:isnan():any():item(), odd:isfinite():any():item(), lab.tensor{}:numel())
        for i, row in ipairs(lab.tensor{{1, 2}, {3, 4}}) do print(i, row:sum():item()) end
        """), "0.0\t0.0\t{0, 2}\t0\n{ nan,  inf, -inf} float32 {3} (1 nan, 2 inf)\ttrue\tfalse\t0\n1\t3.0\n2\t7.0\n")
  }

  func testScriptsThatNeverEndOrNeverBegin() {
    XCTAssertEqual(
      message("local function f()\n  return 1 + f()\nend\nf()"),
      "script.lua:2: stack overflow: calls are nested too deeply (a recursion without end?)")
    XCTAssertEqual(message("local y = = 1"), "script.lua:1: unexpected symbol near '='")
    XCTAssertEqual(message("local t = {}\nt[nil] = 1"), "script.lua:2: table index is nil")
  }
}
