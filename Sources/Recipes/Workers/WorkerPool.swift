import Basics
import Glibc
import Kernels

/// Runs trials in processes, a number of them at a time: whenever one ends, the next trial begins.
struct WorkerPool {
  /// How a trial ended.
  enum Ending {
    /// With the reason where it could not be kept.
    case finished(Trial, notKept: String?)
    case raised(Failure, traceback: [String]?)
    /// It crashed, was killed, ran over a limit.
    case died(String, seconds: Double)
  }

  let jobs: Int
  let limits: WorkerLimits

  /// Runs all jobs of a list. All processes are gone when this returns or throws.
  ///
  /// - Parameters:
  ///   - labels: what the jobs are called.
  ///   - lines: shows what happens.
  ///   - body: runs a job in its process.
  ///   - printed: gets text that a trial printed.
  ///   - ended: gets each job as it ends; what it throws ends the others.
  /// - Throws: what `ended` throws; `Failure` of kind `interrupted` after Ctrl-C.
  func run(
    _ labels: [String], _ lines: LiveLines, _ body: (_ job: Int, _ pipe: Int32) -> Never,
    printed: (_ job: Int, String) -> Void, ended: (_ job: Int, Ending) throws -> Void
  ) throws {
    var running: [Worker] = []
    var next = 0
    var done = 0
    defer {
      for worker in running { worker.end("ended with the others") }
      for worker in running { _ = worker.reap() }
      lines.clear()
    }
    while next < labels.count || !running.isEmpty {
      if Interrupt.isRequested {
        throw Failure(.interrupted, "interrupted; \(done) of \(NumberText.count(labels.count, "trial")) had finished")
      }
      while running.count < jobs, next < labels.count {
        lines.clear()
        running.append(try Worker(job: next, closing: running) { [next] in body(next, $0) })
        next += 1
      }
      try wait(for: running, printed)
      for worker in running { worker.enforce(limits) }
      // Taken off one by one: what `ended` throws leaves only living ones in the list.
      while let place = running.firstIndex(where: { !$0.isOpen }) {
        let worker = running.remove(at: place)
        let seconds = worker.seconds
        let reason = worker.reap()
        done += 1
        lines.ended(seconds: seconds)
        switch worker.last {
        case .finished(let trial)?: try ended(worker.job, .finished(trial, notKept: worker.notKept))
        case .raised(let failure, let traceback)?: try ended(worker.job, .raised(failure, traceback: traceback))
        default: try ended(worker.job, .died(reason, seconds: seconds))
        }
      }
      lines.show(running.map { (labels[$0.job], $0.seconds, $0.step) }, done: done, of: labels.count)
    }
  }

  /// Reads what has come within a moment.
  private func wait(for workers: [Worker], _ printed: (Int, String) -> Void) throws {
    var files = workers.map { pollfd(fd: $0.pipe, events: Int16(POLLIN), revents: 0) }
    let count = poll(&files, nfds_t(files.count), limits.memory == nil ? 50 : 10)
    guard count > 0 else { return }
    for (worker, file) in zip(workers, files) where file.revents != 0 {
      try worker.receive { printed(worker.job, $0) }
    }
  }
}
