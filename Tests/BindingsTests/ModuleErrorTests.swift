import XCTest

/// Wrong uses of modules, weights and optimizers; where an error is inside a network, the message says where.
final class ModuleErrorTests: XCTestCase {
  private func check(_ statement: String, _ expected: String, line: UInt = #line) {
    XCTAssertEqual(message(statement), "script.lua:1: " + expected, line: line)
  }

  private static let network = """
    local Block = lab.nn.class("Block")
    function Block:init() self.attn = lab.nn.Linear(3, 4) end
    function Block:forward(x) return self.attn(x) end
    local Net = lab.nn.class("Net")
    function Net:init() self.blocks = { Block(), Block() } end
    function Net:forward(x)
      for _, block in ipairs(self.blocks) do x = block(x) end
      return x
    end

    """

  func testTheModulesPathStandsBehindTheSentence() {
    let misfit =
      "linear: an input of shape {2, 4} does not fit a weight of shape {4, 3}: wanted {..., inputs} and {outputs, inputs}"
    XCTAssertEqual(
      message(Self.network + "Net()(lab.ones{2, 3})"), "script.lua:7: \(misfit) (in Net.blocks.2.attn)")
    XCTAssertEqual(
      message(Self.network + "lab.nn.Sequential{ Net(), lab.nn.ReLU() }(lab.ones{2, 3})"),
      "script.lua:7: \(misfit) (in Sequential.1.blocks.2.attn)")
    XCTAssertEqual(
      message("local s = lab.nn.Sequential{ lab.nn.ReLU(), lab.nn.Linear(3, 2) }\ns(lab.ones{2, 2})"),
      "script.lua:2: linear: an input of shape {2, 2} does not fit a weight of shape {2, 3}: wanted {..., inputs} and {outputs, inputs} (in Sequential.2)"
    )
  }

  func testOwnCodeInsideModules() {
    let head = "local B = lab.nn.class('Block')\n"
    XCTAssertEqual(
      message(head + "function B:init() self.attn = 1 end\nfunction B:forward(x) return self.atn(x) end\nB()(1)"),
      "script.lua:3: Block has no field or method 'atn'; did you mean 'attn'?")
    XCTAssertEqual(
      message(head + "function B:forward(x) return nil + 1 end\nlab.nn.Sequential{ B() }(1)"),
      "script.lua:2: attempt to perform arithmetic on a nil value (in Sequential.1)")
    XCTAssertEqual(
      message(head + "function B:forward(x) return nothing end\nB()(1)"),
      "script.lua:2: undefined variable 'nothing' (in Block)")
    XCTAssertEqual(
      message(head + "B()(1)"), "script.lua:2: Block has no forward method; define function Block:forward(x)")
  }

  func testLayers() {
    check("lab.nn.Linear(2)", "Linear: argument 2 (outputs) must be a whole number from 1, but is nil")
    check("lab.nn.Linear(0, 2)", "Linear: argument 1 (inputs) must be a whole number from 1, but is 0")
    check("lab.nn.Linear(2, 2, {bas = true})", "Linear: unknown option 'bas'; did you mean 'bias'?")
    check("lab.nn.Linear(2, 2, {bias = 1})", "Linear: option 'bias' must be a boolean, but is 1")
    check(
      "lab.nn.Linear(2, 2).weigth = 1 print(lab.nn.Linear(2, 2).wight)",
      "Linear has no field or method 'wight'; did you mean 'weight'?")
    check(
      "lab.nn.Linear(2^40, 2^40)",
      "zeros: a tensor of shape {1099511627776, 1099511627776} has more elements than memory can hold (in Linear)")
    check("lab.nn.Dropout(1)", "Dropout: argument 1 (p) must be a number from 0 to below 1, but is 1")
    check(
      "lab.nn.BatchNorm1d(3)(lab.ones{1, 3})",
      "BatchNorm1d: training needs {batch, width} with a batch of at least 2, found shape {1, 3}")
    check(
      "lab.nn.LayerNorm(3)(lab.ones{2, 4})",
      "layer_norm: the weight has shape {3}, wanted the last size of the input, {4} (in LayerNorm)")
    check(
      "lab.nn.Embedding(3, 2)(lab.tensor({4}, 'int64'))", "embedding: id 4 is out of range 1 to 3 (in Embedding)")
    check(
      "lab.nn.Sequential{ lab.nn.ReLU(), 3 }", "Sequential: entry 2 must be a module or a function, but is 3")
    check(
      "lab.nn.Sequential(lab.nn.ReLU())",
      "Sequential: argument 1 must be a table of modules, as in lab.nn.Sequential{a, b}, but is a table")
    check("lab.nn.class(3)", "nn.class: argument 1 (name) must be a string")
  }

  func testWeightsAndPatterns() {
    let n = "local n = lab.nn.Linear(2, 2) "
    check(n + "n:freeze('wight')", "no parameter matches 'wight'; did you mean 'weight'?")
    check(n + "n:trace(lab.ones{1, 2}, 'foo')", "no module matches 'foo'")
    check(n + "n:at('wight')", "there is nothing at 'wight'; did you mean 'weight'?")
    check(n + "n:load(3)", "load: argument 1 (weights) must be a Weights, but is 3")
    check(
      n + "n:load(lab.nn.Linear(3, 2):weights())",
      "load: the weights do not agree: differing 'weight' {2, 2} against {2, 3}")
    check(
      n + "local w = n:weights() + lab.nn.Linear(3, 2):weights()",
      "+: the weights do not agree: differing 'weight' {2, 2} against {2, 3}")
    check(n + "print(n:weights().wight)", "Weights has no field or method 'wight'")
    check(
      n + "print(n:weights() == n:weights())", "==: Lua's comparison cannot compare weights; use (a - b):norm() == 0")
  }

  func testOptimizers() {
    let net = "local n = lab.nn.Linear(2, 2) "
    check(net + "lab.optim.Adam(n, {lrr = 1})", "Adam: unknown option 'lrr'; did you mean 'lr'?")
    check(net + "lab.optim.SGD(n, {lr = -1})", "SGD: 'lr' must be a number of at least 0, found -1")
    check(net + "lab.optim.SGD(n, {lr = 'x'})", "SGD: 'lr' must be a number, found a text")
    check("lab.optim.SGD({}, {lr = 1})", "SGD: an optimizer needs at least one parameter, found none")
    check("lab.optim.SGD(nil)", "SGD: argument 1 (parameters) must be a module or a table of Tensors, but is nil")
    check("lab.optim.SGD{3}", "SGD: entry 1 of the parameters must be a Tensor, but is 3")
    check(net + "lab.optim.AdamW{ {params = n, lrr = 1} }", "AdamW: unknown option 'lrr'; did you mean 'lr'?")
    check(net + "lab.optim.Adam(n).lrr = 1", "Optimizer has no assignable field 'lrr'; did you mean 'lr'?")
    check(net + "lab.optim.Adam(n):minimize(3)", "minimize: argument 1 (loss) must be a Tensor, but is 3")
    check(
      net + "lab.optim.Adam(n):minimize(n(lab.ones{1, 2}):sum(), {clipp = 1})",
      "minimize: unknown option 'clipp'; did you mean 'clip'?")
    check(net + "lab.optim.clip(n, {})", "clip: needs {norm = limit} or {value = limit}")
  }
}
