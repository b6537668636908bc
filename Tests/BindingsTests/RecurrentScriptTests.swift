import Kernels
import XCTest

/// Recurrent layers as scripts use them.
final class RecurrentScriptTests: XCTestCase {
  func testWholeSequencesEqualLoopsOfCells() throws {
    for kind in ["LSTM", "GRU"] {
      XCTAssertEqual(
        try run(
          """
          local net, cell = lab.nn.\(kind)(3, 5), lab.nn.\(kind)Cell(3, 5)
          lab.no_grad(function()
            for _, name in ipairs{"weight_ih", "weight_hh", "bias_ih", "bias_hh"} do cell[name]:copy_(net[name .. "_l0"]) end
          end)
          local x, seed = lab.randn{9, 6, 3}, lab.randn{9, 6, 5}
          local y, h, c = net(x)
          local steps, hh, cc = {}, nil, nil
          for t = 1, 6 do
            hh, cc = cell(x:select(2, t), hh, cc)
            steps[t] = hh
          end
          local z = lab.stack(steps, 2)
          print((y - z):abs():max():item() < 1e-6, (h[1] - hh):abs():max():item() < 1e-6)
          if cc then print((c[1] - cc):abs():max():item() < 1e-6) end
          local a = lab.grad((y * seed):sum(), {net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0, net.bias_hh_l0})
          local b = lab.grad((z * seed):sum(), {cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh})
          for i = 1, 4 do print((a[i] - b[i]):abs():max():item() < 1e-4) end
          """), (kind == "LSTM" ? "true\ttrue\ntrue\n" : "true\ttrue\n") + String(repeating: "true\n", count: 4), kind)
    }
  }

  func testPassingTheStateEqualsTheWholeSequence() throws {
    for kind in ["RNN", "LSTM", "GRU"] {
      XCTAssertEqual(
        try run(
          """
          local net = lab.nn.\(kind)(3, 4, {layers = 2})
          local x = lab.randn{2, 7, 3}
          local y, h, c = net(x)
          local y1, h1, c1 = net(x:narrow(2, 1, 3))
          local y2, h2, c2 = net(x:narrow(2, 4, 4), {h = h1, c = c1})
          print((lab.cat({y1, y2}, 2) - y):abs():max():item() < 1e-6, (h2 - h):abs():max():item() < 1e-6)
          """), "true\ttrue\n", kind)
    }
  }

  func testDirectionsAndLengths() throws {
    for kind in ["RNN", "LSTM", "GRU"] {
      XCTAssertEqual(
        try run(
          """
          local net = lab.nn.\(kind)(3, 4, {bidirectional = true, layers = 2})
          local x = lab.randn{3, 5, 3}
          local y, h = net(x, {lengths = {5, 2, 0}})
          print(y.shape, h.shape)
          -- What stands behind the end of a sequence does not matter, and outputs there are 0.
          local alone, state = net(x:narrow(1, 2, 1):narrow(2, 1, 2))
          print((y:narrow(1, 2, 1):narrow(2, 1, 2) - alone):abs():max():item() < 1e-6)
          print((h:narrow(2, 2, 1) - state):abs():max():item() < 1e-6)
          print(y[2]:narrow(1, 3, 3):abs():max():item(), y[3]:abs():max():item(), h:narrow(2, 3, 1):abs():max():item())
          -- The second direction is the first one on the flipped sequence.
          local one = lab.nn.\(kind)(3, 4, {bidirectional = true})
          local other = lab.nn.\(kind)(3, 4)
          lab.no_grad(function()
            for _, name in ipairs{"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"} do other[name]:copy_(one[name .. "_reverse"]) end
          end)
          print(((one(x)):narrow(3, 5, 4) - (other(x:flip(2))):flip(2)):abs():max():item() < 1e-6)
          """), "{3, 5, 8}\t{4, 3, 4}\ntrue\ntrue\n0.0\t0.0\t0.0\ntrue\n", kind)
    }
  }

  func testSizesOneAndZero() throws {
    for kind in ["RNN", "LSTM", "GRU"] {
      XCTAssertEqual(
        try run(
          """
          local net = lab.nn.\(kind)(1, 1)
          for _, shape in ipairs{ {1, 1, 1}, {2, 0, 1}, {0, 3, 1} } do
            local y, h = net(lab.ones(shape))
            local g = lab.grad(y:sum() + h:sum(), {net.weight_ih_l0})
            print(y.shape, h.shape, g[1].shape)
          end
          """),
        "{1, 1, 1}\t{1, 1, 1}\t{\(kind == "RNN" ? 1 : kind == "GRU" ? 3 : 4), 1}\n"
          + "{2, 0, 1}\t{1, 2, 1}\t{\(kind == "RNN" ? 1 : kind == "GRU" ? 3 : 4), 1}\n"
          + "{0, 3, 1}\t{1, 0, 1}\t{\(kind == "RNN" ? 1 : kind == "GRU" ? 3 : 4), 1}\n", kind)
    }
  }

