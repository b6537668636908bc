import Autodiff
import Basics
import Tensors
import XCTest

/// Arguments that rows refuse, with the sentence that a person reads.
final class RowErrorTests: XCTestCase {
  private func check(_ name: String, _ arguments: [Value], _ wanted: String, line: UInt = #line) throws {
    let row = try XCTUnwrap(Operations.named(name), line: line)
    do {
      _ = try row(arguments)
      XCTFail("\(name) took what it should refuse", line: line)
    } catch {
      XCTAssertEqual("\(error)", wanted, line: line)
    }
  }

  private func ids(_ values: [Int64]) throws -> Value { .tensor(try .from(values, shape: [values.count])) }

  func testShapes() throws {
    let x = Value.tensor(try .zeros([2, 3]))
    try check("reshape", [x, .integers([4, -1])], "6 elements do not fill shape {4, -1}: no size for -1 works")
    try check("reshape", [x, .integers([-1, -1])], "only one size may be -1, found {-1, -1}")
    try check("reshape", [x, .integers([5])], "shape {2, 3} has 6 elements and cannot become {5}, which has 5")
    try check("reshape", [x, .integers([-2, -3])], "a size cannot be negative, found -2")
    try check(
      "expand", [x, .integers([2, 2, 4])],
      "shape {2, 3} cannot be expanded to {2, 2, 4}: only dimensions of size 1 can grow, and new ones come first")
    try check("expand", [x, .integers([-1, 2, 3])], "a new dimension needs a size, found -1 at dimension 1")
    try check("permute", [x, .integers([0])], "the order must name each of the 2 dimensions once, found {1}")
    try check("squeeze", [x, .integers([1])], "dimension 2 has size 3, only size 1 can be squeezed")
    try check("t", [.tensor(.zeros([2]))], "needs a matrix, found shape {2}; name the dimensions with :transpose(a, b)")
    try check("unsqueeze", [x, .integer(0)], "dim is 0, but counting starts at 1 (-1 is the last)")
    try check(
      "unfold", [x, .integer(1), .integer(4), .integer(1)], "size must lie in 1 to 3, the size of dimension 2, found 4")
    try check("unfold", [x, .integer(1), .integer(2), .integer(0)], "step must be at least 1, found 0")
    try check("diag", [.tensor(.zeros([1, 1, 1])), .integer(0)], "needs a vector or a matrix, found shape {1, 1, 1}")
    try check("tile", [x, .integers([.max, 2])], "2 times \(Int.max) elements are more than memory can hold")
    try check("tile", [x, .integers([-1])], "a count cannot be negative, found -1")
  }

  func testPositions() throws {
    let x = Value.tensor(try .zeros([2, 3]))
    try check("select", [x, .integer(1), .integer(0)], "position is 0, but counting starts at 1 (-1 is the last)")
    try check("select", [x, .integer(1), .integer(4)], "position is 4, out of range 1 to 3")
    try check(
      "narrow", [x, .integer(1), .integer(2), .integer(3)], "positions 2 to 4 do not lie in dimension 2 of size 3")
    try check(
      "narrow", [x, .integer(1), .integer(2), .integer(-1)],
      "length must lie in 0 to 3, the size of dimension 2, found -1")
    try check("index_select", [x, .integer(0), ids([1, 0])], "id 0 is out of range: counting starts at 1")
    try check(
      "gather", [x, .integer(1), .tensor(.from([1, 4] as [Int64], shape: [2, 1]))], "id 4 is out of range 1 to 3")
    try check(
      "topk", [x, .integer(4), .integer(1), .boolean(true)], "k must lie in 0 to 3, the size of dimension 2, found 4")
    try check("one_hot", [ids([1, 5]), .integer(3)], "id 5 is out of range 1 to 3")
    try check("bincount", [ids([1, 0]), .integer(0)], "id 0 is out of range: counting starts at 1")
    try check("quantile", [x, .number(1.5), .none, .boolean(false)], "q must lie in 0 to 1, found 1.5")
  }

  func testJoiningAndSplitting() throws {
    let x = try Tensor.zeros([2, 3])
    try check("cat", [.tensors([]), .integer(1)], "needs at least one tensor")
    try check(
      "cat", [.tensors([x, .zeros([2, 2])]), .integer(1)],
      "tensor 2 has shape {2, 2}, the first {2, 3}: all sizes but dimension 1 must agree")
    try check(
      "cat", [.tensors([.scalar(1)]), .integer(1)], "dim is 1, but the tensor is a single number without dimensions")
    try check(
      "stack", [.tensors([x, .zeros([2, 2])]), .integer(1)],
      "tensor 2 has shape {2, 2}, the first {2, 3}: all must agree")
    try check(
      "split", [.tensor(x), .integers([1, 1]), .integer(1)], "sizes {1, 1} do not add up to 3, the size of dimension 2")
    try check("split", [.tensor(x), .integers([0]), .integer(1)], "the size of a piece must be at least 1, found 0")
    try check(
      "split", [.tensor(.zeros([1000])), .integers([1]), .integer(0)],
      "this would give 1000 results, but a call gives at most 200; take the pieces with :narrow() in a loop")
    try check("chunk", [.tensor(x), .integer(0), .integer(1)], "chunks must be at least 1, found 0")
  }

  func testMasksAndOrder() throws {
    let x = Value.tensor(try .zeros([2, 3]))
    try check("where", [x, x, x], "the condition must be a bool tensor, found float32")
    try check("masked_select", [x, x], "the mask must be a bool tensor, found float32")
    try check(
      "searchsorted", [.tensor(.from([2, 1] as [Float], shape: [2])), x, .boolean(false)],
      "the values to search in must be sorted, but position 2 is less than the one before")
    try check(
      "histogram", [x, .integer(2), .number(1), .number(0)],
      "the bins need a finite range with min below max, found 1.0 to 0.0; pass {min = ..., max = ...}")
    try check(
      "eq", [x, .tensor(.zeros([2]))], "shapes {2, 3} and {2} do not broadcast: sizes must be equal or 1, from the last"
    )
    try check(
      "quantile", [.tensor(.zeros([0])), .number(0.5), .none, .boolean(false)],
      "an empty dimension has no quantiles (shape {0})")
  }
}
