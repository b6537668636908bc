import Foundation
import XCTest

/// Ctrl-C at a terminal while trials run in workers.
final class TerminalWorkersTests: XCTestCase {
  func testInterruptionEndsAllWorkersAndKeepsWhatIsFinished() throws {
    let program = try Program()
    try program.write(
      "long.lua",
      """
      lab.recipe { id = "long", seeds = 4 }
      lab.trials(function(run)
        if run.seed == 1 then return { a = 1 } end
        for step = 1, 1e9 do
          run:log(step, { loss = 1 / step })
          lab.ones{64, 64}:matmul(lab.ones{64, 64})
        end
      end)
      """)
    let terminal = try TerminalProgram(program, "run", "long.lua", "--jobs", "2")
    // A live line for each worker, and one for all.
    terminal.awaits("seed 2, step ", seconds: 60)
    terminal.awaits("loss ")
    terminal.awaits(" steps/s")
    terminal.awaits("1 of 4 trials")
    let workers = terminal.descendants
    XCTAssertGreaterThanOrEqual(workers.count, 3, "the program and two workers")
    let begin = Date()
    terminal.type("\u{3}")
    XCTAssertTrue(LiveProgram.wait(10) { !workers.contains(where: LiveProgram.isAlive) })
    XCTAssertLessThan(Date().timeIntervalSince(begin), 5, "about a second on a machine that does nothing else")
    terminal.awaits("interrupted; 1 of 4 trials had finished")
    XCTAssertEqual(terminal.waitForExit(), 130)
    // The finished trial is there, and the terminal's cursor and modes are as they were.
    XCTAssertEqual(program.list(".perilune/trials/long").count, 1)
    XCTAssertFalse(terminal.everything.contains("\u{1B}[?25l"))
  }
}
