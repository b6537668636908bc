import Basics
import Bindings
import Glibc
import Kernels
import LuaHost

/// Trials in processes of their own, those that the store has left out.
extension Session {
  typealias Slot = (seed: Int, arm: String)

  func runInWorkers(_ slots: [Slot], _ function: LuaReference, _ call: Call) throws -> [Trial] {
    let shelf = try makeShelf()
    var trials = [Trial?](repeating: nil, count: slots.count)
    if let shelf, options.reusesTrials {
      var count = ReuseCount()
      for (place, slot) in slots.enumerated() {
        let found = shelf.find(seed: slot.seed, arm: slot.arm)
        count.add(found)
        guard case .trial(var trial) = found else { continue }
        trial.isReused = true
        trials[place] = trial
      }
      if let text = count.text, !options.isSilent {
        call.host.flushOutput()
        StandardError.write("perilune: \(text)\n")
      }
    }
    var printing = OrderedPrinting(count: slots.count) { [host = call.host] in
      host.write($0)
      host.flushOutput()
    }
    for (place, trial) in trials.enumerated() {
      if let trial { printing.end(place, with: trial.printed) }
    }
    let open = slots.indices.filter { trials[$0] == nil }
    guard !open.isEmpty else { return trials.compactMap { $0 } }
    let jobs = min(max(1, options.jobs ?? 1), open.count)
    let threads = max(1, Parallel.threads / jobs)
    let lines = LiveLines(isShown: options.showsProgress, jobs: jobs)
    call.host.flushOutput()
    var hasWarned = false
    let labels = open.map { Trial.label(seed: slots[$0].seed, arm: slots[$0].arm) }
    try WorkerPool(jobs: jobs, limits: options.limits).run(labels, lines) { job, pipe in
      let slot = slots[open[job]]
      let run = TrialRun(seed: slot.seed, arm: slot.arm)
      run.checkpointPath = shelf?.checkpoint(seed: slot.seed, arm: slot.arm)
      runAsWorker(function, run, call, shelf, threads: threads, pipe: pipe)
    } printed: { job, text in
      lines.clear()
      printing.add(open[job], text)
    } ended: { job, ending in
      lines.clear()
      let place = open[job]
      switch ending {
      case .finished(let trial, let notKept):
        if let notKept, !hasWarned {
          StandardError.write("perilune: finished trials cannot be kept: \(notKept)\n")
          hasWarned = true
        }
        trials[place] = trial
      case .raised(let failure, let traceback):
        // Whatever it printed comes before its message.
        printing.end(place)
        if let traceback { call.host.adopt(failure, traceback: traceback) }
        throw failure
      case .died(let reason, let seconds):
        trials[place] = .failed(seed: slots[place].seed, arm: slots[place].arm, seconds: seconds, reason)
        guard !options.failFast else { throw Failure(.recipe, "\(labels[job]) \(reason)") }
        StandardError.write("perilune: \(labels[job]) \(reason); the other trials go on\n")
      }
      printing.end(place)
    }
    return trials.compactMap { $0 }
  }

  /// What happens in the process of a trial.
  private func runAsWorker(
    _ function: LuaReference, _ run: TrialRun, _ call: Call, _ shelf: TrialShelf?, threads: Int, pipe: Int32
  ) -> Never {
    Parallel.startAnew(threads: threads)
    Interrupt.poll = nil
    var printed = ""
    call.host.output = { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      printed += text
      WorkerMessage.printed(text).send(to: pipe)
    }
    run.beforeCheckpoint = { [host = call.host] in
      host.flushOutput()
      return printed
    }
    progress.forward = { step, values in WorkerMessage.step(step, values).send(to: pipe) }
    do {
      var trial = try runTrial(function, run, call.stack)
      call.host.flushOutput()
      trial.printed = printed
      do {
        try shelf?.keep(trial)
      } catch {
        WorkerMessage.notKept("\(error)").send(to: pipe)
      }
      WorkerMessage.finished(trial).send(to: pipe)
    } catch {
      call.host.flushOutput()
      let failure = error as? Failure ?? Failure(.script, "\(error)")
      let traceback = call.host.hasReported(failure) ? call.host.lastTraceback : nil
      WorkerMessage.raised(failure, traceback: traceback).send(to: pipe)
    }
    _exit(0)
  }

  /// The store's part for this call of `lab.trials`, if trials are kept at all.
  private func makeShelf() throws -> TrialShelf? {
    guard let store = options.store, let recipe, !options.smoke else { return nil }
    var facts = [
      (name: "source", value: SourceTokens.hash(file.source)), (name: "perilune", value: ProgramIdentity.current),
      (name: "numerics", value: try Fingerprint.current()),
    ]
    for entry in parameters?.entries ?? [] { facts.append(("parameter " + entry.parameter.name, "\(entry.value)")) }
    for file in files { facts.append((file.path, file.hash)) }
    var digest = Digest()
    for result in results { for trial in result.trials { digest.add(trial.resultJSON.compact) } }
    return TrialShelf(
      TrialStore(store: store, recipe: recipe.id), call: results.count + 1, facts: facts,
      results: results.isEmpty ? "" : digest.hexadecimal, dependsOnResults: resultsWereRead && !results.isEmpty)
  }
}

/// Text of several trials, handed on in the order of the trials: at once from the first that has not ended.
private struct OrderedPrinting {
  private var waiting: [String]
  private var ended: [Bool]
  private var next = 0
  private let print: (String) -> Void

  init(count: Int, _ print: @escaping (String) -> Void) {
    waiting = Array(repeating: "", count: count)
    ended = Array(repeating: false, count: count)
    self.print = print
  }

  mutating func add(_ place: Int, _ text: String) {
    if place == next { print(text) } else { waiting[place] += text }
  }

  mutating func end(_ place: Int, with text: String = "") {
    add(place, text)
    ended[place] = true
    while next < ended.count, ended[next] {
      next += 1
      if next < ended.count, !waiting[next].isEmpty {
        print(waiting[next])
        waiting[next] = ""
      }
    }
  }
}
