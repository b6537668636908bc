import Basics

/// Compares the trials that two runs have in common, number by number.
struct TrialComparison {
  private(set) var common = 0
  private(set) var equal = 0
  private(set) var parting: RunDifference.Parting?

  init(_ a: StoredRun, _ b: StoredRun) {
    let others = Dictionary(b.trials.map { (Self.key($0), $0) }) { first, _ in first }
    let (seriesA, seriesB) = (Self.group(a.series), Self.group(b.series))
    let (traceA, traceB) = (Self.group(a.trace), Self.group(b.trace))
    for trial in a.trials {
      let key = Self.key(trial)
      guard let other = others[key] else { continue }
      common += 1
      let label = Trial.label(seed: trial["seed"]?.int ?? 0, arm: trial["arm"]?.string ?? "")
      let found =
        Self.tracePart(traceA[key] ?? [], traceB[key] ?? [], label)
        ?? Self.seriesPart(seriesA[key] ?? [], seriesB[key] ?? [], label)
        ?? Self.metricPart(trial, other, label)
      if found == nil { equal += 1 } else if parting == nil { parting = found }
    }
  }

  private static func key(_ json: JSON) -> String {
    "\(json["call"]?.int ?? 1)/\(json["seed"]?.int ?? 0)/\(json["arm"]?.string ?? "")"
  }

  private static func group(_ json: JSON?) -> [String: [JSON]] {
    Dictionary(grouping: json?.list ?? []) { key($0) }
  }

  /// The first logged step at which a tensor's hash differs, and the first tensor there, in the order in which they were
  /// made.
  private static func tracePart(_ a: [JSON], _ b: [JSON], _ label: String) -> RunDifference.Parting? {
    for (first, second) in zip(a, b) {
      let others = second["hashes"]
      for member in first["hashes"]?.members ?? [] {
        guard let other = others?[member.name]?.string, let own = member.value.string, own != other else { continue }
        return .init(
          trial: label, step: first["step"]?.double, name: "tensor \(member.name)", first: own, second: other)
      }
    }
    return nil
  }

  private static func seriesPart(_ a: [JSON], _ b: [JSON], _ label: String) -> RunDifference.Parting? {
    var earliest: RunDifference.Parting?
    for series in a {
      let name = series["name"]?.string ?? ""
      guard let other = b.first(where: { $0["name"]?.string == name }) else {
        return .init(trial: label, step: nil, name: "series \(name)", first: "there", second: "missing")
      }
      let (steps, mine) = (series["steps"]?.list ?? [], series["values"]?.list ?? [])
      let theirs = other["values"]?.list ?? []
      let place = zip(mine, theirs).enumerated().first { !same($0.element.0, $0.element.1) }?.offset
      guard let place = place ?? (mine.count == theirs.count ? nil : min(mine.count, theirs.count)) else { continue }
      let step = place < steps.count ? steps[place].double : nil
      if let known = earliest?.step, let step, known <= step { continue }
      earliest = .init(
        trial: label, step: step, name: name, first: place < mine.count ? text(mine[place]) : "missing",
        second: place < theirs.count ? text(theirs[place]) : "missing")
    }
    return earliest
  }

  private static func metricPart(_ a: JSON, _ b: JSON, _ label: String) -> RunDifference.Parting? {
    let (mine, theirs) = (a["metrics"]?.members ?? [], b["metrics"])
    for member in mine where !same(member.value, theirs?[member.name] ?? .text("missing")) {
      return .init(
        trial: label, step: nil, name: member.name, first: text(member.value),
        second: theirs?[member.name].map(text) ?? "missing")
    }
    if let extra = theirs?.members?.first(where: { a["metrics"]?[$0.name] == nil }) {
      return .init(trial: label, step: nil, name: extra.name, first: "missing", second: text(extra.value))
    }
    return nil
  }

  /// Whole numbers are read as integers, whatever they were written from.
  static func same(_ a: JSON, _ b: JSON) -> Bool {
    guard let x = a.double, let y = b.double else { return a == b }
    return x.bitPattern == y.bitPattern || x == y
  }

  /// All digits, so that the smallest difference can be seen.
  private static func text(_ value: JSON) -> String { value == .null ? "nan" : value.compact }
}
