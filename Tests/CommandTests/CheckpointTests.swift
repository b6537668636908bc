import Foundation
import XCTest

/// A trial that was cut off goes on from its checkpoint and ends with the same bits.
final class CheckpointTests: XCTestCase {
  private let steps = 24
  /// Spins at the step that the file `cut` names.
  private var recipe: String {
    """
    local P = lab.recipe{id = "long", params = {steps = \(steps)}, seeds = 1}
    local digits = lab.data.digits():take(200)
    local cut = io.open("cut")
    local stop = cut and tonumber(cut:read("a"))
    local r = lab.trials(function(run)
      local net = lab.nn.Sequential{lab.nn.Linear(64, 8), lab.nn.LayerNorm(8), lab.nn.Dropout(0.3), lab.nn.Linear(8, 10)}
      local opt = lab.optim.AdamW(net, {lr = 1e-2})
      local batches = digits:batches(16, {steps = P.steps, rng = run:rng("data")})
      local own = lab.rng(7)
      local state = {model = net, optimizer = opt, batches = batches, rng = own, every = 1}
      local from = run:resume(state)
      for step, batch in batches do
        local noise = run:rng("noise"):normal() + math.random() + own:uniform()
        local loss = opt:minimize(lab.nn.cross_entropy(net(batch.x + 0.01 * lab.randn{16, 64}), batch.y) * (1 + 0.01 * noise))
        run:log(step, {loss = loss})
        lab.check("finite", loss == loss)
        if step % 8 == 0 then print("step", step) end
        state.step = step
        run:checkpoint(state)
        if step == stop then
          io.open("cut-now", "w"):close()
          while true do end
        end
      end
      return {norm = net:weights():norm(), last = opt:state():norm(), from = from}
    end)
    print(r.series.loss:last())
    """
  }

  func testATrialThatWasCutGoesOnWithTheSameBits() throws {
    let whole = try Program()
    try whole.write("long.lua", recipe)
    let wanted = try whole.run("run", "long.lua", "--json", "--no-record")
    XCTAssertEqual(wanted.code, 0, wanted.errors)
    let printed = wanted.errors.split(separator: "\n").filter { !$0.contains("trial") }
    let cuts = Tier.isFull ? Array(1...20) : [1, 8, 23]
    for cut in cuts {
      let program = try Program()
      try program.write("long.lua", recipe)
      try program.write("cut", "\(cut)")
      let live = try LiveProgram(program, "run", "long.lua")
      XCTAssertTrue(LiveProgram.wait { program.list(".").contains("cut-now") }, live.errors)
      live.kill()
      _ = live.waitForExit()
      // The file was read above the trials, so another content would be another trial: it stays, but stops nothing.
      try FileManager.default.removeItem(at: program.folder.appendingPathComponent("cut-now"))
      let kept = program.list(".perilune/trials/long")
      XCTAssertEqual(kept.count, 1, "\(kept)")
      XCTAssertTrue(kept.first?.hasSuffix(".safetensors") ?? false)
      let resumed = try program.run("run", "long.lua", "--json", "--jobs", "2")
      XCTAssertEqual(resumed.code, 0, resumed.errors)
      XCTAssertEqual(
        try resumed.metrics().filter { !$0.contains(" from ") }, try wanted.metrics().filter { !$0.contains(" from ") },
        "cut at \(cut)")
      XCTAssertTrue(
        try resumed.metrics().contains { $0.contains(" from \(String(Double(cut).bitPattern, radix: 16))") },
        "cut at \(cut)")
      XCTAssertEqual(resumed.errors.split(separator: "\n").filter { !$0.contains("trial") }, printed, "cut at \(cut)")
      let done = program.list(".perilune/trials/long")
      XCTAssertEqual(done.map { $0.hasSuffix(".json") }, [true], "the checkpoint is gone: \(done)")
    }
  }

  func testWrongUseIsExplained() throws {
    let head = "lab.recipe{id = \"c\", seeds = 1}\nlab.trials(function(run)\n"
    for (text, message) in [
      ("run:checkpoint{step = 0}", "option 'step' must be at least 1, but is 0"),
      ("run:checkpoint{every = 5}", "option 'step' is missing"),
      ("run:checkpoint{step = 1, evry = 5}", "unknown option 'evry'; did you mean 'every'?"),
    ] {
      let result = try Program().run(script: head + text + "\nreturn {a = 1} end)")
      XCTAssertEqual(result.code, 3)
      XCTAssertTrue(result.errors.contains(message), result.errors)
    }
  }
}
