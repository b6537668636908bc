import Foundation
import XCTest

/// The dtype as an argument of its own and as an option; hints for tensors among numbers.
final class CreationOptionTests: XCTestCase {
  func testDTypeBothWays() throws {
    for call in [
      "zeros({2}, @)", "ones({2}, @)", "full({2}, 1, @)", "eye(2, @)", "eye(2, 3, @)", "arange(3, @)",
      "arange(1, 3, @)", "arange(1, 3, 1, @)", "linspace(0, 1, 3, @)", "tensor({1, 2}, @)", "rand({2}, @)",
      "randn({2}, @)", "uniform({2}, 0, 1, @)", "normal({2}, 0, 1, @)", "bernoulli({2}, 0.5, @)",
    ] {
      for dtype in ["\"float64\"", "{dtype = \"float64\"}"] {
        let lua = "lab." + call.replacingOccurrences(of: "@", with: dtype)
        XCTAssertEqual(try run("print(\(lua).dtype)"), "float64\n", lua)
      }
    }
    XCTAssertEqual(
      message("lab.zeros({2}, {dtyp = 'float64'})"), "script.lua:1: zeros: unknown option 'dtyp'; did you mean 'dtype'?"
    )
    XCTAssertEqual(
      message("lab.zeros({2}, {dtype = 'float46'})").hasPrefix("script.lua:1: zeros: option 'dtype' must be one of"),
      true,
      message("lab.zeros({2}, {dtype = 'float46'})"))
  }

  func testATensorAmongLuasNumbers() {
    let hint = " (number expected, got Tensor); t:item() is the number of a Tensor with one element"
    XCTAssertEqual(
      message("local t = lab.ones{2}\nprint(math.sqrt(t[1]:sum()))"), "script.lua:2: bad argument #1 to 'sqrt'" + hint)
    XCTAssertEqual(
      message("print(string.format('%.2f', lab.ones{2}:sum()))"), "script.lua:1: bad argument #2 to 'format'" + hint)
  }
}
