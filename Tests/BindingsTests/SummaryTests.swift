import XCTest

final class SummaryTests: XCTestCase {
  func testShapesCountsAndOperations() throws {
    let text = try run(
      """
      local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }
      print(lab.summary(net, {lab.ones{16, 4}}))
      """)
    // A product of {16, 4} and {4, 8} and its bias: 2 * 16 * 4 * 8 + 16 * 8 = 1152; then 128; then 2 * 16 * 8 * 2 + 32 = 544.
    XCTAssertEqual(
      text,
      """
      module       output   parameters  FLOPs  output bytes
      Sequential   {16, 2}          58   1824         128 B
        1: Linear  {16, 8}          40   1152         512 B
        2: ReLU    {16, 8}                128         512 B
        3: Linear  {16, 2}          18    544         128 B
      58 parameters (58 trainable), 232 B; one call: 1824 FLOPs

      """)
  }

  func testModulesOfManyCallsAndOfNone() throws {
    let text = try run(
      """
      local Twice = lab.nn.class("Twice")
      function Twice:init() self.layer = lab.nn.Linear(2, 2); self.spare = lab.nn.Linear(2, 2) end
      function Twice:forward(x) return self.layer(self.layer(x)) end
      local net = Twice()
      print(lab.summary(net, lab.ones{1, 2}))
      net(lab.ones{1, 2}):sum():backward()
      print(net:is_training(), net.layer.weight.grad.shape[1])
      """)
    XCTAssertTrue(text.contains("layer: Linear (2 calls)"), text)
    XCTAssertTrue(text.contains("not called"), text)
    XCTAssertTrue(text.hasSuffix("true\t2\n"), text)
  }

  func testErrors() throws {
    XCTAssertEqual(
      message("lab.summary(3)"), "script.lua:1: summary: argument 1 (net) must be a module, but is 3")
    XCTAssertEqual(
      message("lab.summary(lab.nn.ReLU())"),
      "script.lua:1: summary: argument 2 (inputs) must be a tensor or a table of the net's arguments, as in lab.summary(net, {x}), but is nil"
    )
  }
}
