import Basics

/// All combinations of some parameters' values: cells, each of which is a run of its own.
public struct Sweep: Sendable {
  /// Parameters and their values, in the order given.
  private let axes: [(name: String, values: [String])]

  /// The most cells that are run at once.
  public static let mostCells = 10_000

  /// Reads axes such as `lr=1e-3,3e-3`.
  ///
  /// - Throws: `Failure` for anything else, for a parameter that is named twice, and for too many cells.
  public init(_ arguments: [String]) throws {
    var axes: [(name: String, values: [String])] = []
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let values = parts.count == 2 ? parts[1].split(separator: ",", omittingEmptySubsequences: false) : []
      guard !values.isEmpty, !parts[0].isEmpty, values.allSatisfy({ !$0.isEmpty }) else {
        throw Failure(.argument, "--sweep takes name=value,value,... but got '\(argument)'")
      }
      guard !axes.contains(where: { $0.name == parts[0] }) else {
        throw Failure(.argument, "--sweep names '\(parts[0])' twice")
      }
      axes.append((parts[0], values.map(String.init)))
    }
    self.axes = axes
    let count = axes.reduce(1.0) { $0 * Double($1.values.count) }
    guard count <= Double(Self.mostCells) else {
      throw Failure(.argument, "--sweep makes \(NumberText.short(count)) cells, more than \(Self.mostCells)")
    }
  }

  /// The settings of each cell; the last axis changes fastest.
  public var cells: [[RunOptions.Setting]] {
    axes.reduce([[]]) { cells, axis in
      cells.flatMap { cell in
        axis.values.map { cell + [RunOptions.Setting(name: axis.name, text: $0, origin: "--sweep \(axis.name)=\($0)")] }
      }
    }
  }

  /// A table of the cells' outcomes: parameters, arm, mean and interval of each metric, verdicts.
  public func table(_ outcomes: [Outcome]) -> String {
    let arms = outcomes.contains { $0.trials.joined().contains { !$0.arm.isEmpty } }
    let claims = outcomes.contains { !$0.claims.isEmpty && !$0.isSmoke }
    var names: [String] = []
    for trial in outcomes.flatMap({ $0.trials.joined() }) {
      for metric in trial.metrics where !names.contains(metric.name) { names.append(metric.name) }
    }
    var table = TextTable(
      columns: (axes.map(\.name) + (arms ? ["arm"] : []) + names + (claims ? ["claims"] : [])).map { .init(title: $0) })
    for (cell, outcome) in zip(cells, outcomes) {
      var groups: [String] = []
      for trial in outcome.trials.joined() where !groups.contains(trial.arm) { groups.append(trial.arm) }
      for (place, arm) in groups.enumerated() {
        let metrics = names.map { Self.mean($0, arm, outcome) }
        table.rows.append(
          cell.map { place == 0 ? $0.text : "" } + (arms ? [arm] : []) + metrics
            + (claims ? [place == 0 ? Self.verdicts(outcome) : ""] : []))
      }
    }
    return table.lines.joined(separator: "\n") + "\n"
  }

  private static func mean(_ name: String, _ arm: String, _ outcome: Outcome) -> String {
    let values = outcome.trials.joined().filter { $0.arm == arm }.compactMap { trial in
      trial.metrics.first { $0.name == name }.map { (trial.seed, $0.value) }
    }
    return values.isEmpty ? "" : Metric(name, seeds: values.map(\.0), values: values.map(\.1)).shortText
  }

  private static func verdicts(_ outcome: Outcome) -> String {
    ["supported", "refuted", "undecided"].compactMap { verdict in
      let count = outcome.claims.count { $0.verdict?.rawValue == verdict }
      return count == 0 ? nil : "\(count) \(verdict)"
    }.joined(separator: ", ")
  }
}