  func testBitsDoNotDependOnThreads() throws {
    let before = Parallel.threads
    defer { Parallel.threads = before }
    // 24 stays in a core's cache, 200 (LSTM and GRU) goes step by step.
    for (kind, width) in [("LSTM", 24), ("GRU", 24), ("RNN", 24), ("LSTM", 200), ("GRU", 220)] {
      var texts: [String] = []
      for threads in 1...4 {
        Parallel.threads = threads
        texts.append(
          try run(
            """
            local net = lab.nn.\(kind)(10, \(width))
            local y, h = net(lab.randn{21, 4, 10})
            local g = lab.grad((y * lab.randn{21, 4, \(width)}):sum() + h:sum(), net:parameters())
            local sum = 0
            print(string.format("%a", (y:to("float64") * lab.arange(y:numel()):reshape(y.shape):to("float64")):sum():item()))
            for _, t in ipairs(g) do print(string.format("%a", (t:to("float64") * lab.arange(t:numel()):reshape(t.shape):to("float64")):sum():item())) end
            """))
      }
      XCTAssertEqual(Set(texts).count, 1, "\(kind) \(width)")
    }
  }

  func testLargeWeightsAgreeWithCells() throws {
    XCTAssertEqual(
      try run(
        """
        local net, cell = lab.nn.LSTM(4, 200), lab.nn.LSTMCell(4, 200)
        lab.no_grad(function()
          for _, name in ipairs{"weight_ih", "weight_hh", "bias_ih", "bias_hh"} do cell[name]:copy_(net[name .. "_l0"]) end
        end)
        local x = lab.randn{5, 3, 4}
        local y = net(x)
        local h, c
        for t = 1, 3 do h, c = cell(x:select(2, t), h, c) end
        print((y:select(2, 3) - h):abs():max():item() < 1e-5)
        local a = lab.grad(y:select(2, 3):sum(), {net.weight_hh_l0})[1]
        local b = lab.grad(h:sum(), {cell.weight_hh})[1]
        print((a - b):abs():max():item() < 1e-4)
        """), "true\ntrue\n")
  }

  func testWeightsHaveTheUsualNames() throws {
    XCTAssertEqual(
      try run(
        """
        local net = lab.nn.GRU(2, 3, {layers = 2, bidirectional = true, dropout = 0.5})
        for _, p in ipairs(net:named_parameters()) do io.write(p[1], " ", table.concat(p[2].shape, "x"), "; ") end
        local plain = lab.nn.LSTM(2, 3, {bias = false})
        print(#plain:parameters(), plain:clone():count())
        net:eval()
        local x = lab.randn{1, 2, 2}
        print((net(x)):equal((net(x))), (net:train()(x)):equal((net(x))))
        """),
      "weight_ih_l0 9x2; weight_hh_l0 9x3; bias_ih_l0 9; bias_hh_l0 9; weight_ih_l0_reverse 9x2; "
        + "weight_hh_l0_reverse 9x3; bias_ih_l0_reverse 9; bias_hh_l0_reverse 9; weight_ih_l1 9x6; weight_hh_l1 9x3; "
        + "bias_ih_l1 9; bias_hh_l1 9; weight_ih_l1_reverse 9x6; weight_hh_l1_reverse 9x3; bias_ih_l1_reverse 9; "
        + "bias_hh_l1_reverse 9; 2\t60\ntrue\tfalse\n")
  }

  func testErrors() {
    for (script, wanted) in [
      ("lab.nn.LSTM(3, 0)", "script.lua:1: LSTM: argument 2 (width) must be a whole number from 1, but is 0"),
      ("lab.nn.GRU(3, 4, {layer = 2})", "script.lua:1: GRU: unknown option 'layer'; did you mean 'layers'?"),
      (
        "lab.nn.RNN(3, 4, {nonlinearity = \"sin\"})",
        "script.lua:1: RNN: option 'nonlinearity' must be 'tanh' or 'relu', but is a string 'sin'"
      ),
      (
        "lab.nn.LSTM(3, 4)(lab.ones{2, 3})",
        "script.lua:1: LSTM: needs sequences of shape {batch, steps, 3}, found shape {2, 3}"
      ),
      (
        "lab.nn.LSTM(3, 4)(lab.ones{2, 5, 3}, {h = lab.ones{2, 4}})",
        "script.lua:1: LSTM: option 'h' must be a Tensor of shape {layers x directions, batch, width}, here {1, 2, 4}, but is of shape {2, 4}"
      ),
      (
        "lab.nn.GRU(3, 4)(lab.ones{2, 5, 3}, {lengths = {5, 6}})",
        "script.lua:1: gru: length 2 is 6, but the sequences have 0 to 5 steps (in GRU)"
      ),
      (
        "lab.nn.lstm(lab.ones{2, 5, 3}, lab.ones{16, 3}, lab.ones{4, 4})",
        "script.lua:1: lstm: weight_hh has shape {4, 4}, wanted {4 width, width}"
      ),
      (
        "lab.nn.gru(lab.ones{2, 5, 3}, lab.ones{12, 3}, lab.ones{12, 4}, lab.ones{12})",
        "script.lua:1: gru: bias_ih and bias_hh go together: pass both or neither"
      ),
    ] {
      XCTAssertEqual(message(script), wanted)
    }
  }
}
