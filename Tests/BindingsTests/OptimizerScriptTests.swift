import Foundation
import XCTest

/// Optimizers and schedules as scripts use them.
final class OptimizerScriptTests: XCTestCase {
  func testGroups() throws {
    XCTAssertEqual(
      try run(
        """
        local a, b = lab.ones{2}:requires_grad_(), lab.ones{2}:requires_grad_()
        local opt = lab.optim.SGD({ {params = {a}, lr = 0.5}, {params = b} }, {lr = 0.25})
        opt:minimize(a:sum() + b:sum())
        print(a, b)
        opt.lr = 1
        opt:minimize(a:sum() + b:sum())
        print(a, b, opt.lr)
        opt:set("lr", 0, 2)
        opt:minimize(a:sum() + b:sum())
        print(b)
        """),
      """
      {0.5000, 0.5000} float32 {2} requires_grad\t{0.7500, 0.7500} float32 {2} requires_grad
      {-0.5000, -0.5000} float32 {2} requires_grad\t{-0.2500, -0.2500} float32 {2} requires_grad\t1.0
      {-0.2500, -0.2500} float32 {2} requires_grad

      """)
  }

  func testStateGoesThroughAFileExactly() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("perilune-\(UUID().uuidString)").path
    defer { for end in ["w", "s"] { try? FileManager.default.removeItem(atPath: path + end) } }
    for kind in ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Lion"] {
      let options = kind == "SGD" ? "{lr = 0.01, momentum = 0.9}" : "{lr = 0.01}"
      XCTAssertEqual(
        try run(
          """
          local function make()
            local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.Tanh(), lab.nn.Linear(8, 3) }
            return net, lab.optim.\(kind)(net, \(options))
          end
          local set = lab.data.iris()
          local function train(net, opt, first, last)
            local loss
            for step = first, last do
              local batch = set:slice((step - 1) * 10 + 1, step * 10)
              loss = opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y), {clip = 1})
            end
            return loss
          end
          local net, opt = make()
          train(net, opt, 1, 5)
          lab.save("\(path)w", net:weights())
          lab.save("\(path)s", opt:state())
          local loss = train(net, opt, 6, 10)
          local other, again = make()
          other:load(lab.load("\(path)w"))
          again:load(lab.load("\(path)s"))
          print(train(other, again, 6, 10) == loss, (net:weights() - other:weights()):norm())
          """), "true\t0.0\n", kind)
    }
  }

  func testClipping() throws {
    XCTAssertEqual(
      try run(
        """
        local w = lab.tensor{0, 0}:requires_grad_()
        local opt = lab.optim.SGD({w}, {lr = 1})
        print(opt:minimize((w * lab.tensor{3, 4}):sum(), {clip = 1}))
        print(w)
        opt:minimize((w * lab.tensor{3, -4}):sum(), {clip_value = 0.5})
        print(w)
        w.grad = lab.tensor{3, 4}
        print(lab.optim.clip({w}, {norm = 10}), w.grad)
        """),
      "0.0\n{-0.6000, -0.8000} float32 {2} requires_grad\n{-1.1000, -0.3000} float32 {2} requires_grad\n5.0\t{3, 4} float32 {2}\n"
    )
  }

  func testFrozenParametersStay() throws {
    XCTAssertEqual(
      try run(
        """
        local net = lab.nn.Linear(2, 2)
        local opt = lab.optim.AdamW(net, {lr = 0.1, weight_decay = 0.5})
        net:freeze("bias")
        local bias, weight = net.bias:clone(), net.weight:clone()
        for i = 1, 3 do opt:minimize(net(lab.ones{1, 2}):sum()) end
        print(net.bias:equal(bias), net.weight:equal(weight))
        """), "true\tfalse\n")
  }

  func testSchedulesDriveTheRate() throws {
    XCTAssertEqual(
      try run(
        """
        local schedule = lab.schedule.linear{lr = 1, steps = 4}
        local w = lab.tensor{0}:requires_grad_()
        local opt = lab.optim.SGD({w}, {lr = 1})
        local rates = {}
        for step = 1, 4 do opt.lr = schedule(step); rates[step] = opt.lr; opt:minimize(w:sum()) end
        print(rates[1] > rates[2] and rates[2] > rates[3], math.abs(w:item() + rates[1] + rates[2] + rates[3] + rates[4]) < 1e-6)
        """), "true\ttrue\n")
  }
}
