import Basics

/// All metrics of one arm, over the seeds.
public final class ArmResult {
  public let name: String
  public let metrics: [Metric]
  public let series: [Series]
  public let logged: SeriesSet

  /// Trials without a result count as NaN in every metric.
  ///
  /// - Throws: when trials of one arm returned different names, or none finished.
  init(_ name: String, _ trials: [Trial]) throws {
    self.name = name
    let seeds = trials.map(\.seed)
    let prefix = name.isEmpty ? "" : name + "."
    let finished = trials.filter { $0.failure == nil }
    let first = finished.first
    if first == nil, let trial = trials.first, let reason = trial.failure {
      throw Failure(.recipe, "no trial finished: \(trial.label) \(reason)")
    }
    for trial in finished {
      let (found, wanted) = (Self.names(trial), first.map(Self.names) ?? [])
      guard found == wanted else {
        throw Failure(
          .recipe,
          "all trials must return the same metrics, but seed \(first?.seed ?? 0) returned "
            + "{\(wanted.joined(separator: ", "))} and seed \(trial.seed) returned {\(found.joined(separator: ", "))}")
      }
    }
    metrics = (first?.metrics ?? []).enumerated().map { place, metric in
      Metric(
        prefix + metric.name, seeds: seeds, values: trials.map { $0.failure == nil ? $0.metrics[place].value : .nan })
    }
    let kept = (first?.series ?? []).filter { !$0.isLogged }.map(\.name)
    series = kept.map { Self.gather(prefix + $0, $0, logged: false, trials) }
    var names: [String] = []
    for trial in trials {
      for series in trial.series where series.isLogged && !names.contains(series.name) { names.append(series.name) }
    }
    logged = SeriesSet(names.sorted().map { ($0, Self.gather(prefix + $0, $0, logged: true, trials)) })
    self.prefix = prefix
  }

  private let prefix: String

  private static func names(_ trial: Trial) -> [String] {
    (trial.metrics.map(\.name) + trial.series.filter { !$0.isLogged }.map(\.name)).sorted()
  }

  private static func gather(_ full: String, _ name: String, logged: Bool, _ trials: [Trial]) -> Series {
    Series(
      full, seeds: trials.map(\.seed),
      curves: trials.map { trial in trial.series.first { $0.name == name && $0.isLogged == logged }?.samples ?? [] })
  }

  /// A metric by the name that the trial gave it.
  func metric(_ name: String) -> Metric? { metrics.first { $0.name == prefix + name } }

  func curve(_ name: String) -> Series? { series.first { $0.name == prefix + name } }

  /// The names that trials gave their metrics and series.
  var fieldNames: [String] {
    (metrics.map(\.name) + series.map(\.name)).map { String($0.dropFirst(prefix.count)) } + ["series", "seeds"]
  }

  /// The names of metrics that are single numbers.
  var metricNames: [String] { metrics.map { String($0.name.dropFirst(prefix.count)) } }
}

/// The logged series of an arm, by name.
public final class SeriesSet {
  let all: [(name: String, series: Series)]

  init(_ all: [(name: String, series: Series)]) { self.all = all }
}

/// What one call of `lab.trials` brought.
public final class TrialResult {
  public let seeds: [Int]
  public let trials: [Trial]
  /// One per arm, or a single one without a name.
  public let arms: [ArmResult]
  public var hasArms: Bool { arms.first.map { !$0.name.isEmpty } ?? false }

  init(seeds: [Int], arms names: [String], trials: [Trial]) throws {
    self.seeds = seeds
    self.trials = trials
    arms = try (names.isEmpty ? [""] : names).map { name in try ArmResult(name, trials.filter { $0.arm == name }) }
  }

  /// A table of all metrics.
  var text: String {
    let seedText = NumberText.count(seeds.count, "seed")
    let head = hasArms ? "trials: \(NumberText.count(arms.count, "arm")) with \(seedText) each" : "trials: \(seedText)"
    var lines = [head + (seeds.count > 1 ? " (mean ± half-width of the 95 % interval)" : "")]
    if hasArms {
      let names = arms[0].metricNames
      var table = TextTable(columns: ([""] + names).map { TextTable.Column(title: $0) })
      for arm in arms { table.rows.append([arm.name] + names.map { arm.metric($0)?.shortText ?? "" }) }
      lines += table.lines.map { "  " + $0 }
    } else if let arm = arms.first {
      var table = TextTable(columns: [TextTable.Column(title: ""), TextTable.Column(title: "")])
      for metric in arm.metrics { table.rows.append([metric.name, metric.shortText]) }
      lines += table.lines.map { "  " + $0 }
    }
    for trial in trials {
      if let reason = trial.failure { lines.append("  \(trial.label) \(reason)") }
    }
    for arm in arms { lines += (arm.series + arm.logged.all.map(\.series)).map { "  " + $0.text } }
    return lines.joined(separator: "\n")
  }
}
