import Basics
import Foundation

/// What two recorded runs have in common and where they part.
public struct RunDifference {
  /// A fact of both runs, as text; empty where a run has none.
  struct Row {
    let name: String
    let first: String
    let second: String
    var differs: Bool { first != second }
  }

  /// Where the numbers of a trial part first.
  public struct Parting {
    /// "seed 3 easy_first".
    let trial: String
    let step: Double?
    let name: String
    let first: String
    let second: String

    /// "seed 3: at step 40, loss is 0.5 in the first run and 0.6 in the second".
    public var text: String {
      let place = step.map { "at step \(NumberText.short($0)), " } ?? ""
      return "\(trial): \(place)\(name) is \(first) in the first run and \(second) in the second"
    }
  }

  let a: StoredRun
  let b: StoredRun
  let facts: [Row]
  let parameters: [Row]
  let metrics: [Row]
  let claims: [Row]
  let source: [String]
  /// Whether the same bits are promised: same tokens, parameters, files, program and numerics.
  public let shouldAgree: Bool
  /// How many trials both runs have, and how many of them have equal metrics and series.
  public let common: Int
  public let equal: Int
  /// The first difference between common trials, step by step.
  public let parting: Parting?

  public init(_ a: StoredRun, _ b: StoredRun) {
    (self.a, self.b) = (a, b)
    func text(_ name: String, _ run: StoredRun) -> String { run.run[name].map(Self.shown) ?? "" }
    facts = [
      ("recipe", "recipe"), ("file", "file"), ("source", "tokens_sha256"), ("files read", "files"), ("data", "data"),
      ("seeds", "seeds"), ("perilune", "perilune"), ("fingerprint", "fingerprint"),
    ].map { title, name in Row(name: title, first: text(name, a), second: text(name, b)) }
    func members(_ run: StoredRun) -> [(String, String)] {
      (run.run["params"]?.members ?? []).map { ($0.name, Self.shown($0.value)) }
    }
    parameters = Self.rows(members(a), members(b))
    metrics = Self.rows(Self.means(a), Self.means(b))
    func verdicts(_ run: StoredRun) -> [(String, String)] {
      run.claims.map { ($0["says"]?.string ?? "", Self.claim($0)) }
    }
    claims = Self.rows(verdicts(a), verdicts(b))
    source =
      a.run["source_sha256"] == b.run["source_sha256"]
      ? [] : LineDifference.lines(a.source ?? "", b.source ?? "", when: a.source != nil && b.source != nil)
    shouldAgree =
      ["tokens_sha256", "params", "files", "perilune", "fingerprint", "smoke"].allSatisfy { a.run[$0] == b.run[$0] }
    let comparison = TrialComparison(a, b)
    (common, equal, parting) = (comparison.common, comparison.equal, comparison.parting)
  }

  private static func claim(_ claim: JSON) -> String {
    let estimate = claim["estimate"]?.double.map { " " + NumberText.short($0) } ?? ""
    return (claim["verdict"]?.string ?? "not decided") + estimate
  }

  private static func shown(_ value: JSON) -> String {
    switch value {
    case .text(let text): text
    case .null: ""
    case .list(let values) where values.allSatisfy { $0.int != nil }: seeds(values.compactMap(\.int))
    case .list(let values):
      values.isEmpty ? "" : "\(values.count) (\(Digest.sha256(Array(value.compact.utf8)).prefix(8)))"
    default: value.compact
    }
  }

  private static func seeds(_ seeds: [Int]) -> String {
    seeds.count > 2 && seeds == Array((seeds.first ?? 0)...(seeds.last ?? 0))
      ? "\(seeds[0]) to \(seeds[seeds.count - 1])" : seeds.map(String.init).joined(separator: ", ")
  }

  /// Names of both in the order of the first, then those of the second only.
  private static func rows(_ first: [(String, String)], _ second: [(String, String)]) -> [Row] {
    let names = first.map(\.0) + second.map(\.0).filter { name in !first.contains { $0.0 == name } }
    return names.map { name in
      Row(
        name: name, first: first.first { $0.0 == name }?.1 ?? "", second: second.first { $0.0 == name }?.1 ?? "")
    }
  }

  /// The mean of each metric with its interval, by call and arm.
  private static func means(_ run: StoredRun) -> [(String, String)] {
    var names: [String] = []
    var values: [String: [Double]] = [:]
    for trial in run.trials {
      let call = trial["call"]?.int.map { "\($0): " } ?? ""
      let arm = trial["arm"]?.string.map { $0 + "." } ?? ""
      for member in trial["metrics"]?.members ?? [] {
        let name = call + arm + member.name
        if values[name] == nil { names.append(name) }
        values[name, default: []].append(member.value.double ?? .nan)
      }
    }
    return names.map { name in
      let some = values[name] ?? []
      return (name, Metric(name, seeds: Array(some.indices), values: some).shortText + " (n = \(some.count))")
    }
  }

  public var json: JSON {
    func list(_ rows: [Row]) -> JSON {
      .object(
        rows.map { row in
          JSON.Member(
            name: row.name,
            value: .record(
              ("first", .text(row.first)), ("second", .text(row.second)), ("differs", .boolean(row.differs))))
        })
    }
    return .record(
      ("first", .text(a.name)), ("second", .text(b.name)), ("should_agree", .boolean(shouldAgree)),
      ("facts", list(facts)), ("params", list(parameters)), ("metrics", list(metrics)), ("claims", list(claims)),
      ("source", .list(source.map { .text($0) })), ("common_trials", .integer(common)),
      ("equal_trials", .integer(equal)),
      (
        "parting",
        parting.map {
          .record(
            ("trial", .text($0.trial)), ("step", .optional($0.step)), ("name", .text($0.name)),
            ("first", .text($0.first)), ("second", .text($0.second)))
        } ?? .null
      ))
  }

  /// For people: what differs, and all metrics.
  public var text: String {
    var blocks = [["first   \(a.name)", "second  \(b.name)"]]
    for (title, rows, all) in [
      ("", facts, false), ("parameter", parameters, false), ("metric", metrics, true), ("claim", claims, true),
    ] {
      let shown = all ? rows : rows.filter(\.differs)
      guard !shown.isEmpty else { continue }
      var table = TextTable(columns: [
        .init(title: title, wrapsAt: 40), .init(title: "first"), .init(title: "second"), .init(title: ""),
      ])
      for row in shown {
        table.rows.append([row.name, Self.cut(row.first), Self.cut(row.second), all && row.differs ? "differs" : ""])
      }
      blocks.append(table.lines)
    }
    if !source.isEmpty { blocks.append(["source:"] + source) }
    var end: [String] = []
    if common == 0 {
      end.append("The runs have no trial of the same seed and arm in common.")
    } else {
      end.append("\(equal) of \(NumberText.count(common, "common trial")) have the same bits.")
    }
    if let parting { end.append("They part first in \(parting.text).") }
    if shouldAgree, equal < common {
      end.append("Source, parameters, program and numerics agree, so these trials should have the same bits.")
      if a.trace == nil || b.trace == nil {
        end.append("Record both with 'perilune run FILE --trace --no-cache' to find the first tensor that differs.")
      }
    }
    blocks.append(end)
    return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private static func cut(_ text: String) -> String { text.count > 44 ? text.prefix(16) + "..." : text }
}
