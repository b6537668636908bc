import XCTest

/// Layers against their formulas, in float64 loops or in plain operations.
final class LayerFormulaTests: XCTestCase {
  func testBatchNorm() throws {
    XCTAssertEqual(
      try run(
        """
        local norm = lab.nn.BatchNorm1d(3, {momentum = 0.25})
        lab.no_grad(function() norm.weight:copy_(lab.tensor{1, 2, 3}); norm.bias:copy_(lab.tensor{0, 1, -1}) end)
        local x = lab.randn{8, 3} * 4 + 2
        local y = norm(x)
        local mean, variance = x:mean(1), x:var(1, {correction = 0})
        local expected = (x - mean) / (variance + 1e-5):sqrt() * lab.tensor{1, 2, 3} + lab.tensor{0, 1, -1}
        print((y - expected):abs():max():item() < 1e-5)
        print((norm.running_mean - mean * 0.25):abs():max():item() < 1e-5)
        print((norm.running_var - (0.75 + x:var(1) * 0.25)):abs():max():item() < 1e-4)
        norm:eval()
        local kept = norm.running_mean:clone()
        local z = norm(x)
        local other = (x - norm.running_mean) / (norm.running_var + 1e-5):sqrt() * lab.tensor{1, 2, 3} + lab.tensor{0, 1, -1}
        print((z - other):abs():max():item() < 1e-5, norm.running_mean:equal(kept))
        print(table.concat(norm:weights():names(), " "), #norm:parameters())
        """), "true\ntrue\ntrue\ntrue\ttrue\nweight bias running_mean running_var\t2\n")
  }

  func testLayerNorm() throws {
    XCTAssertEqual(
      try run(
        """
        local norm = lab.nn.LayerNorm(5)
        lab.no_grad(function() norm.weight:copy_(lab.arange(5)); norm.bias:copy_(lab.arange(5) * -1) end)
        local x = (lab.randn{2, 3, 5} * 3 + 1):requires_grad_()
        local function plain(x)
          local mean = x:mean(-1, {keepdim = true})
          local variance = (x - mean):square():mean(-1, {keepdim = true})
          return (x - mean) / (variance + 1e-5):sqrt() * norm.weight + norm.bias
        end
        print((norm(x) - plain(x)):abs():max():item() < 1e-5)
        local seed = lab.randn{2, 3, 5}
        local a = lab.grad((norm(x) * seed):sum(), {x, norm.weight, norm.bias})
        local b = lab.grad((plain(x) * seed):sum(), {x, norm.weight, norm.bias})
        for i = 1, 3 do print((a[i] - b[i]):abs():max():item() < 1e-4) end
        """),
      "true\ntrue\ntrue\ntrue\n")
  }

  func testDropout() throws {
    XCTAssertEqual(
      try run(
        """
        local drop = lab.nn.Dropout(0.25)
        local x = lab.ones{100000}:requires_grad_()
        local y = drop(x)
        local zeros = y:eq(0):sum():item() / 100000
        print(math.abs(zeros - 0.25) < 0.01, y:max():item() == lab.tensor(1 / 0.75):item())
        y:sum():backward()
        print(x.grad:equal(y:detach()))
        print(drop(x):equal(y), drop:eval()(x):equal(x:detach()), lab.nn.Dropout(0)(x):equal(x:detach()))
        """), "true\ttrue\ntrue\nfalse\ttrue\ttrue\n")
  }

  func testLinearAndEmbedding() throws {
    XCTAssertEqual(
      try run(
        """
        local layer = lab.nn.Linear(4, 3)
        local x = lab.randn{2, 5, 4}
        local expected = x:matmul(layer.weight:transpose(1, 2)) + layer.bias
        print((layer(x) - expected):abs():max():item() < 1e-5, layer.weight:abs():max():item() <= 0.5)
        local table = lab.nn.Embedding(5, 3)
        local ids = lab.tensor({{1, 5}, {1, 2}}, "int64")
        local y = table(ids)
        print(y.shape, y[{2, 1}]:equal(table.weight[1]:detach()))
        y:sum():backward()
        print(table.weight.grad:sum(2))
        """), "true\ttrue\n{2, 2, 3}\ttrue\n{6, 3, 0, 0, 3} float32 {5}\n")
  }
}
