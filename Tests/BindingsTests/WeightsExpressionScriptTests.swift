import Foundation
import Tensors
import XCTest

/// Arithmetic on weights in scripts, which waits until it is asked: scripts must not be able to tell.
final class WeightsExpressionScriptTests: XCTestCase {
  private static let start = """
    local net = lab.nn.Linear(3, 2, { bias = false })
    local a, b = net:weights(), lab.nn.Linear(3, 2, { bias = false }):weights()
    local tau = b - a
    local x, y = a.weight:clone(), b.weight:clone()
    local wanted, wanted_tau = x + 0.3 * (y - x), y - x
    local theta = a + 0.3 * tau

    """
  private static let end = """

    print(theta.weight:equal(wanted) and tau.weight:equal(wanted_tau) and (theta - a):norm() > 0)
    """

  /// What scripts can do to the weights of a formula before they look at its result.
  func testChangesBeforeTheResultIsRead() throws {
    let path = FileManager.default.temporaryDirectory.path + "/perilune-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let changes = [
      "", "a.weight:fill_(0)", "a.weight[1] = 7", "a.weight[{1, 2}] = 7", "b.weight:copy_(a.weight)",
      "a.weight:narrow(2, 1, 1):fill_(3)", "a.weight:reshape{ 6 }[2] = 4", "a.weight:transpose(1, 2):fill_(1)",
      "for _, t in pairs(a) do t:fill_(2) end", "a:map(function(_, t) t:fill_(2) return t end)",
      "net:load(b)", "net:load(theta)", "net:with(theta, function() net.weight:detach():fill_(0) end)",
      "local v = a.weight v:requires_grad_() v.grad = lab.ones_like(v) lab.optim.SGD({ v }, { lr = 1 }):step()",
      "lab.save(\"\(path)\", theta) b.weight:fill_(1) print(lab.load(\"\(path)\").weight:equal(wanted))",
    ]
    for change in changes {
      let printed = try run(Self.start + change + Self.end)
      XCTAssertEqual(Set(printed.split(separator: "\n")), ["true"], change)
    }
  }

  /// Weights that alias a network's parameters are read before the network learns.
  func testWeightsOfViewsOfParameters() throws {
    let printed = try run(
      """
      local net = lab.nn.Linear(2, 2, { bias = false })
      local shared = net:weights():map(function() return net.weight:detach() end)
      local before = net.weight:detach():clone()
      local twice = shared * 2
      net.weight.grad = lab.ones_like(net.weight)
      lab.optim.AdamW(net, { lr = 0.1 }):step()
      print(twice.weight:equal(before * 2), shared.weight:equal(net.weight:detach()), shared.weight:equal(before))
      """)
    XCTAssertEqual(printed, "true\ttrue\tfalse\n")
  }

  /// What does not need numbers does not compute them, and says the same before as after.
  func testNamesAndSizesDoNotNeedNumbers() throws {
    let printed = try run(
      Self.start + """
        local text = tostring(theta)
        print(#theta, theta:names()[1], theta:numel(), theta:zeros_like():norm() == 0)
        theta.weight:sum()
        print(text == tostring(theta))
        """)
    XCTAssertEqual(printed, "1\tweight\t6\ttrue\ntrue\n")
  }

  func testErrorsAreThoseOfTheLineOfTheFormula() {
    XCTAssertTrue(
      message(
        "local a = lab.nn.Linear(2, 2):weights()\nlocal sum = a + 1\nlocal bad = sum * lab.nn.Linear(3, 2):weights()\nprint(bad:norm())"
      ).hasPrefix("script.lua:3:"))
  }

  func testMergingWithABaseEqualsTheFormula() throws {
    let printed = try run(
      """
      local function model() return lab.nn.Linear(40, 30):weights() end
      local base, m, n = model(), model(), model()
      local merged = lab.merge.task_arithmetic({ m, n }, { base = base, scale = 0.4, weights = { 1, -2 } })
      local formula = base + (0.4 * (m - base) + (0.4 * -2) * (n - base))
      print(merged.weight:equal(formula.weight), merged.bias:equal(formula.bias))
      local soup = lab.merge.soup({ base, m, n }, { weights = { 1, 1, 2 } })
      print(soup.weight:equal((0.25 * base + 0.25 * m + 0.5 * n).weight))
      local rng = lab.rng(3)
      local thin = lab.merge.dare({ m, n }, { base = base, drop = 0.5, rng = rng })
      print(thin:norm() > 0, lab.merge.dare({ m, n }, { base = base, drop = 0.5, rng = lab.rng(3) }).weight:equal(thin.weight))
      """)
    XCTAssertEqual(printed, "true\ttrue\ntrue\ntrue\ttrue\n")
  }

  func testNothingIsLeft() throws {
    let before = Storage.statistics
    _ = try run(
      """
      local sum = lab.nn.Linear(300, 300):weights()
      for i = 1, 50 do sum = sum + 0.5 * lab.nn.Linear(300, 300):weights() end
      local unused = sum * 2 - 1
      print(sum:norm())
      """)
    XCTAssertEqual(Storage.statistics.bytes, before.bytes)
    XCTAssertEqual(Storage.statistics.blocks, before.blocks)
    XCTAssertNil(Storage.beforeChange)
  }
}
