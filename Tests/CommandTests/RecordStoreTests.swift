import Foundation
import XCTest

/// What is recorded is never lost or half there: many writers, killed writers, full disks, stores that cannot be written.
final class RecordStoreTests: XCTestCase {
  private let tiny = """
    local P = lab.recipe{id = "tiny", params = {n = 1}, seeds = 2}
    lab.claim("grows", {measure = function(r) return r.x end, above = 0})
    lab.trials(function(run) return {x = run.seed + P.n} end)
    """

  private func listed(_ program: Program) throws -> [String] {
    let result = try program.run("runs", "--json")
    return try XCTUnwrap(try result.object()["runs"] as? [[String: Any]]).compactMap { $0["name"] as? String }.sorted()
  }

  /// 16 processes with 200 runs each in the full tier, 4 with 5 each in the quick one; every fifth run is killed. The
  /// variable PERILUNE_WRITER_RUNS sets another number of runs.
  func testManyWritersUnderKill() throws {
    let program = try Program()
    try program.write("tiny.lua", tiny)
    let asked = ProcessInfo.processInfo.environment["PERILUNE_WRITER_RUNS"].flatMap(Int.init)
    let (writers, runs) = Tier.isFull ? (16, asked ?? 200) : (4, 5)
    let finished = Finished()
    let folder = program.folder
    let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(nowhere) }
    inThreads(writers) { writer in
      // A simple generator: the moments of the kills are the same in every test run, what they hit is not.
      var state = UInt64(writer + 1)
      for turn in 0..<runs {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let arguments = ["run", "tiny.lua", "--quiet", "--jobs", "1", "--set", "n=\(writer * 1000 + turn)"]
        guard
          let process = try? ChildProcess(
            Program.executable.path, arguments, in: folder,
            streams: .init(input: nowhere, output: nowhere, errors: nowhere))
        else { continue }
        if turn % 5 == 4 {
          usleep(UInt32(state >> 40) % 120_000)
          process.signal(SIGKILL)
        }
        if process.wait() == .exited(0) { finished.add(writer * 1000 + turn) }
      }
    }
    let names = try listed(program)
    XCTAssertGreaterThanOrEqual(finished.all.count, writers * runs * 4 / 5)
    XCTAssertEqual(names, program.list(".perilune/runs").filter { !$0.hasPrefix(".") }, "the index knows all runs")
    var recorded: Set<Int> = []
    for name in names {
      let text = try program.read(".perilune/runs/\(name)/run.json")
      let object = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      let n = try XCTUnwrap((object["params"] as? [String: Any])?["n"] as? Int)
      XCTAssertTrue(recorded.insert(n).inserted, "one record for each run")
      XCTAssertEqual(
        (object["trials"] as? [[String: Any]])?.map { ($0["metrics"] as? [String: Double])?["x"] },
        [
          Double(n + 1), Double(n + 2),
        ])
      XCTAssertEqual(try program.read(".perilune/runs/\(name)/recipe.lua"), tiny)
    }
    XCTAssertEqual(finished.all.subtracting(recorded), [], "runs that ended well have their record")
    try FileManager.default.removeItem(at: program.folder.appendingPathComponent(".perilune/index.jsonl"))
    XCTAssertEqual(try listed(program), names, "the index can be made anew")
    // What was killed in the middle of writing is cleared away by the next run.
    _ = try program.run("run", "tiny.lua", "--set", "n=-5")
    XCTAssertEqual(program.list(".perilune/runs").filter { $0.hasPrefix(".") }, [])
  }

  func testAFullDiskIsToldAndEarlierRecordsStay() throws {
    let program = try Program()
    try program.write("tiny.lua", tiny)
    _ = try program.run("run", "tiny.lua")
    let before = try listed(program)
    try program.write(
      "large.lua",
      tiny.replacing("return {x", with: "for i = 1, 5000 do run:log(i, {loss = i / 7}) end return {x").replacing(
        "tiny", with: "large"))
    // Messages go through a pipe: a file would be limited as well.
    let command = "(ulimit -f 8; exec \"$0\" run large.lua 2>&1 >/dev/null) | cat"
    let shell = try program.execute(
      "/bin/bash", ["-c", "set -o pipefail; " + command, Program.executable.path])
    let text = shell.output
    XCTAssertEqual(shell.code, 0, text)
    XCTAssertTrue(text.contains("finished trials cannot be kept: '"), text)
    XCTAssertTrue(text.contains("the run was not recorded: '"), text)
    XCTAssertTrue(text.contains("cannot be written: File too large"), text)
    XCTAssertEqual(try listed(program), before)
    XCTAssertEqual(program.list(".perilune/runs"), before, "nothing half-written is left")
    XCTAssertEqual(program.list(".perilune/trials/large").filter { $0.contains("tmp") }, [])
  }

  func testAStoreThatCannotBeWrittenIsTold() throws {
    let program = try Program()
    try program.write("tiny.lua", tiny)
    let result = try program.run("run", "tiny.lua", "--store", "/proc/nowhere")
    XCTAssertEqual(result.code, 0, result.errors)
    XCTAssertTrue(result.output.contains("undecided  grows"), result.output)
    XCTAssertTrue(
      result.errors.contains("the run was not recorded: the folder '/proc/nowhere' cannot be made: "), result.errors)
    XCTAssertTrue(result.errors.contains("finished trials cannot be kept: "), result.errors)
  }

  func testStoresAndTheirLists() throws {
    let program = try Program()
    try program.write("tiny.lua", tiny)
    let none = try program.run("runs")
    XCTAssertEqual(none.code, 3)
    XCTAssertTrue(
      none.errors.contains("there are no records in '.perilune'; 'perilune run FILE' makes one"), none.errors)
    _ = try program.run("run", "tiny.lua", "--store", "kept", "--set", "n=3")
    _ = try program.run("verify", "tiny.lua", "--store", "kept")
    XCTAssertTrue(program.list(".perilune").isEmpty)
    let list = try program.run("runs", "--store", "kept")
    XCTAssertEqual(list.code, 0, list.errors)
    let lines = list.output.split(separator: "\n")
    XCTAssertEqual(lines.count, 3, list.output)
    XCTAssertTrue(lines[0].hasPrefix("run "), list.output)
    XCTAssertTrue(list.output.contains("1 undecided"), list.output)
    XCTAssertTrue(list.output.contains("n=3"), list.output)
    // Half a line at the end, as a crash leaves it, hides nothing.
    let index = program.folder.appendingPathComponent("kept/index.jsonl")
    let text = try String(contentsOf: index, encoding: .utf8)
    try text.dropLast(20).write(to: index, atomically: false, encoding: .utf8)
    XCTAssertEqual(try program.run("runs", "--store", "kept").output, list.output)
    XCTAssertEqual(try program.run("runs", "--store", "kept").output, list.output)
  }

  func testRecordsTellNothingAboutPeopleOrPlaces() throws {
    let program = try Program()
    try program.write("tiny.lua", tiny.replacing("return {x", with: "io.open(\"data.txt\"):close() return {x"))
    try program.write("data.txt", "data")
    _ = try program.run("run", program.folder.appendingPathComponent("tiny.lua").path)
    let folder = ".perilune/runs/\(program.list(".perilune/runs").first ?? "")"
    let machine = try XCTUnwrap(
      JSONSerialization.jsonObject(with: Data(try program.read(folder + "/machine.json").utf8)) as? [String: Any])
    XCTAssertEqual(
      machine.keys.sorted(), ["blas_core", "processor", "recorded", "reused_trials", "seconds", "threads"])
    let all = try program.list(folder).filter { $0.contains(".") }.map { try program.read(folder + "/" + $0) }.joined()
    for secret in [program.folder.path, NSUserName(), ProcessInfo.processInfo.hostName] where secret.count > 4 {
      XCTAssertFalse(all.contains(secret), secret)
    }
    XCTAssertTrue(all.contains("\"name\": \"data.txt\""), all)
  }
}

/// Calls a body in so many threads at the same time, however few processors there are.
private func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let all = DispatchGroup()
  for number in 0..<count {
    all.enter()
    Thread.detachNewThread {
      body(number)
      all.leave()
    }
  }
  all.wait()
}

/// Numbers of runs that ended well, from several threads.
private final class Finished: @unchecked Sendable {
  private let lock = NSLock()
  private var numbers: Set<Int> = []

  func add(_ number: Int) { lock.withLock { _ = numbers.insert(number) } }

  var all: Set<Int> { lock.withLock { numbers } }
}
