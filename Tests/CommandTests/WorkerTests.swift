import Foundation
import XCTest

/// Trials in processes of their own: the same results at any number of them, and no trial harms another.
final class WorkerTests: XCTestCase {
  private let studied = """
    local P = lab.recipe{id = "studied", params = {steps = 6}, seeds = 4}
    local digits = lab.data.digits():take(120)
    local calls = 0
    local first = lab.trials({arms = {"slow", "fast"}}, function(run)
      calls = calls + 1
      local net = lab.nn.Sequential{lab.nn.Linear(64, 16), lab.nn.ReLU(), lab.nn.Dropout(0.2), lab.nn.Linear(16, 10)}
      local opt = lab.optim.Adam(net, {lr = run.arm == "fast" and 1e-2 or 1e-3})
      for step, batch in digits:batches(32, {steps = P.steps, rng = run:rng("data")}) do
        run:log(step, {loss = opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y))})
      end
      print(run.seed, run.arm, "calls", calls)
      return {norm = net:weights():norm(), lucky = math.random(), draw = lab.rand{1}}
    end)
    local mean = first.fast.norm:mean()
    local second = lab.trials(function(run) return {above = first.slow.norm:mean() - mean + run.seed} end)
    print(second.above, first.slow.series.loss:last())
    """

  func testTheSameBitsAtAnyNumberOfJobsAndThreads() throws {
    let program = try Program()
    try program.write("studied.lua", studied)
    let one = try program.run("run", "studied.lua", "--json", "--no-record", "--jobs", "1", "--threads", "1")
    XCTAssertEqual(one.code, 0, one.errors)
    XCTAssertEqual(try one.metrics().count, 4 * 2 * 3 + 4)
    for (jobs, threads) in [("2", "2"), ("4", "1"), ("1", "3"), ("3", "4")] {
      let other = try program.run("run", "studied.lua", "--json", "--no-record", "--jobs", jobs, "--threads", threads)
      XCTAssertEqual(try other.metrics(), try one.metrics(), "\(jobs) jobs, \(threads) threads")
      XCTAssertEqual(other.errors, one.errors, "printed text comes in the order of the trials")
    }
    XCTAssertFalse(one.errors.contains("calls\t2"), "a trial sees nothing of the others")
  }

  /// Spins in the trials of seed 2, so that somebody must end it.
  private func stuck(seed: Int = 2) -> String {
    """
    lab.recipe{id = "stuck", seeds = 4}
    lab.claim("large", {measure = function(r) return r.a end, above = 0})
    local r = lab.trials(function(run)
      if run.seed == \(seed) then
        local file = io.open("spinning", "w")
        file:close()
        while true do end
      end
      return {a = run.seed}
    end)
    print(r)
    """
  }

  func testATrialThatIsKilledEndsWithAReasonAndTheOthersGoOn() throws {
    let program = try Program()
    try program.write("stuck.lua", stuck())
    let live = try LiveProgram(program, "run", "stuck.lua", "--jobs", "1", "--json")
    XCTAssertTrue(LiveProgram.wait { program.list(".").contains("spinning") })
    for worker in live.workers { kill(worker, SIGKILL) }
    XCTAssertEqual(live.waitForExit(), 0, live.errors)
    let result = Program.Result(code: 0, output: live.output, errors: live.errors)
    let trials = try XCTUnwrap(try result.object()["trials"] as? [[String: Any]])
    XCTAssertEqual(trials.map { $0["failure"] as? String }, [nil, "was killed by signal 9 (Killed)", nil, nil])
    let claim = try XCTUnwrap((try result.object()["claims"] as? [[String: Any]])?.first)
    XCTAssertEqual(claim["verdict"] as? String, "undecided")
    XCTAssertEqual(claim["notes"] as? [String], ["1 of 4 values are NaN or infinite"])
    XCTAssertTrue(
      result.errors.contains("seed 2 was killed by signal 9 (Killed); the other trials go on"), result.errors)
    let record = try program.read(".perilune/runs/\(program.list(".perilune/runs").first ?? "")/run.json")
    XCTAssertTrue(record.contains("\"failure\": \"was killed by signal 9 (Killed)\""), record)
  }

