import XCTest

/// Every value prints well.
final class PrintingTests: XCTestCase {
  private func check(_ expression: String, _ expected: String, line: UInt = #line) {
    XCTAssertEqual(try run("print(\(expression))"), expected + "\n", line: line)
  }

  func testTensors() {
    check("lab.tensor{1, 2.5, -3}", "{ 1.0000,  2.5000, -3.0000} float32 {3}")
    check("lab.tensor(3)", "3 float32")
    check("lab.zeros{0, 3}", "{} float32 {0, 3}")
    check("lab.tensor({1, 2}, 'int64')", "{1, 2} int64 {2}")
    check("lab.tensor{true, false}", "{ true, false} bool {2}")
    check("lab.tensor{{1, 2}, {3, 4}}", "{{1, 2},\n {3, 4}} float32 {2, 2}")
    XCTAssertTrue(try run("print(lab.rand{100, 100})").contains("float32 {100, 100}"))
    XCTAssertLessThan(try run("print(lab.rand{1000, 1000})").count, 2000)
  }

  func testModulesWeightsAndOthers() {
    check(
      "lab.nn.Sequential{ lab.nn.Linear(64, 128), lab.nn.ReLU(), lab.nn.Dropout(0.5) }",
      """
      Sequential  8,320 parameters
        1: Linear (weight {128, 64}, bias {128})  8,320 parameters
        2: ReLU
        3: Dropout p = 0.5
      """)
    check(
      "lab.nn.Linear(2, 2):weights()",
      "Weights: 6 numbers in 2 tensors\n  weight  float32 {2, 2}\n  bias  float32 {2}")
    check("lab.nn.class('Net')", "class Net")
    check(
      "lab.optim.SGD({lab.ones{3}}, {lr = 0.5})",
      "SGD {lr = 0.5, momentum = 0, dampening = 0, nesterov = false, weight_decay = 0} of 3 numbers in 1 tensor")
    check("lab.rng(1)", "Rng (0 blocks used)")
    check("{1, {a = 2}, 'x', lab.tensor{1}}", "{1, {a = 2}, \"x\", {1} float32 {1}}")
    check("lab.data.iris():take(3):order('sequential')", "ordering of 3 rows: in the order of the data")
  }
}
