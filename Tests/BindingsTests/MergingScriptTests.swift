import XCTest

/// Merging in scripts: what is built on weights' arithmetic, the options, and the errors.
final class MergingScriptTests: XCTestCase {
  private static let two = """
    local a, b = lab.nn.Linear(3, 2):weights(), lab.nn.Linear(3, 2):weights()
    local function near(x, y) return (x - y):norm() < 1e-6 end

    """

  private func truths(_ lua: String, _ count: Int, line: UInt = #line) throws {
    let printed = try run(Self.two + lua).split(separator: "\n").map(String.init)
    XCTAssertEqual(printed, Array(repeating: "true", count: count), line: line)
  }

  func testInterpolation() throws {
    try truths(
      """
      print(near(lab.merge.interpolate({a, b}, { t = 0.3 }), a * 0.7 + b * 0.3))
      local mixed = lab.merge.interpolate({a, b}, { t = 0, layers = { bias = 1 } })
      print(mixed.weight:equal(a.weight) and mixed.bias:equal(b.bias))
      print((lab.merge.interpolate({a, b}, { t = 0 }) - a):norm() == 0 and (lab.merge.interpolate({a, b}, { t = 1 }) - b):norm() == 0)
      """, 3)
  }

  func testGrafts() throws {
    try truths(
      """
      local g = lab.merge.graft(a, b, { on = "bias" })
      print(g.weight:equal(a.weight) and g.bias:equal(b.bias))
      local k, mask = lab.merge.graft(a, b, { keep = 0.5 })
      print(mask:flatten():sum():item() == 4 and near(k, a + mask * (b - a)))
      local same = true
      k:map(function(name, t) same = same and mask[name]:ne(0):where(b[name], a[name]):equal(t) return t end)
      print(same)
      print((lab.merge.graft(a, b, { mask = mask }) - k):norm() == 0)
      """, 4)
  }

  func testGreedySoup() throws {
    try truths(
      """
      local target = (a + b) / 2
      local far = a * 0 + 9
      local soup, chosen, best = lab.merge.greedy_soup({ far, a, b }, function(w) return -(w - target):norm() end)
      print(near(soup, target) and #chosen == 2 and chosen[1] ~= 1 and chosen[2] ~= 1)
      print(math.abs(best) < 1e-6)
      """, 2)
  }

  func testDiagonalFisherOfALogisticModel() throws {
    // d log p_y / dW_cj = ([c = y] - p_c) x_j, so the expectation over y is p_c (1 - p_c) x_j^2.
    try truths(
      """
      local net, data = lab.nn.Linear(4, 3), lab.data.iris():take(6)
      net:freeze("bias")
      local f = lab.merge.diagonal_fisher(net, data)
      local p = net(data.x):softmax(2)
      local spread = p * (1 - p)
      print((f.weight - spread:transpose(1, 2):matmul(data.x:square()) / 6):abs():max():item() < 1e-4)
      print((f.bias - spread:mean(1)):abs():max():item() < 1e-5)
      print(not net.bias.requires_grad and net:is_training())
      local own = lab.merge.diagonal_fisher(net, data, { labels = "data" })
      local slope = lab.one_hot(data.y, 3) - p
      print((own.weight - slope:square():transpose(1, 2):matmul(data.x:square()) / 6):abs():max():item() < 1e-4)
      print(near(lab.merge.fisher({ a, a }, { a * a, b * b }), a))
      """, 5)
  }

  func testTaskVectorsAroundABase() throws {
    try truths(
      """
      local base = a * 0.5
      print(near(lab.merge.task_arithmetic({ a, b }, { base = base, scale = 0.4 }), base + 0.4 * (a - base + b - base)))
      print(near(base + lab.merge.ties({ a - base, b - base }, { keep = 0.5 }), lab.merge.ties({ a, b }, { keep = 0.5, base = base })))
      local d = lab.merge.dare({ a }, { drop = 0.5, rng = lab.rng(1) })
      print((d - lab.merge.dare({ a }, { drop = 0.5, rng = lab.rng(1) })):norm() == 0)
      """, 3)
  }

  private func check(_ statement: String, _ expected: String, line: UInt = #line) {
    XCTAssertEqual(
      message(
        "local a, c = lab.nn.Linear(2, 2):weights(), lab.nn.Linear(2, 2, {bias = false}):weights()\n" + statement),
      "script.lua:2: " + expected, line: line)
  }

  func testErrors() {
    check(
      "lab.merge.ties({ a, c })",
      "ties: entry 2 does not agree with entry 1: the weights do not agree: missing 'bias'")
    check("lab.merge.ties(a)", "ties: argument 1 (weights) must be a table of Weights, but is a Weights")
    check("lab.merge.ties({ a, a }, { kep = 0.5 })", "ties: unknown option 'kep'; did you mean 'keep'?")
    check("lab.merge.soup({ a, a }, { base = a })", "soup: unknown option 'base'; the options are weights")
    check("lab.merge.slerp({ a })", "slerp: needs exactly 2 weights to merge, found 1")
    check(
      "lab.merge.graft(a, a)", "graft: needs exactly one of the options 'on', 'keep' and 'mask', found none")
    check("lab.merge.graft(a, a, { on = 'wieght' })", "graft: no name matches 'wieght'; did you mean 'weight'?")
    check(
      "lab.merge.interpolate({ a })", "interpolate: argument 1 must be a table of at least 2 weights, but is one of 1")
    check(
      "lab.merge.greedy_soup({ a }, 3)",
      "greedy_soup: argument 2 (score) must be a function of weights that gives a number, but is 3")
    check("lab.merge.agreement({ a, a }, { share = 2 })", "agreement: 'share' must be a number from 0 to 1, found 2")
    check("lab.prune.magnitude(a)", "magnitude: option 'keep' is missing")
    check("lab.prune.magnitude(a, { keep = 2 })", "magnitude: 'keep' must be a number from 0 to 1, found 2")
  }
}