  func testLimits() throws {
    let program = try Program()
    try program.write("stuck.lua", stuck())
    let slow = try program.run("run", "stuck.lua", "--no-record", "--max-time", "0.5")
    XCTAssertEqual(slow.code, 0, slow.errors)
    XCTAssertTrue(slow.output.contains("seed 2 ran longer than 0.5 s (--max-time)"), slow.output)
    XCTAssertTrue(slow.output.contains("trials without a result:"), slow.output)
    try program.write(
      "large.lua",
      stuck().replacing(
        "while true do end", with: "local all = {}\n  while true do all[#all + 1] = lab.ones{1000, 1000} end"))
    let large = try program.run("run", "large.lua", "--no-record", "--max-memory", "400M")
    XCTAssertEqual(large.code, 0, large.errors)
    XCTAssertTrue(large.output.contains("seed 2 used more than 400.0 MB of memory (--max-memory)"), large.output)
    let fast = try program.run("run", "stuck.lua", "--no-record", "--max-time", "0.5", "--fail-fast")
    XCTAssertEqual(fast.code, 3, fast.output)
    XCTAssertTrue(fast.errors.contains("seed 2 ran longer than 0.5 s (--max-time)"), fast.errors)
    let wrong = try program.run("run", "stuck.lua", "--max-memory", "lots")
    XCTAssertTrue(wrong.errors.contains("--max-memory takes a size such as 500M or 2G, but got 'lots'"), wrong.errors)
    XCTAssertEqual(try program.run("run", "stuck.lua", "--jobs", "0").code, 3)
  }

  func testARunWithoutAnyFinishedTrialIsAnError() throws {
    let result = try Program().run(
      script: "lab.recipe{id = \"a\", seeds = 2}\nlab.trials(function() while true do end end)", "--max-time", "0.3")
    XCTAssertEqual(result.code, 3)
    XCTAssertTrue(result.errors.contains("no trial finished: seed 1 ran longer than 0.3 s"), result.errors)
  }

  func testControlCEndsAllTrialsAndKeepsTheFinishedOnes() throws {
    let program = try Program()
    try program.write("stuck.lua", stuck(seed: 4))
    let live = try LiveProgram(program, "run", "stuck.lua", "--jobs", "2")
    XCTAssertTrue(LiveProgram.wait { program.list(".").contains("spinning") && live.workers.count == 1 })
    let workers = live.workers
    let begin = Date()
    live.kill(SIGINT)
    XCTAssertEqual(live.waitForExit(), 130, live.errors)
    XCTAssertLessThan(Date().timeIntervalSince(begin), 5)
    XCTAssertTrue(live.errors.contains("interrupted; 3 of 4 trials had finished"), live.errors)
    XCTAssertFalse(workers.contains(where: LiveProgram.isAlive))
    XCTAssertEqual(program.list(".perilune/trials/stuck").count, 3)
  }

  /// Kills the program at once; its trials must be gone within a moment. 200 times in the full tier.
  func testTrialsDieWithTheirParent() throws {
    let program = try Program()
    try program.write("spin.lua", "lab.recipe{id = \"spin\", seeds = 3}\nlab.trials(function() while true do end end)")
    for turn in 0..<(Tier.isFull ? 200 : 4) {
      let live = try LiveProgram(program, "run", "spin.lua", "--jobs", "3", "--no-record")
      // Some are killed while they are making their processes.
      XCTAssertTrue(LiveProgram.wait { live.workers.count >= turn % 4 })
      let workers = live.workers
      live.kill()
      _ = live.waitForExit()
      XCTAssertTrue(LiveProgram.wait(10) { !workers.contains(where: LiveProgram.isAlive) }, "turn \(turn)")
    }
    let folder = program.folder.path
    let others = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd")) == folder
        && LiveProgram.isAlive($0)
    }
    XCTAssertEqual(others, [], "processes that were left")
  }
}
