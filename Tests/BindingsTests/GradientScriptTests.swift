import XCTest

/// Gradients as scripts use them.
final class GradientScriptTests: XCTestCase {
  func testValueAndGrad() throws {
    XCTAssertEqual(
      try run(
        """
        local f = lab.value_and_grad(function(w, b) return (w * 3 + b):square():sum() end)
        local w = lab.tensor{1, 2}
        local value, grads = f(w, lab.tensor{-2})
        print(value, grads[1], grads[2], w.requires_grad, value.requires_grad)
        local g = lab.value_and_grad(function(x) return (x ^ 3):sum() end, {create_graph = true})
        local x = lab.tensor{2}:requires_grad_()
        local _, first = g(x)
        print(lab.grad(first[1]:sum(), {x})[1])
        """), "17 float32\t{ 6, 24} float32 {2}\t{10} float32 {1}\tfalse\tfalse\n{12} float32 {1}\n")
  }

  func testHessianVectorProducts() throws {
    XCTAssertEqual(
      try run(
        """
        local a = lab.tensor({{2, 1}, {1, 3}}, "float64")
        local function f(x) return (x:matmul(a) * x):sum() / 2 end
        print(lab.hvp(f, lab.tensor({5, -1}, "float64"), lab.tensor({1, 2}, "float64")))
        print(lab.hvp(function(x) return (x ^ 3):sum() end, lab.tensor{1, 2}, lab.tensor{1, 10}))
        print(lab.hvp(function(x) return x:sum() end, lab.tensor{1, 2}, lab.tensor{1, 10}))
        """), "{4, 7} float64 {2}\n{  6, 120} float32 {2}\n{0, 0} float32 {2}\n")
  }

  func testPerSampleGradientsAddUpToTheBatchGradient() throws {
    XCTAssertEqual(
      try run(
        """
        local net = lab.nn.Sequential{ lab.nn.Linear(3, 4), lab.nn.Tanh(), lab.nn.Linear(4, 2) }
        local x, y = lab.randn{5, 3}, lab.tensor({1, 2, 1, 2, 2}, "int64")
        local function loss(x, y) return lab.nn.cross_entropy(net(x), y) end
        local each = lab.per_sample_grad(loss, net, x, y)
        local whole = lab.grad(loss(x, y), net:parameters())
        local worst = 0
        for k, gradient in ipairs(each) do
          assert(gradient:size(1) == 5)
          worst = math.max(worst, (gradient:mean(1) - whole[k]):abs():max():item())
        end
        print(#each, worst < 1e-6)
        """), "4\ttrue\n")
  }

  func testStraightThroughKeepsTheValueExactly() throws {
    XCTAssertEqual(
      try run(
        """
        local w = lab.tensor{0.2, 1.7, 1e8}:requires_grad_()
        local y = lab.straight_through(w:round(), w:tanh())
        local loss = (y * lab.tensor{1, 2, 3}):sum()
        loss:backward()
        local expected = lab.tensor{1, 2, 3} * (1 - w:detach():tanh():square())
        print(y:equal(lab.tensor{0, 2, 1e8}), (w.grad - expected):abs():max():item() < 1e-6)
        """), "true\ttrue\n")
  }

  func testCustomGradientsAndHooks() throws {
    XCTAssertEqual(
      try run(
        """
        local cube = lab.custom_gradient(function(x) return x ^ 3 end, function(g, y, x) return g * x * x * 3 end)
        local w = lab.tensor{2}:requires_grad_()
        local first = lab.grad(cube(w):sum(), {w}, {create_graph = true})[1]
        print(first, lab.grad(first:sum(), {w})[1])
        local y, seen = w * 2, nil
        y:register_hook(function(g) seen = g:item(); return g * 10 end)
        y:sum():backward()
        print(seen, w.grad)
        """), "{12} float32 {1} requires_grad\t{12} float32 {1}\n1.0\t{20} float32 {1}\n")
  }

  func testRecordingComesBackAfterErrors() throws {
    XCTAssertEqual(
      try run(
        """
        print(pcall(lab.no_grad, function() error("stop", 0) end))
        print(lab.is_grad_enabled())
        print((pcall(lab.no_grad, function() lab.no_grad(function() lab.ones{2}:sum(7) end) end)))
        print(lab.is_grad_enabled())
        local f = lab.custom_gradient(function(x) error("inside", 0) end, function(g) return g end)
        print(pcall(f, lab.ones{2}:requires_grad_()))
        print(lab.is_grad_enabled())
        local w = lab.ones{2}:requires_grad_()
        local y = w * 2
        y:register_hook(function() error("hook", 0) end)
        print(pcall(y.backward, y, lab.ones{2}))
        print(lab.is_grad_enabled(), (w * 2).requires_grad)
        print(lab.no_grad(function(...) return select("#", ...), (w * 2).requires_grad end, 1, nil, nil))
        """),
      "false\tstop\ntrue\nfalse\ntrue\nfalse\tinside\ntrue\nfalse\thook\ntrue\ttrue\n3\tfalse\n")
  }
}
